"""Whom bindings and role assignments name: users and service principals; groups are `EntraGroup`s.

AKS knows a member by the user principal name, a service principal and a guest (whose token holds no
such name) by object id, a group by object id (https://learn.microsoft.com/azure/aks/kubernetes-rbac-entra-id,
2026-11). Azure's role assignments want object ids throughout.
"""

from collections.abc import Callable, Iterable
from typing import TypedDict, TypeVar

import pulumi
import pulumi_azuread as azuread

T = TypeVar("T")


class PrincipalArgs(TypedDict):
    """A group, a person or a program of the tenant."""

    key: str
    """The text that the configuration names it by; unique, part of resource names."""
    kind: str
    """`Group`, `User` or `ServicePrincipal`."""
    display_name: pulumi.Input[str]
    """The name that people know it by."""
    object_id: pulumi.Input[str]
    """Its object id in Entra ID."""
    subject: pulumi.Input[str]
    """Its name in a Kubernetes subject."""


class AccessRow(TypedDict):
    """One line of the access matrix: who may do what, where."""

    who: pulumi.Input[str]
    kind: str
    id: pulumi.Input[str]
    where: str
    role: str


class DirectoryError(pulumi.RunError):
    """What Entra ID or Azure answers does not fit what the configuration says."""


def found(look_up: Callable[[], T], problem: str) -> T:
    """What `look_up` answers; a refusal is told as `problem` and the directory's own words.

    Only the direct form of a provider's function can be told so, and it has the program end before
    anything is made: an output that fails ends it somewhere in the middle, with a traceback.
    """
    try:
        return look_up()
    except Exception as error:
        # The SDK raises nothing more exact than Exception for a refused call.
        raise DirectoryError(f"{problem} ({error})") from error


def present(object_id: str | None, what: str) -> str:
    """`object_id`, which must not be empty: an empty id would bind nobody and say nothing."""
    if not object_id:
        raise DirectoryError(
            f"{what} has no object id in the directory's answer; check that it exists and that "
            "the deployer may read it (Directory Readers, or Group.Read.All and User.Read.All)"
        )
    return object_id


def is_object_id(text: str) -> bool:
    """Whether `text` is an object id rather than a user principal name."""
    return "@" not in text


def look_up_user(name: str) -> azuread.GetUserResult:
    """The user with this user principal name or object id; none is an error."""
    by_id = is_object_id(name)
    answer = found(
        lambda: azuread.get_user(
            object_id=name if by_id else None, user_principal_name=None if by_id else name
        ),
        f'no user "{name}" in this tenant; list them with: az ad user list --output table',
    )
    present(answer.object_id, f'user "{name}"')
    return answer


def object_id_of(person: str) -> str:
    """The object id of who is named by user principal name or object id; a name is looked up."""
    # As Graph writes it: another case would be another member to the provider.
    return person.lower() if is_object_id(person) else look_up_user(person).object_id


def refuse_twins(principals: Iterable[PrincipalArgs]) -> None:
    """Refuse two names of one principal: Azure takes one assignment of a role to each.

    Raises:
        DirectoryError: Two of those whose object id is known have the same.
    """
    seen: dict[str, str] = {}
    for principal in principals:
        object_id = principal["object_id"]
        if not isinstance(object_id, str):
            continue  # The program makes it itself, so it cannot have another name yet.
        earlier = seen.setdefault(object_id.lower(), principal["key"])
        if earlier != principal["key"]:
            raise DirectoryError(
                f'"{earlier}" and "{principal["key"]}" are the same {principal["kind"]} '
                f"({object_id}) of the directory; name it the same way everywhere in the stack file"
            )


def user(name: str) -> PrincipalArgs:
    """The user with this user principal name or object id."""
    answer = look_up_user(name)
    is_guest = "#EXT#" in answer.user_principal_name
    return {
        "key": name,
        "kind": "User",
        "display_name": answer.user_principal_name,
        "object_id": answer.object_id,
        "subject": answer.object_id if is_guest else answer.user_principal_name,
    }


def service_principal(object_id: str) -> PrincipalArgs:
    """The service principal (not the application) with this object id."""
    answer = found(
        lambda: azuread.get_service_principal(object_id=object_id),
        f'no service principal with the object id "{object_id}"; an application id is not one, '
        "get it with: az ad sp show --id APPLICATION_ID --query id",
    )
    known = present(answer.object_id, f'service principal "{object_id}"')
    return {
        "key": object_id,
        "kind": "ServicePrincipal",
        "display_name": answer.display_name,
        "object_id": known,
        "subject": known,
    }


def access_row(principal: PrincipalArgs, where: str, role: str) -> AccessRow:
    """The line that says that `principal` has `role` at `where`."""
    return {
        "who": principal["display_name"],
        "kind": principal["kind"],
        "id": principal["subject"],
        "where": where,
        "role": role,
    }

"""One Entra group: made by the program, or found in the directory.

The membership of a group that is found is read, for the guard against a lock-out, and left alone.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_azuread as azuread

from components.principals import (
    DirectoryError,
    PrincipalArgs,
    found,
    object_id_of,
    present,
)


class EntraGroupArgs(TypedDict):
    """Exactly one of `display_name`, `existing` and `existing_object_id` says which group."""

    key: str
    """The text that the configuration names it by; unique among principals."""
    display_name: NotRequired[str]
    """Name of a security group to create; no other group of the tenant may bear it."""
    owners: NotRequired[list[str]]
    """Owners of a created group besides the deployer: user principal names or object ids."""
    members: NotRequired[list[str]]
    """Members of a created group: user principal names of people, or their object ids."""
    existing: NotRequired[str]
    """Display name of a group that is there; none or two of that name is an error."""
    existing_object_id: NotRequired[str]
    """Object id of a group that is there."""
    deployer_object_id: str
    """Object id of who runs the program: owner of a created group."""
    deployer_is_member: NotRequired[bool]
    """Whether the deployer becomes a member of a created group too; false if left out."""


class EntraGroup(pulumi.ComponentResource):
    """A security group of Entra ID, created or existing.

    Type `aks-entra:index:EntraGroup`. Children: `NAME-group`, an `azuread:Group`, where
    `display_name` is given; else none. Graph permissions: Group.ReadWrite.All to create,
    Group.Read.All to find, User.Read.All for owners and members by name.
    """

    TYPE = "aks-entra:index:EntraGroup"

    object_id: pulumi.Output[str]
    """Object id of the group; never empty."""
    display_name: pulumi.Output[str]
    """Display name of the group."""

    def __init__(
        self, name: str, args: EntraGroupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        given = [key for key in ("display_name", "existing", "existing_object_id") if args.get(key)]
        if len(given) != 1:
            raise pulumi.InputPropertyError(
                "displayName", "give exactly one of displayName, existing and existingObjectId"
            )
        # Inputs stay out of the component's state, so that one changed child is one changed row.
        super().__init__(self.TYPE, name, None, opts)
        self.has_deployer: bool
        """Whether the deployer is a member, by nesting too."""
        self.is_empty = False
        """Whether it is there and has no member, by nesting neither."""
        self.known_as = args.get("display_name") or ""
        """What a message calls it: its display name, and its object id if it is there already."""
        self._key, self._known_id = args["key"], ""
        display_name = args.get("display_name")
        if display_name:
            self._create(name, args, display_name)
        else:
            self._find(args)
        self.register_outputs({"object_id": self.object_id, "display_name": self.display_name})

    @property
    def principal(self) -> PrincipalArgs:
        """The group as bindings name it."""
        return {
            "key": self._key,
            "kind": "Group",
            "display_name": self.display_name,
            "object_id": self._known_id or self.object_id,
            "subject": self._known_id or self.object_id,
        }

    def _create(self, name: str, args: EntraGroupArgs, display_name: str) -> None:
        deployer = args["deployer_object_id"]
        self.has_deployer = args.get("deployer_is_member", False)
        group = azuread.Group(
            f"{name}-group",
            azuread.GroupArgs(
                display_name=display_name,
                security_enabled=True,
                prevent_duplicate_names=True,
                owners=_object_ids([deployer], args.get("owners", [])),
                members=_object_ids(
                    [deployer] if self.has_deployer else [], args.get("members", [])
                ),
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.object_id = group.object_id.apply(
            lambda object_id: present(object_id, f'group "{display_name}"')
        )
        self.display_name = group.display_name

    def _find(self, args: EntraGroupArgs) -> None:
        name, object_id = args.get("existing"), args.get("existing_object_id")
        asked = f'group "{name}"' if name else f'group with the object id "{object_id}"'
        group = found(
            lambda: azuread.get_group(
                display_name=name or None,
                object_id=None if name else object_id,
                include_transitive_members=True,
                opts=pulumi.InvokeOptions(parent=self),
            ),
            f"there is not exactly one {asked} in this tenant that the deployer may read; list "
            "them with: az ad group list --query '[].{name:displayName, id:id}' --output table",
        )
        self._known_id = present(group.object_id, asked)
        self.known_as = f"{group.display_name} ({self._known_id})"
        if not group.security_enabled:
            raise DirectoryError(
                f"the group {self.known_as} is not a security group (securityEnabled is false), so "
                "no token names it and a cluster never sees its members; use a security group: "
                "az ad group create makes one"
            )
        self.object_id = pulumi.Output.from_input(self._known_id)
        self.display_name = pulumi.Output.from_input(group.display_name)
        members = {member.lower() for member in group.members or []}
        self.has_deployer = args["deployer_object_id"].lower() in members
        self.is_empty = not members


def _object_ids(known: list[str], people: Sequence[str]) -> list[str]:
    """The ids, each once (Graph refuses a member that is named twice), in the order given."""
    return list(dict.fromkeys([*known, *map(object_id_of, people)]))

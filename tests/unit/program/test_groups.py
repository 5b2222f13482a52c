"""Groups, people and programs of the directory, and the guard against a lock-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from components.admin_group import EntraGroup, EntraGroupArgs
from components.entra_groups import entra_groups
from components.principals import (
    DirectoryError,
    PrincipalArgs,
    present,
    service_principal,
    user,
)
from tests.support.directory_double import DEPLOYER, World, object_id
from tests.support.program import UNKNOWN, Run, run

if TYPE_CHECKING:
    from collections.abc import Callable

GUEST = "guest_else.example#EXT#@contoso.example"
PROGRAM = "44444444-4444-4444-4444-444444444444"
ADMIN = "platform-admin@contoso.example"
PREVIEW_AND_UP = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


def args(**keys: Any) -> EntraGroupArgs:
    given: dict[str, Any] = {"key": "team", "deployer_object_id": DEPLOYER, **keys}
    return EntraGroupArgs(**given)


def group(world: World | None = None, *, preview: bool = False, **keys: Any) -> Run:
    """A run that makes one group and exports what it is known by."""

    def body() -> None:
        made = EntraGroup("team", args(**keys))
        pulumi.export("objectId", made.object_id)
        pulumi.export("displayName", made.display_name)
        pulumi.export("hasDeployer", made.has_deployer)

    return run(body, world=world, preview=preview)


def principal(look_up: Callable[[], PrincipalArgs], world: World) -> PrincipalArgs:
    answers: list[PrincipalArgs] = []
    run(lambda: answers.append(look_up()), world=world)
    return answers[0]


@PREVIEW_AND_UP
def test_a_created_group_is_a_security_group_owned_by_the_deployer(*, preview: bool) -> None:
    made = group(preview=preview, display_name="new", owners=[ADMIN], members=[ADMIN])
    inputs = made.one("group:Group").inputs
    assert inputs == {
        "displayName": "new",
        "securityEnabled": True,
        "preventDuplicateNames": True,
        "owners": [DEPLOYER, object_id(ADMIN)],
        "members": [object_id(ADMIN)],
    }
    assert made.outputs["objectId"] == (UNKNOWN if preview else object_id("new"))


def test_the_deployer_is_a_member_only_where_that_is_asked_for() -> None:
    made = group(display_name="new", deployer_is_member=True)
    assert made.one("group:Group").inputs["members"] == [DEPLOYER]
    assert made.outputs["hasDeployer"] is True
    assert group(display_name="new").outputs["hasDeployer"] is False


def test_nobody_is_named_twice_for_graph_refuses_that() -> None:
    people = [DEPLOYER, ADMIN, object_id(ADMIN), object_id(ADMIN).upper()]
    made = group(display_name="new", owners=people, members=people, deployer_is_member=True)
    inputs = made.one("group:Group").inputs
    assert inputs["owners"] == inputs["members"] == [DEPLOYER, object_id(ADMIN)]


def test_the_deployer_owns_a_created_group_even_if_nobody_is_named() -> None:
    assert group(display_name="new", owners=[]).one("group:Group").inputs["owners"] == [DEPLOYER]


@PREVIEW_AND_UP
@pytest.mark.parametrize(
    "key", [{"existing": "sg-shop"}, {"existing_object_id": object_id("sg-shop")}]
)
def test_a_group_that_is_there_is_found_and_not_made(key: dict[str, Any], *, preview: bool) -> None:
    made = group(preview=preview, **key)
    assert not made.of("group:Group")
    assert made.outputs["objectId"] == object_id("sg-shop")
    assert made.outputs["displayName"] == "sg-shop"
    assert made.called("getGroup")[0]["includeTransitiveMembers"] is True


@pytest.mark.parametrize("key", [{"existing": "nowhere"}, {"existing_object_id": "nowhere"}])
def test_a_group_that_is_not_there_is_an_error_that_says_how_to_list_them(
    key: dict[str, Any],
) -> None:
    with pytest.raises(DirectoryError, match="az ad group list") as refusal:
        group(**key)
    assert "nowhere" in str(refusal.value)


def test_an_owner_who_is_not_there_is_an_error_that_names_him() -> None:
    with pytest.raises(DirectoryError, match='no user "ghost@'):
        group(display_name="new", owners=["ghost@contoso.example"])


@pytest.mark.parametrize("keys", [{}, {"existing": "a", "display_name": "b"}])
def test_a_group_is_named_in_exactly_one_way(keys: dict[str, Any]) -> None:
    with pytest.raises(pulumi.InputPropertyError):
        group(**keys)


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_object_id_is_an_error(value: str | None) -> None:
    with pytest.raises(DirectoryError, match="Directory Readers"):
        present(value, "group x")


def test_a_group_that_is_there_must_be_a_security_group() -> None:
    world = World(groups={"all-staff": [DEPLOYER]}, mail_groups={"all-staff"})
    with pytest.raises(DirectoryError, match="is not a security group") as refusal:
        group(world, existing="all-staff")
    assert object_id("all-staff") in str(refusal.value)


def administered(there: dict[str, list[str]], *created: str, **keys: Any) -> Run:
    """A run whose admin groups are there with these members, or created as `keys` say."""
    described = [
        *(args(key=name, existing=name) for name in there),
        *(args(key=name, display_name=name, **keys) for name in created),
    ]

    def body() -> None:
        entra_groups(described, [*there, *created], DEPLOYER)

    return run(body, world=World(groups=there))


def test_without_an_admin_group_nobody_could_enter() -> None:
    with pytest.raises(DirectoryError, match=r"there is no admin group.*adminGroups: \[\{existing"):
        administered({})


def test_an_admin_group_without_members_lets_nobody_in() -> None:
    with pytest.raises(DirectoryError, match="has no member, so it lets nobody in") as refusal:
        administered({"one": [DEPLOYER], "two": []})
    assert f"two ({object_id('two')})" in str(refusal.value)


def test_a_deployer_outside_every_admin_group_is_locked_out() -> None:
    with pytest.raises(DirectoryError, match="in none of the admin groups") as refusal:
        administered({"one": [object_id(ADMIN)], "two": [object_id(ADMIN)]})
    said = str(refusal.value)
    assert f"az ad group member add --group GROUP --member-id {DEPLOYER}" in said
    assert f"one ({object_id('one')}), two ({object_id('two')})" in said


def test_one_admin_group_with_the_deployer_is_enough() -> None:
    administered({"one": [object_id(ADMIN)], "two": [DEPLOYER.upper()]})
    made = administered({"one": [object_id(ADMIN)]}, "new")
    assert made.one("group:Group").inputs["members"] == [DEPLOYER]


@pytest.mark.parametrize(
    ("there", "keys"),
    [
        ({"empty": []}, {}),
        ({"one": [DEPLOYER]}, {"owners": ["ghost@contoso.example"]}),
        ({"one": [DEPLOYER]}, {"members": ["ghost@contoso.example"]}),
    ],
    ids=["empty admin group", "owner", "member"],
)
def test_no_group_is_created_before_all_that_is_there_was_judged(
    monkeypatch: pytest.MonkeyPatch, there: dict[str, list[str]], keys: dict[str, Any]
) -> None:
    declared: list[str] = []

    def declare(_: object, kind: str, *__: object, **___: object) -> None:
        declared.append(kind)

    monkeypatch.setattr(pulumi.CustomResource, "__init__", declare)
    with pytest.raises(DirectoryError):
        administered(there, "new", **keys)
    assert not declared


def test_names_that_differ_in_case_only_are_refused() -> None:
    with pytest.raises(DirectoryError, match='"Team" and "team" are one name to Entra ID'):
        administered({"one": [DEPLOYER]}, "Team", "team")


def test_two_names_of_one_group_are_refused() -> None:
    described = [
        args(key="by name", existing="sg-shop"),
        args(key="by id", existing_object_id=object_id("sg-shop")),
    ]

    def body() -> None:
        entra_groups(described, [], DEPLOYER)

    with pytest.raises(DirectoryError, match='"by name" and "by id" are the same Group'):
        run(body)


def test_a_member_is_bound_by_its_principal_name() -> None:
    found = principal(lambda: user(ADMIN), World())
    assert (found["subject"], found["object_id"]) == (ADMIN, object_id(ADMIN))


def test_a_user_may_be_named_by_object_id_and_is_still_bound_by_name() -> None:
    assert principal(lambda: user(object_id(ADMIN)), World())["subject"] == ADMIN


def test_a_guest_is_bound_by_object_id_for_its_token_holds_no_name() -> None:
    found = principal(lambda: user(GUEST), World(users={GUEST}))
    assert found["subject"] == object_id(GUEST)
    assert found["display_name"] == GUEST


def test_a_service_principal_is_bound_by_its_object_id() -> None:
    found = principal(lambda: service_principal(PROGRAM), World(service_principals={PROGRAM}))
    assert found["subject"] == found["object_id"] == PROGRAM
    assert found["kind"] == "ServicePrincipal"


def test_an_application_id_in_the_place_of_an_object_id_is_explained() -> None:
    with pytest.raises(DirectoryError, match="az ad sp show --id APPLICATION_ID"):
        principal(lambda: service_principal(PROGRAM), World())

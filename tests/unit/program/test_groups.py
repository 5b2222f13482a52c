"""Groups, people and programs of the directory, and the guard against a lock-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from components.admin_group import EntraGroup, EntraGroupArgs, guard_against_lock_out
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
    return EntraGroupArgs(deployer_object_id=DEPLOYER, **keys)


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
    made = group(display_name="new", owners=[DEPLOYER, ADMIN, object_id(ADMIN)])
    assert made.one("group:Group").inputs["owners"] == [DEPLOYER, object_id(ADMIN)]


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


@pytest.mark.parametrize(
    ("members", "refused"), [([DEPLOYER], False), ([], True), ([object_id(ADMIN)], True)]
)
def test_a_deployer_outside_every_admin_group_is_locked_out(
    members: list[str], *, refused: bool
) -> None:
    def body() -> None:
        guard_against_lock_out([EntraGroup(name, args(existing=name)) for name in ("one", "two")])

    world = World(groups={"one": [], "two": members})
    if refused:
        with pytest.raises(DirectoryError, match="az ad group member add"):
            run(body, world=world)
    else:
        run(body, world=world)


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

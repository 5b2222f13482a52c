from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from rehearsal.cloud.world import DEFAULT, World, WorldError
from rehearsal.cloud.world_policies import Lifetimes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def document() -> dict[str, Any]:
    return yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))


def load(directory: Path, document: Any) -> World:
    path = directory / "world.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return World.load(path)


def problem(directory: Path, document: Any) -> str:
    with pytest.raises(WorldError) as error:
        load(directory, document)
    return str(error.value)


def test_the_world_has_the_accounts_that_the_commands_name() -> None:
    names = [account.name for account in World.load().accounts()]
    assert names == [
        "platform-admin",
        "payments-dev",
        "shop-dev",
        "outsider",
        "guest",
        "many-groups",
        "former-employee",
        "security-officer",
        "contractor",
        "deployer",
        "ci",
        "expired",
        "unconsented",
    ]


def test_names_become_object_ids() -> None:
    world = World.load()
    groups = {group.display_name: group for group in world.groups}
    wanted = {world.account(name).object_id for name in ("platform-admin", "deployer", "ci")}
    assert set(groups["sg-platform-admins"].member_ids) == wanted


def test_one_person_is_in_more_groups_than_a_token_names() -> None:
    world = World.load()
    person = world.account("many-groups").object_id
    assert sum(person in group.member_ids for group in world.groups) > 200


def test_generated_groups_have_the_same_ids_every_time() -> None:
    assert World.load() == World.load()


def test_a_guests_name_is_made_of_its_address() -> None:
    guest = World.load().account("guest")
    assert guest.upn == "guest_fabrikam.example#EXT#@contoso.example"


def test_the_deployer_starts_with_roles_at_the_subscription() -> None:
    world = World.load()
    deployer = world.account("deployer").object_id
    given = {(each.role_name, each.scope) for each in world.role_assignments}
    scope = f"/subscriptions/{world.subscription_id}"
    assert given == {
        ("Contributor", scope),
        ("Role Based Access Control Administrator", scope),
    }
    assert {each.principal_id for each in world.role_assignments} == {deployer}


def test_groups_of_the_stacks_exist_and_both_who_deploy_are_administrators() -> None:
    world = World.load()
    groups = {group.display_name: group for group in world.groups}
    for path in (DEFAULT.parents[1] / "stacks").glob("*.yaml"):
        for name in re.findall(r"existing: ([\w-]+)", path.read_text(encoding="utf-8")):
            assert name in groups, f"{path.name} names it"
    administrators = groups["sg-platform-admins"].member_ids
    for who in ("deployer", "ci"):
        assert world.account(who).object_id in administrators


def test_policies_name_people_and_groups(tmp_path: Path, document: dict[str, Any]) -> None:
    policy = {"name": "p", "users": ["guest"], "groups": ["sg-shop"], "require": "mfa"}
    document["conditionalAccess"] = [policy]
    document["tokenLifetimes"] = {"refreshDays": 7}
    world = load(tmp_path, document)
    (found,) = world.conditional_access
    assert found.users == [world.account("guest").object_id]
    assert found.groups == ["0a1b2c3d-0000-4000-8000-000000000403"]
    assert found.require == "mfa"
    assert world.lifetimes == Lifetimes(timedelta(minutes=60), timedelta(days=7))
    policy["users"] = ["gest"]
    assert "conditionalAccess[0].users: there is no 'gest'" in problem(tmp_path, document)


@pytest.mark.parametrize("require", ["", "password", None])
def test_a_policy_requires_a_second_factor_or_blocks(
    tmp_path: Path, document: dict[str, Any], require: str | None
) -> None:
    document["conditionalAccess"] = [{"name": "p", "require": require}]
    assert "conditionalAccess[0].require" in problem(tmp_path, document)


def test_every_problem_is_listed_with_its_place(tmp_path: Path, document: dict[str, Any]) -> None:
    document["users"][0]["id"] = "not-a-guid"
    document["groups"][0]["colour"] = "red"
    del document["tenant"]["domain"]
    text = problem(tmp_path, document)
    for part in ("users[0].id", "not-a-guid", "groups[0]", "colour", "tenant", "domain"):
        assert part in text


def test_an_unknown_name_is_shown_with_those_there_are(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    document["groups"][1]["members"] = ["payment-dev"]
    text = problem(tmp_path, document)
    assert "groups[1].members: there is no 'payment-dev'" in text
    assert "payments-dev" in text


def test_ids_and_names_are_used_once(tmp_path: Path, document: dict[str, Any]) -> None:
    document["users"][1]["id"] = document["users"][0]["id"]
    document["users"][1]["name"] = "deployer"
    text = problem(tmp_path, document)
    assert document["users"][0]["id"] in text
    assert "'deployer' is used 2 times" in text


def test_a_guest_needs_an_address(tmp_path: Path, document: dict[str, Any]) -> None:
    document["users"][4].pop("mail")
    assert "users[4]: a guest needs a mail" in problem(tmp_path, document)


@pytest.mark.parametrize("kind", ["users", "servicePrincipals"])
def test_a_secret_is_never_repeated(tmp_path: Path, document: dict[str, Any], kind: str) -> None:
    name = "password" if kind == "users" else "secret"
    document[kind][0][name] = ["the-secret-itself"]
    text = problem(tmp_path, document)
    assert f"{kind}[0].{name}" in text
    assert "the-secret-itself" not in text


@pytest.mark.parametrize("text", ["", "- a", "a: [", "7"])
def test_what_is_no_world_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorldError, match=r"world\.yaml"):
        World.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="No such file"):
        World.load(tmp_path / "world.yaml")

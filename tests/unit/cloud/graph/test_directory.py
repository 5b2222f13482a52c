from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.graph.relations import DirectoryError
from tests.support.identity import SG_ADMINS, SG_PAYMENTS, WORLD, Identity

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

OUTSIDER = WORLD.account("outsider").object_id


@pytest.fixture
def nested(identity: Identity) -> tuple[str, str, str]:
    """Three groups, each in the one before it, the outsider in the last."""
    first, second, third = (identity.new_group(f"g{number}")["id"] for number in range(3))
    directory = identity.cloud.directory
    directory.add("members", first, second)
    directory.add("members", second, third)
    directory.add("members", third, OUTSIDER)
    return first, second, third


def test_membership_reaches_through_groups(cloud: Cloud, nested: tuple[str, str, str]) -> None:
    first, _, third = nested
    assert cloud.directory.transitive_group_ids(OUTSIDER) == frozenset(nested)
    assert cloud.directory.direct_group_ids(OUTSIDER) == [third]
    assert set(cloud.directory.transitive_members(first)) == {*nested[1:], OUTSIDER}


def test_a_circle_of_groups_ends(cloud: Cloud, nested: tuple[str, str, str]) -> None:
    first, _, third = nested
    cloud.directory.add("members", third, first)
    assert cloud.directory.transitive_group_ids(OUTSIDER) == frozenset(nested)
    assert OUTSIDER in cloud.directory.transitive_members(third)


def test_a_deleted_group_leaves_no_membership(cloud: Cloud, nested: tuple[str, str, str]) -> None:
    first, second, third = nested
    assert cloud.directory.remove("Group", second)
    assert cloud.directory.transitive_group_ids(OUTSIDER) == {third}
    assert cloud.directory.members(first) == []
    assert not cloud.directory.remove("Group", second)


def test_a_deleted_person_is_in_no_group(cloud: Cloud) -> None:
    person = WORLD.account("payments-dev").object_id
    cloud.directory.remove("User", person)
    assert cloud.directory.members(SG_PAYMENTS) == []
    assert cloud.directory.principal(person) is None


@pytest.mark.parametrize(
    ("added", "code"),
    [
        (WORLD.account("payments-dev").object_id, "exists"),
        (WORLD.account("payments-dev").object_id.upper(), "exists"),
        (SG_PAYMENTS, "cycle"),
        ("99999999-0000-4000-8000-000000000001", "not-found"),
    ],
)
def test_what_cannot_be_added_is_refused(cloud: Cloud, added: str, code: str) -> None:
    with pytest.raises(DirectoryError) as error:
        cloud.directory.add("members", SG_PAYMENTS, added)
    assert error.value.code == code


def test_who_is_no_member_cannot_be_removed(cloud: Cloud) -> None:
    with pytest.raises(DirectoryError) as error:
        cloud.directory.drop("members", SG_PAYMENTS, OUTSIDER)
    assert error.value.code == "not-found"


def test_principals_are_found_by_every_name(cloud: Cloud) -> None:
    directory = cloud.directory
    person, application = WORLD.account("payments-dev"), WORLD.account("deployer")
    found = directory.find_by_upn(person.upn.upper())
    assert found is not None
    assert (found.kind, found.object_id, found.upn) == ("User", person.object_id, person.upn)
    by_app = directory.find_by_app_id(application.app_id)
    assert by_app is not None
    assert (by_app.kind, by_app.object_id) == ("ServicePrincipal", application.object_id)
    group = directory.principal(SG_ADMINS.upper())
    assert group is not None
    assert (group.kind, group.display_name) == ("Group", "sg-platform-admins")
    assert directory.find_by_upn("nobody@contoso.example") is None
    assert directory.find_by_app_id(person.object_id) is None

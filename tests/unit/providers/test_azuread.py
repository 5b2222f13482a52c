from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.providers.codec import UNKNOWN
from tests.support.provider_host import Hosted, RefusedError
from tests.support.wire import CALLER, ORIGIN, Wire

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json

URN = "urn:pulumi:dev::aks-entra::azuread:index/group:Group::admins"
INPUTS: Json = {
    "displayName": "aks-admins",
    "securityEnabled": True,
    "preventDuplicateNames": True,
    "owners": [CALLER],
    "members": ["b", "a"],
}
LIVE: Json = {
    "id": "g",
    "displayName": "aks-admins",
    "mailNickname": "nick",
    "mailEnabled": False,
    "securityEnabled": True,
}


def people(*ids: str) -> Json:
    return {"value": [{"id": object_id} for object_id in ids]}


def expect_finish(wire: Wire) -> None:
    """Rename, wait for the name, owners are right already, add the members, read back."""
    wire.expect("PATCH", "/v1.0/groups/g", 204)
    wire.expect("GET", "/v1.0/groups/g", 200, LIVE)
    wire.expect("GET", "/v1.0/groups/g/members", 200, people())
    wire.expect("POST", "/v1.0/groups/g/members/$ref", 204)
    wire.expect("POST", "/v1.0/groups/g/members/$ref", 204)
    wire.expect("GET", "/v1.0/groups/g/owners", 200, people(CALLER))
    expect_reading(wire)


def expect_reading(wire: Wire) -> None:
    wire.expect("GET", "/v1.0/groups/g", 200, LIVE)
    wire.expect("GET", "/v1.0/groups/g", 200, LIVE)
    wire.expect("GET", "/v1.0/groups/g/members", 200, people("a", "b"))
    wire.expect("GET", "/v1.0/groups/g/owners", 200, people(CALLER))


def test_a_group_is_made_under_a_temporary_name_and_then_renamed(
    directory: Hosted, wire: Wire
) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("POST", "/v1.0/groups", 201, {"id": "g"})
    expect_finish(wire)
    made, outputs = directory.create(URN, INPUTS)
    assert made == "/groups/g"
    assert outputs["objectId"] == "g"
    posted = wire.bodies[2]
    assert posted["displayName"].startswith("TERRAFORM_UPDATE_")
    assert posted["owners@odata.bind"] == [f"{ORIGIN}/v1.0/directoryObjects/{CALLER}"]
    assert wire.bodies[3] == {"displayName": "aks-admins", "securityEnabled": True}


def test_the_group_of_a_killed_run_is_finished_instead_of_made_again(
    directory: Hosted, wire: Wire
) -> None:
    half = LIVE | {"displayName": "TERRAFORM_UPDATE_x"}
    wire.expect("GET", "/v1.0/groups", 200, {"value": [half]})
    expect_finish(wire)
    assert directory.create(URN, INPUTS)[0] == "/groups/g"


def test_a_replacement_is_not_mistaken_for_the_group_that_it_replaces(
    directory: Hosted, wire: Wire
) -> None:
    found = directory.diff(URN, INPUTS, INPUTS | {"assignableToRole": True}, "/groups/old")
    assert list(found.replaces) == ["assignableToRole"]
    assert found.deleteBeforeReplace is False
    for _ in range(2):
        wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("POST", "/v1.0/groups", 201, {"id": "g"})
    expect_finish(wire)
    directory.create(URN, INPUTS)
    replacing = wire.bodies[2]["mailNickname"]

    other = URN.replace("dev", "prd")
    for _ in range(2):
        wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("POST", "/v1.0/groups", 201, {"id": "g"})
    expect_finish(wire)
    directory.create(other, INPUTS)
    names = [body["mailNickname"] for body in wire.bodies if body and "mailNickname" in body]
    assert len(set(names)) == 2
    assert replacing in names


def test_a_second_group_of_that_name_is_refused_where_duplicates_are_prevented(
    directory: Hosted, wire: Wire
) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("GET", "/v1.0/groups", 200, {"value": [LIVE | {"id": "other"}]})
    with pytest.raises(RefusedError, match=r"'aks-admins' already exists.*other.*import_="):
        directory.create(URN, INPUTS)


def test_a_preview_refuses_a_second_group_of_that_name_too(directory: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("GET", "/v1.0/groups", 200, {"value": [LIVE | {"id": "other"}]})
    with pytest.raises(RefusedError, match="'aks-admins' already exists"):
        directory.create(URN, INPUTS, preview=True)


def test_a_group_is_not_renamed_to_the_name_of_another(directory: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": [LIVE | {"id": "other"}]})
    with pytest.raises(RefusedError, match="'taken' already exists"):
        directory.update(URN, "/groups/g", INPUTS, INPUTS | {"displayName": "taken"})


def test_a_group_whose_members_cannot_be_added_is_kept_for_an_update(
    directory: Hosted, wire: Wire
) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("POST", "/v1.0/groups", 201, {"id": "g"})
    wire.expect("PATCH", "/v1.0/groups/g", 204)
    wire.expect("GET", "/v1.0/groups/g", 200, LIVE)
    wire.expect("GET", "/v1.0/groups/g/members", 200, people())
    error = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}
    wire.expect("POST", "/v1.0/groups/g/members/$ref", 403, error)
    expect_reading(wire)
    with pytest.raises(RefusedError, match=r"adding a to the members.*Insufficient") as refused:
        directory.create(URN, INPUTS)
    assert refused.value.partial is not None
    assert refused.value.partial.id == "/groups/g"


def test_owners_and_members_are_sets(directory: Hosted) -> None:
    assert not directory.diff(URN, INPUTS, INPUTS | {"members": ["a", "b"]}).detailedDiff


def test_an_update_adds_members_before_it_removes_others(directory: Hosted, wire: Wire) -> None:
    news = INPUTS | {"members": ["c"]}
    wire.expect("PATCH", "/v1.0/groups/g", 204)
    wire.expect("GET", "/v1.0/groups/g", 200, LIVE)
    wire.expect("GET", "/v1.0/groups/g/members", 200, people("a", "b"))
    wire.expect("POST", "/v1.0/groups/g/members/$ref", 204)
    wire.expect("DELETE", "/v1.0/groups/g/members/a/$ref", 204)
    wire.expect("DELETE", "/v1.0/groups/g/members/b/$ref", 204)
    wire.expect("GET", "/v1.0/groups/g/owners", 200, people(CALLER))
    expect_reading(wire)
    directory.update(URN, "/groups/g", INPUTS, news)


def test_a_preview_does_not_know_the_object_id(directory: Hosted, wire: Wire) -> None:
    for _ in range(2):
        wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    made, outputs = directory.create(URN, INPUTS, preview=True)
    assert made == ""
    assert outputs["objectId"] == UNKNOWN
    assert outputs["displayName"] == "aks-admins"


def test_a_member_added_by_hand_is_drift(directory: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/v1.0/groups/g", 200, LIVE)
    wire.expect("GET", "/v1.0/groups/g", 200, LIVE)
    wire.expect("GET", "/v1.0/groups/g/members", 200, people("a", "b", "z"))
    wire.expect("GET", "/v1.0/groups/g/owners", 200, people(CALLER))
    outputs = INPUTS | {"members": ["a", "b"]}
    _, _, inputs = directory.read(URN, "/groups/g", INPUTS, outputs)
    assert inputs["members"] == ["a", "b", "z"]


def test_a_deleted_group_is_read_as_nothing(directory: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/v1.0/groups/g", 404)
    assert directory.read(URN, "/groups/g", INPUTS, INPUTS)[0] == ""


def test_what_is_not_rehearsed_is_refused_by_name(directory: Hosted) -> None:
    inputs = {"displayName": "x", "securityEnabled": True, "types": ["Unified"]}
    _, failures = directory.check(URN, inputs)
    assert len(failures) == 1
    assert "Group.types" in failures[0]


@pytest.mark.parametrize(
    ("found", "message"),
    [([], "No group found"), ([LIVE, LIVE], "More than one group found")],
)
def test_a_name_that_is_not_exactly_one_groups_is_an_error(
    directory: Hosted, wire: Wire, found: list[Json], message: str
) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": found})
    with pytest.raises(RefusedError, match=f'{message} with displayName: "sg"'):
        directory.invoke("azuread:index/getGroup:getGroup", {"displayName": "sg"})


def test_pages_are_followed(directory: Hosted, wire: Wire) -> None:
    wire.expect("GET", "/v1.0/groups/g", 200, LIVE)
    first = people("a") | {"@odata.nextLink": f"{ORIGIN}/v1.0/next"}
    wire.expect("GET", "/v1.0/groups/g/transitiveMembers", 200, first)
    wire.expect("GET", "/v1.0/next", 200, people("b"))
    wire.expect("GET", "/v1.0/groups/g/owners", 200, people())
    args = {"objectId": "g", "includeTransitiveMembers": True}
    found = directory.invoke("azuread:index/getGroup:getGroup", args)
    assert found["members"] == ["a", "b"]


def test_a_user_is_found_by_principal_name(directory: Hosted, wire: Wire) -> None:
    user = {"id": "u", "userPrincipalName": "a@contoso.example", "displayName": "A"}
    wire.expect("GET", "/v1.0/users", 200, {"value": [user]})
    args = {"userPrincipalName": "a@contoso.example"}
    assert directory.invoke("azuread:index/getUser:getUser", args)["objectId"] == "u"


def test_users_that_are_missing_may_be_left_out(directory: Hosted, wire: Wire) -> None:
    user = {"id": "u", "userPrincipalName": "a@contoso.example"}
    wire.expect("GET", "/v1.0/users", 200, {"value": [user]})
    wire.expect("GET", "/v1.0/users", 200, {"value": []})
    args = {"userPrincipalNames": ["a@contoso.example", "b@c"], "ignoreMissing": True}
    assert directory.invoke("azuread:index/getUsers:getUsers", args)["objectIds"] == ["u"]


def test_the_caller_is_told_by_its_token(directory: Hosted) -> None:
    found = directory.invoke("azuread:index/getClientConfig:getClientConfig")
    assert found["objectId"] == CALLER

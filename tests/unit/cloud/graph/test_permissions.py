"""Who may do what: a permission, a directory role or ownership against an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.identity import SG_PAYMENTS, WORLD, Identity, link

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

SHOP = WORLD.account("shop-dev").object_id
NEW = {"displayName": "n", "mailEnabled": False, "mailNickname": "n", "securityEnabled": True}
NEW_USER = {
    "accountEnabled": True,
    "displayName": "n",
    "mailNickname": "n",
    "userPrincipalName": "n@contoso.example",
    "passwordProfile": {"password": "n-Passw0rd"},
}
INVITATION = {
    "invitedUserEmailAddress": "new@fabrikam.example",
    "inviteRedirectUrl": "https://portal.example",
}
APP = f"/applications(appId='{WORLD.account('deployer').app_id}')"
# What each operation is tried with; the order is that of the letters in the table.
OPERATIONS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "g": ("GET", f"/groups/{SG_PAYMENTS}", None),
    "G": ("POST", "/groups", NEW),
    "R": ("POST", "/groups", {**NEW, "isAssignableToRole": True}),
    "m": ("GET", f"/groups/{SG_PAYMENTS}/members", None),
    "M": ("POST", f"/groups/{SG_PAYMENTS}/members/$ref", link(SHOP)),
    "O": ("POST", f"/groups/{SG_PAYMENTS}/owners/$ref", link(SHOP)),
    "P": ("PATCH", f"/groups/{SG_PAYMENTS}", {"description": "x"}),
    "u": ("GET", f"/users/{SHOP}", None),
    "U": ("POST", "/users", NEW_USER),
    "W": ("PATCH", f"/users/{SHOP}", {"passwordProfile": {"password": "0ther-word"}}),
    "I": ("POST", "/invitations", INVITATION),
    "a": ("GET", APP, None),
    "A": ("POST", "/applications", {"displayName": "n"}),
    "S": ("POST", f"{APP}/addPassword", {}),
}
APPLICATION_PERMISSIONS = {
    "": "",
    "Group.Read.All": "gm",
    "GroupMember.Read.All": "gm",
    "GroupMember.ReadWrite.All": "gmM",
    "Group.Create": "G",
    "Group.ReadWrite.All": "gGmMOP",
    "RoleManagement.ReadWrite.Directory": "",
    "User.ReadBasic.All": "u",
    "User.Read.All": "u",
    "User.Invite.All": "I",
    "User.ReadWrite.All": "uUI",
    "User-PasswordProfile.ReadWrite.All": "",
    "Application.Read.All": "a",
    "Application.ReadWrite.OwnedBy": "aA",
    "Application.ReadWrite.All": "aAS",
    "Directory.Read.All": "gmua",
    "Directory.ReadWrite.All": "gGmMOPuUIaAS",
}
MEMBER = "gGmuIaA"
DIRECTORY_ROLES = {
    "Directory Readers": MEMBER,
    "Global Reader": MEMBER,
    "Guest Inviter": MEMBER,
    "Groups Administrator": MEMBER + "MOP",
    "Privileged Role Administrator": MEMBER + "R",
    "User Administrator": MEMBER + "MOPUW",
    "Application Administrator": MEMBER + "S",
    "Cloud Application Administrator": MEMBER + "S",
    "Global Administrator": "".join(OPERATIONS),
}


def allowed(identity: Identity, who: str) -> str:
    """Letters of the operations that are not refused; none changes what the others find."""
    letters = ""
    for letter, (method, path, body) in OPERATIONS.items():
        reply = identity.graph(method, path, body, who=who)
        if reply.status == 403:
            assert reply.body["error"]["code"] == "Authorization_RequestDenied"
        else:
            assert reply.status < 300, (letter, reply.body)
            letters += letter
    return letters


def grant(cloud: Cloud, who: str, permissions: set[str], roles: set[str]) -> None:
    object_id = WORLD.account(who).object_id
    cloud.directory.grant(object_id, graph=frozenset(permissions), directory_roles=frozenset(roles))


@pytest.mark.parametrize(("permission", "letters"), APPLICATION_PERMISSIONS.items())
def test_an_application_may_what_its_permission_says(
    cloud: Cloud, identity: Identity, permission: str, letters: str
) -> None:
    grant(cloud, "ci", {permission} - {""}, set())
    assert sorted(allowed(identity, "ci")) == sorted(letters)


@pytest.mark.parametrize(("role", "letters"), DIRECTORY_ROLES.items())
def test_a_person_may_what_the_directory_role_says(
    cloud: Cloud, identity: Identity, role: str, letters: str
) -> None:
    grant(cloud, "outsider", set(), {role})
    assert sorted(allowed(identity, "outsider")) == sorted(letters)


def test_a_member_without_a_role_has_the_default_permissions(identity: Identity) -> None:
    assert sorted(allowed(identity, "outsider")) == sorted(MEMBER)


def test_a_guest_may_nothing_of_that(identity: Identity) -> None:
    assert allowed(identity, "guest") == ""


def test_an_owner_manages_the_group(cloud: Cloud, identity: Identity) -> None:
    cloud.directory.add("owners", SG_PAYMENTS, WORLD.account("outsider").object_id)
    assert sorted(allowed(identity, "outsider")) == sorted(MEMBER + "MOP")


def test_groups_for_roles_need_both_rights(cloud: Cloud, identity: Identity) -> None:
    grant(cloud, "ci", {"Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"}, set())
    made = identity.graph("POST", "/groups", {**NEW, "isAssignableToRole": True}, who="ci")
    assert made.status == 201
    assert made.body["visibility"] == "Private"
    public = {**NEW, "isAssignableToRole": True, "visibility": "Public"}
    assert identity.graph("POST", "/groups", public, who="ci").status == 400


def test_an_application_that_may_only_create_owns_it(cloud: Cloud, identity: Identity) -> None:
    grant(cloud, "ci", {"Group.Create"}, set())
    made = identity.graph("POST", "/groups", NEW, who="ci").body
    assert cloud.directory.owners(made["id"]) == [WORLD.account("ci").object_id]


def test_of_what_may_not_be_read_only_the_id_is_shown(cloud: Cloud, identity: Identity) -> None:
    grant(cloud, "ci", {"GroupMember.Read.All"}, set())
    (member,) = identity.graph("GET", f"/groups/{SG_PAYMENTS}/members", who="ci").body["value"]
    assert member.pop("id") == WORLD.account("payments-dev").object_id
    assert member.pop("@odata.type") == "#microsoft.graph.user"
    assert set(member.values()) == {None}

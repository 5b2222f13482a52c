"""Graph as azuread, az and the SDKs call it, under both versions."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    AZURE_CLI,
    ORIGIN,
    SG_PAYMENTS,
    TENANT,
    WORLD,
    Identity,
    graph_error,
)

PERSON = WORLD.account("payments-dev")
DEPLOYER = WORLD.account("deployer")
GONE = "99999999-0000-4000-8000-000000000001"
OWNER = "shop-dev"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
ONLY = {"securityEnabledOnly": True}
NEW = {"displayName": "x", "mailEnabled": False, "mailNickname": "x", "securityEnabled": True}
TYPES = {"user", "group", "servicePrincipal"}

READS = [
    *("/groups", f"/groups/{SG_PAYMENTS}", f"/groups/{SG_PAYMENTS}/members"),
    *(f"/groups/{SG_PAYMENTS}/owners", f"/groups/{SG_PAYMENTS}/transitiveMembers"),
    *(f"/groups/{SG_PAYMENTS}/members/$ref", f"/groups/{SG_PAYMENTS}/owners/$ref"),
    *(f"/groups/{SG_PAYMENTS}/members/microsoft.graph.user",),
    *(f"/groups/{SG_PAYMENTS}/owners/microsoft.graph.user",),
    *(f"/directoryObjects/{SG_PAYMENTS}", "/organization", "/applications", "/servicePrincipals"),
    *("/users", f"/users/{PERSON.object_id}", f"/users/{PERSON.upn}", "/me", "/me/ownedObjects"),
    *(f"/users/{PERSON.upn}/memberOf", f"/users/{PERSON.upn}/transitiveMemberOf"),
    f"/groups/{SG_PAYMENTS}/memberOf",
    f"/servicePrincipals/{DEPLOYER.object_id}/transitiveMemberOf",
    f"/servicePrincipals(appId='{DEPLOYER.app_id}')",
    f"/applications(appId='{DEPLOYER.app_id}')/owners",
    f"/applications(appId='{DEPLOYER.app_id}')/federatedIdentityCredentials",
]
QUESTIONS = [
    f"{holder}/{question}"
    for holder in (
        f"/users/{PERSON.object_id}",
        f"/groups/{SG_PAYMENTS}",
        f"/servicePrincipals/{DEPLOYER.object_id}",
        f"/directoryObjects/{PERSON.object_id}",
    )
    for question in ("getMemberGroups", "getMemberObjects")
]


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_both_versions_have_the_same_routes(identity: Identity, version: str) -> None:
    headers = {
        "authorization": f"Bearer {identity.log_in(OWNER, f'{ORIGIN}/.default')['access_token']}"
    }
    missing = [
        path
        for path in READS
        if identity.request("GET", f"/{version}{path}", headers=headers).status != 200
    ]
    body = b'{"securityEnabledOnly": true}'
    missing += [
        path
        for path in QUESTIONS
        if identity.request("POST", f"/{version}{path}", body, headers).status != 200
    ]
    assert missing == []


@pytest.mark.parametrize(
    "address",
    [
        f"{ORIGIN}/v1.0/directoryObjects/{{}}",
        f"{ORIGIN}/beta/directoryObjects/{{}}",
        f"{ORIGIN}/v1.0/{TENANT}/directoryObjects/{{}}",
        f"{ORIGIN}/v1.0/users/{{}}",
        "https://graph.microsoft.com/v1.0/directoryObjects/{}",
    ],
)
def test_a_reference_is_its_last_segment(identity: Identity, address: str) -> None:
    person = WORLD.account("outsider").object_id
    body = {"@odata.id": address.format(person)}
    path = f"/groups/{SG_PAYMENTS}/members"
    assert identity.graph("POST", f"{path}/$ref", body).status == 204
    assert person in [each["id"] for each in identity.graph("GET", path).body["value"]]


def test_everything_that_is_got_by_id_says_its_type(identity: Identity) -> None:
    wanted = [PERSON.object_id, SG_PAYMENTS, DEPLOYER.object_id]
    body = {"ids": wanted, "types": ["user", "group", "servicePrincipal"]}
    found = identity.graph("POST", "/directoryObjects/getByIds", body).body["value"]
    types = {each["@odata.type"].removeprefix("#microsoft.graph.") for each in found}
    assert types == TYPES


def test_microsofts_own_applications_are_in_the_tenant(identity: Identity) -> None:
    for app_id in (AKS_SERVER, AKS_CLIENT, AZURE_CLI, GRAPH_APP):
        found = identity.graph("GET", f"/servicePrincipals(appId='{app_id}')")
        assert (found.status, found.body.get("appId")) == (200, app_id)


def test_who_makes_an_application_owns_it_and_its_principal(identity: Identity) -> None:
    person = WORLD.account(OWNER).object_id
    body: dict[str, Any] = {"displayName": "app", "description": None, "notes": None}
    made = identity.graph("POST", "/beta/applications", body, who=OWNER)
    assert made.status == 201
    assert {name: made.body[name] for name in ("description", "notes")} == {
        "description": None,
        "notes": None,
    }
    principal = identity.graph(
        "POST", "/beta/servicePrincipals", {"appId": made.body["appId"]}, who=OWNER
    )
    for kind, holder in (("applications", made), ("servicePrincipals", principal)):
        owners = identity.graph("GET", f"/{kind}/{holder.body['id']}/owners").body["value"]
        assert [each["id"] for each in owners] == [person], kind


def test_the_filters_of_az_need_no_header(identity: Identity) -> None:
    for path, text in (
        ("/groups", "displayName eq 'sg-payments' and mailNickname eq 'sg-payments'"),
        ("/groups", "startswith(displayName,'sg-payments')"),
        ("/users", f"userPrincipalName eq '{PERSON.upn}'"),
        ("/servicePrincipals", f"servicePrincipalNames/any(c:c eq '{DEPLOYER.app_id}')"),
        ("/servicePrincipals", f"appId eq '{DEPLOYER.app_id}'"),
        ("/applications", f"appId eq '{DEPLOYER.app_id}'"),
    ):
        reply = identity.graph("GET", f"{path}?$filter={quote(text)}")
        assert reply.status == 200, reply.body
        assert len(reply.body["value"]) == 1, text


def test_a_nickname_is_ascii_and_has_none_of_these(identity: Identity) -> None:
    for character in '@()\\[]";:<>, ü':
        reply = identity.graph("POST", "/groups", {**NEW, "mailNickname": f"a{character}b"})
        assert graph_error(reply) == (400, "Request_BadRequest"), character


def test_a_nickname_has_64_characters_at_most_and_may_repeat(identity: Identity) -> None:
    body = {**NEW, "mailNickname": "x" * 64}
    assert [identity.graph("POST", "/groups", body).status for _ in range(2)] == [201, 201]


@pytest.mark.parametrize(
    ("path", "status", "code", "message"),
    [
        (
            f"/groups/{GONE}",
            404,
            "Request_ResourceNotFound",
            (
                f"Resource '{GONE}' does not exist or one of its queried reference-property objects"
                " are not present."
            ),
        ),
        (
            f"/groups/{SG_PAYMENTS}/members/$ref",
            400,
            "Request_BadRequest",
            (
                "One or more added object references already exist for the following modified"
                " properties: 'members'."
            ),
        ),
        (
            "/users",
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ),
    ],
)
def test_a_refusal_has_graphs_words_and_the_inner_error(
    identity: Identity, path: str, status: int, code: str, message: str
) -> None:
    method = "GET" if GONE in path else "POST"
    body = {"@odata.id": f"{ORIGIN}/v1.0/directoryObjects/{PERSON.object_id}"}
    reply = identity.graph(method, path, body)
    assert graph_error(reply) == (status, code)
    assert reply.body["error"]["message"] == message
    inner = {"date", "request-id", "client-request-id"}
    assert inner == set(reply.body["error"]["innerError"])


def test_graph_is_known_by_several_names(identity: Identity) -> None:
    for audience in (ORIGIN, f"{ORIGIN}/", GRAPH_APP, "https://graph.microsoft.com"):
        token = identity.log_in(OWNER, f"{audience}/.default")["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        assert identity.request("GET", "/v1.0/me", headers=headers).status == 200, audience


def test_only_security_groups_are_told_if_that_is_asked(identity: Identity) -> None:
    person = WORLD.account("outsider")
    unified: dict[str, Any] = {"mailEnabled": True, "securityEnabled": False}
    team = identity.new_group("team", groupTypes=["Unified"], **unified)["id"]
    plain = identity.new_group("plain")["id"]
    for group in (team, plain):
        identity.cloud.directory.add("members", group, person.object_id)
    path = f"/users/{person.object_id}/getMemberGroups"
    assert identity.graph("POST", path, ONLY).body["value"] == [plain]
    everything = identity.graph("POST", path, {"securityEnabledOnly": False}).body["value"]
    assert set(everything) == {team, plain}


@pytest.mark.parametrize(
    "text", ["displayName ne 'x'", "not startswith(displayName,'x')", "endswith(mail,'x')"]
)
def test_an_advanced_query_needs_both_header_and_count(identity: Identity, text: str) -> None:
    address = f"/groups?$filter={quote(text)}"
    eventual = {"consistencylevel": "eventual"}
    for more, headers in (("", {}), ("", eventual), ("&$count=true", {})):
        reply = identity.graph("GET", f"{address}{more}", headers=headers)
        assert graph_error(reply) == (400, "Request_UnsupportedQuery"), (more, headers)
    assert identity.graph("GET", f"{address}&$count=true", headers=eventual).status == 200


def test_a_group_for_roles_is_security_enabled(identity: Identity) -> None:
    body = {**NEW, "isAssignableToRole": True, "securityEnabled": False, "mailEnabled": True}
    identity.cloud.directory.grant(
        DEPLOYER.object_id,
        graph=frozenset({"Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"}),
        directory_roles=frozenset(),
    )
    reply = identity.graph("POST", "/groups", {**body, "groupTypes": ["Unified"]})
    assert graph_error(reply) == (400, "Request_BadRequest")
    assert "isAssignableToRole" in reply.body["error"]["message"]

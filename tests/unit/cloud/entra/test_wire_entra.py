"""Entra as MSAL for Python, MSAL for Go, ADAL and go-azure-sdk speak to it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives import hashes

from rehearsal.cloud.web import Request
from tests.support.assertions import certificate_of, new_key, present, register_certificate
from tests.support.identity import (
    AKS_CLIENT,
    AKS_SERVER,
    AZURE_CLI,
    GRAPH,
    ORIGIN,
    TENANT,
    TOKEN_V1,
    WORLD,
    Identity,
    claims_of,
    error_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from rehearsal.cloud.context import Cloud

OPENID = ".well-known/openid-configuration"
TENANTS = [TENANT, WORLD.domain, "organizations", "common"]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CI = WORLD.account("ci").app_id
KEY = new_key()


def document(identity: Identity, path: str) -> dict[str, Any]:
    reply = identity.request("GET", path)
    assert reply.status == 200, reply.body
    return reply.body


@pytest.mark.parametrize("tenant", TENANTS)
def test_version_2_tells_msal_all_that_it_asks_for(identity: Identity, tenant: str) -> None:
    found = document(identity, f"/{tenant}/v2.0/{OPENID}")

    assert {
        *("issuer", "authorization_endpoint", "token_endpoint", "device_authorization_endpoint"),
        *("jwks_uri", "msgraph_host", "cloud_instance_name"),
    } <= set(found)
    # MSAL for Go: an issuer of the authority's host and port is trusted.
    assert found["issuer"].startswith(f"{ORIGIN}/")
    # MSAL for Go makes the device endpoint of the token endpoint, by every "token" in it.
    made = found["token_endpoint"].replace("token", "devicecode")
    assert made == found["device_authorization_endpoint"]
    # MSAL for Python takes the tenant from the token endpoint's path.
    in_path = found["token_endpoint"].removeprefix(f"{ORIGIN}/").partition("/")[0]
    assert in_path == (tenant if tenant in {"common", "organizations"} else TENANT)


def test_version_1_is_found_for_the_same_tenants(identity: Identity) -> None:
    for tenant in TENANTS:
        issuer = document(identity, f"/{tenant}/{OPENID}")["issuer"]
        named = "{tenantid}" if tenant in {"common", "organizations"} else TENANT
        assert issuer == f"https://sts.windows.net/{named}/"


def test_two_issuers_have_one_set_of_keys(identity: Identity) -> None:
    paths = [document(identity, f"/{TENANT}/{version}{OPENID}") for version in ("", "v2.0/")]
    sets = [document(identity, each["jwks_uri"]) for each in paths]
    assert sets[0] == sets[1]
    reply = identity.token_reply(**identity.password_fields("payments-dev")).body
    issuers = {name: claims_of(reply[name])["iss"] for name in ("access_token", "id_token")}
    assert issuers == {
        "access_token": f"https://sts.windows.net/{TENANT}/",
        "id_token": f"{ORIGIN}/{TENANT}/v2.0",
    }
    kids = {key["kid"] for key in sets[0]["keys"]}
    for name in issuers:
        header = jwt.get_unverified_header(reply[name])
        assert header["kid"] in kids
        assert header["alg"] == "RS256"


@pytest.mark.parametrize("segment", ["userrealm", "UserRealm"])
def test_the_realm_is_found_in_both_spellings(identity: Identity, segment: str) -> None:
    upn = WORLD.account("shop-dev").upn
    request = Request("GET", f"/common/{segment}/{upn}", {"api-version": "1.0"})
    reply = identity.cloud.router.handle(request)
    assert (reply.status, reply.body["account_type"]) == (200, "Managed")


def device(identity: Identity, address: str, **fields: str) -> dict[str, Any]:
    """A device's code, once its person has logged in."""
    path = f"/{TENANT}/oauth2/{address}"
    reply = identity.post_form(path, client_id=AKS_CLIENT, **fields)
    assert reply.status == 200, reply.body
    account = WORLD.account("payments-dev")
    page = {"user_code": reply.body["user_code"], "username": account.upn}
    identity.post_form("/common/oauth2/deviceauth", **page, password=account.secret, action="login")
    return reply.body


def test_a_device_of_version_2_gets_numbers_and_its_own_names(identity: Identity) -> None:
    begun = device(identity, "v2.0/devicecode", scope=f"{AKS_SERVER}/.default")
    assert set(begun) == {
        *("user_code", "device_code", "verification_uri", "expires_in", "interval", "message")
    }
    assert isinstance(begun["expires_in"], int)
    assert isinstance(begun["interval"], int)
    assert begun["user_code"] in begun["message"]


@pytest.mark.parametrize("names", [("device_code",), ("device_code", "code")])
def test_a_device_code_may_come_under_both_names(
    identity: Identity, names: Collection[str]
) -> None:
    begun = device(identity, "v2.0/devicecode", scope=f"{AKS_SERVER}/.default")
    fields: dict[str, str] = dict.fromkeys(names, str(begun["device_code"]))
    reply = identity.token_reply(grant_type=DEVICE, client_id=AKS_CLIENT, **fields)
    assert reply.status == 200


def test_version_1_waits_and_fails_in_adals_words(identity: Identity) -> None:
    path = f"/{TENANT}/oauth2/devicecode?api-version=1.0"
    begun = identity.post_form(path, client_id=AKS_CLIENT, resource=AKS_SERVER).body
    fields = {"grant_type": "device_code", "client_id": AKS_CLIENT, "resource": AKS_SERVER}
    waiting = identity.post_form(TOKEN_V1, **fields, code=begun["device_code"])
    assert error_of(waiting)[:2] == (400, "authorization_pending")
    assert {"verification_url", "user_code", "device_code", "message"} <= set(begun)
    assert "verification_uri" not in begun


def test_every_scope_is_repeated_to_the_letter(identity: Identity) -> None:
    host = ORIGIN.removeprefix("https://")
    assert ":" in host, "a host with its port"
    for resource in (AKS_SERVER, GRAPH, ORIGIN, f"{ORIGIN}/", "https://management.azure.com/"):
        scope = f"{resource}/.default openid offline_access profile"
        fields = identity.password_fields("payments-dev", client_id=AZURE_CLI, scope=scope)
        given = identity.token_reply(**fields).body["scope"].split()
        # MSAL for Go: "declined scopes are present".
        assert set(scope.split()) <= set(given), resource


@pytest.mark.parametrize("grant", ["client_credentials", "password", "refresh_token"])
def test_what_msal_adds_to_a_request_is_let_pass(identity: Identity, grant: str) -> None:
    beside = {"client_info": "1", "claims": '{"access_token":{"xms_cc":{"values":["CP1"]}}}'}
    if grant == "client_credentials":
        fields = identity.secret_fields("ci")
    else:
        fields = identity.password_fields("payments-dev")
    if grant == "refresh_token":
        token = identity.token_reply(**fields).body["refresh_token"]
        fields = {"client_id": AKS_CLIENT, "grant_type": grant, "refresh_token": token}
    assert identity.token_reply(**fields, **beside).status == 200


@pytest.mark.parametrize("path", ["oauth2/v2.0/token", "oauth2/token"])
def test_an_assertion_is_for_the_token_endpoint_it_is_sent_to(
    cloud: Cloud, identity: Identity, path: str
) -> None:
    certificate = certificate_of(KEY)
    register_certificate(cloud.store, CI, certificate)
    now = int(cloud.clock.now().timestamp())
    claims = {"iss": CI, "sub": CI, "aud": f"{ORIGIN}/{TENANT}/{path}", "exp": now + 600}
    for algorithm, name, kind in (
        ("PS256", "x5t#S256", hashes.SHA256()),
        ("RS256", "x5t", hashes.SHA1()),  # noqa: S303 - what older clients send
    ):
        thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(kind)).decode().rstrip("=")
        assertion = jwt.encode(claims, KEY, algorithm, headers={name: thumbprint})
        assert present(identity, CI, assertion).status == 200, algorithm


def test_a_persons_token_has_the_claims_of_version_1(identity: Identity) -> None:
    claims = claims_of(identity.log_in("payments-dev")["access_token"])
    assert {
        *("iss", "aud", "ver", "appid", "appidacr", "oid", "tid", "sub", "uti"),
        *("upn", "unique_name", "name", "scp", "iat", "nbf", "exp"),
    } <= set(claims)
    assert "idtyp" not in claims or claims["idtyp"] == "user"
    assert claims["tid"] == TENANT


def test_an_applications_token_has_the_claims_of_version_1(identity: Identity) -> None:
    claims = claims_of(identity.log_in("ci")["access_token"])
    assert {"iss", "aud", "ver", "appid", "appidacr", "oid", "tid", "sub", "uti"} <= set(claims)
    assert (claims["ver"], claims["idtyp"]) == ("1.0", "app")
    assert not {"upn", "scp"} & set(claims)


def test_a_graph_token_tells_who_calls(identity: Identity) -> None:
    account = WORLD.account("deployer")
    claims = claims_of(identity.log_in("deployer", f"{ORIGIN}/.default")["access_token"])
    assert (claims["oid"], claims["tid"], claims["appid"]) == (
        *(account.object_id, TENANT),
        account.app_id,
    )


def test_no_token_comes_by_the_implicit_flow(identity: Identity) -> None:
    fields = {"client_id": AKS_CLIENT, "response_type": "token", "scope": "openid"}
    query = urlencode(fields | {"redirect_uri": "http://localhost:8400/"})
    reply = identity.request("GET", f"/{TENANT}/oauth2/v2.0/authorize?{query}")
    assert (reply.status, b"access_token" in reply.encoded()) == (400, False)

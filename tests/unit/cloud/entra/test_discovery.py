from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud.web import Request
from tests.support.identity import ORIGIN, TENANT, Identity, error_of

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud

OPENID = ".well-known/openid-configuration"


@pytest.mark.parametrize("tenant", [TENANT, TENANT.upper(), "contoso.example"])
def test_version_2_has_this_cloud_as_issuer(identity: Identity, tenant: str) -> None:
    found = identity.request("GET", f"/{tenant}/v2.0/{OPENID}").body
    assert found["issuer"] == f"{ORIGIN}/{TENANT}/v2.0"
    assert found["token_endpoint"] == f"{ORIGIN}/{TENANT}/oauth2/v2.0/token"
    assert found["device_authorization_endpoint"] == f"{ORIGIN}/{TENANT}/oauth2/v2.0/devicecode"
    assert found["jwks_uri"] == f"{ORIGIN}/{TENANT}/discovery/v2.0/keys"


def test_version_1_has_azures_issuer(identity: Identity) -> None:
    found = identity.request("GET", f"/{TENANT}/{OPENID}").body
    assert found["issuer"] == f"https://sts.windows.net/{TENANT}/"
    assert found["token_endpoint"] == f"{ORIGIN}/{TENANT}/oauth2/token"


@pytest.mark.parametrize("tenant", ["common", "organizations"])
def test_a_tenant_yet_unknown_is_a_placeholder_in_the_issuer(
    identity: Identity, tenant: str
) -> None:
    found = identity.request("GET", f"/{tenant}/v2.0/{OPENID}").body
    assert found["issuer"] == f"{ORIGIN}/{{tenantid}}/v2.0"
    assert found["token_endpoint"] == f"{ORIGIN}/{tenant}/oauth2/v2.0/token"


@pytest.mark.parametrize("path", [f"v2.0/{OPENID}", OPENID, "discovery/v2.0/keys"])
@pytest.mark.parametrize(("tenant", "number"), [("nowhere.example", 90002), ("nobody", 900023)])
def test_an_unknown_tenant_is_refused(
    identity: Identity, path: str, tenant: str, number: int
) -> None:
    reply = identity.request("GET", f"/{tenant}/{path}")
    assert error_of(reply) == (400, "invalid_tenant", number)


def test_both_key_sets_have_the_signing_key_first(cloud: Cloud, identity: Identity) -> None:
    cloud.keys.current()
    newest = cloud.keys.rotate().kid
    for path in (f"/{TENANT}/discovery/v2.0/keys", "/common/discovery/keys"):
        keys: list[dict[str, Any]] = identity.request("GET", path).body["keys"]
        assert len(keys) == 2
        assert keys[0]["kid"] == newest
        assert {"kty", "use", "kid", "x5t", "n", "e", "x5c"} == set(keys[0])


def test_this_cloud_is_the_only_instance_it_knows(identity: Identity) -> None:
    path = "/common/discovery/instance?api-version=1.1&authorization_endpoint="
    found = identity.request("GET", f"{path}{ORIGIN}/{TENANT}/oauth2/v2.0/authorize").body
    assert found["tenant_discovery_endpoint"] == f"{ORIGIN}/{TENANT}/v2.0/{OPENID}"
    assert found["metadata"][0]["aliases"] == ["localhost:8443"]
    other = identity.request("GET", f"{path}https://login.microsoftonline.com/common/authorize")
    assert error_of(other) == (400, "invalid_instance", 50049)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("payments-dev@contoso.example", "Managed"),
        ("guest_fabrikam.example#EXT#@contoso.example", "Managed"),
        ("somebody@elsewhere.example", "Unknown"),
    ],
)
def test_the_realm_of_a_name_is_its_domains(identity: Identity, name: str, kind: str) -> None:
    reply = identity.cloud.router.handle(Request("GET", f"/common/UserRealm/{name}"))
    assert reply.body["account_type"] == kind
    if kind == "Managed":
        # MSAL for Go needs all of them.
        names = {"account_type", "domain_name", "cloud_instance_name", "cloud_audience_urn"}
        assert names <= set(reply.body)

"""Applications as azuread and az make and change them."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.identity import ORIGIN, TOKEN_V2, WORLD, Identity, graph_error, link

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.context import Cloud

WHO = "shop-dev"
SHOP, OUTSIDER = (WORLD.account(name).object_id for name in (WHO, "outsider"))
BAD = (400, "Request_BadRequest")


@pytest.fixture
def application(identity: Identity) -> dict[str, Any]:
    return identity.graph("POST", "/applications", {"displayName": "app"}, who=WHO).body


def owner_ids(cloud: Cloud, document: dict[str, Any]) -> list[str]:
    return cloud.directory.owners(document["id"])


def test_owners_named_at_creation_are_the_owners(cloud: Cloud, identity: Identity) -> None:
    body = {"displayName": "a", "owners@odata.bind": [link(OUTSIDER)["@odata.id"]]}
    made = identity.graph("POST", "/applications", body, who=WHO).body
    assert owner_ids(cloud, made) == [OUTSIDER]
    principal = {"appId": made["appId"], "owners@odata.bind": [link(SHOP)["@odata.id"]]}
    assert owner_ids(
        cloud, identity.graph("POST", "/servicePrincipals", principal, who=WHO).body
    ) == [SHOP]


def test_nulls_come_back_as_nulls(identity: Identity, application: dict[str, Any]) -> None:
    path = f"/beta/applications/{application['id']}"
    body = {"description": None, "optionalClaims": None, "tags": None, "notes": "x"}
    assert identity.graph("PATCH", path, body, who=WHO).status == 204
    shown = identity.graph("GET", path).body
    assert [shown[name] for name in body] == [None, None, [], "x"]


def test_an_object_within_is_changed_property_by_property(
    identity: Identity, application: dict[str, Any]
) -> None:
    path = f"/applications/{application['id']}"
    first = {"web": {"redirectUris": ["https://a.example/"]}}
    second = {"web": {"implicitGrantSettings": {"enableIdTokenIssuance": True}}}
    for body in (first, second):
        assert identity.graph("PATCH", path, body, who=WHO).status == 204
    web = identity.graph("GET", path).body["web"]
    assert web["redirectUris"] == ["https://a.example/"]
    assert web["implicitGrantSettings"] == {
        "enableAccessTokenIssuance": False,
        "enableIdTokenIssuance": True,
    }


@pytest.mark.parametrize(
    "body",
    [
        {"web": []},
        {"tags": "x"},
        {"identifierUris": [7]},
        {"isFallbackPublicClient": "yes"},
        {"appId": "x"},
        {"colour": "red"},
        {"displayName": ""},
        {"keyCredentials": [7]},
        {"keyCredentials": [{"key": "bm90IGEgY2VydGlmaWNhdGU="}]},
        {"keyCredentials": [{"key": "%"}]},
        {"keyCredentials": [{"keyId": "x"}]},
    ],
)
def test_a_wrong_change_is_refused(
    cloud: Cloud, identity: Identity, application: dict[str, Any], body: dict[str, Any]
) -> None:
    before = cloud.directory.get("Application", application["id"])
    reply = identity.graph("PATCH", f"/applications/{application['id']}", body, who=WHO)
    assert graph_error(reply) == BAD
    assert cloud.directory.get("Application", application["id"]) == before


def test_an_identifier_belongs_to_one_application(
    identity: Identity, application: dict[str, Any]
) -> None:
    body = {"identifierUris": ["api://app"]}
    path = f"/applications/{application['id']}"
    assert identity.graph("PATCH", path, body, who=WHO).status == 204
    assert identity.graph("PATCH", path, body, who=WHO).status == 204
    found = identity.graph(
        "GET", "/applications?$filter=identifierUris/any(s:s%20eq%20'api://app')"
    )
    assert [each["id"] for each in found.body["value"]] == [application["id"]]
    other = identity.graph("POST", "/applications", {"displayName": "b", **body}, who=WHO)
    assert graph_error(other) == BAD


@pytest.mark.parametrize(
    "credential",
    [
        7,
        {"displayName": 7},
        {"endDateTime": "soon"},
        {"endDateTime": 7},
        {"endDateTime": "0001-01-01T00:00:00+14:00"},
        {"endDateTime": "2020-01-01T00:00:00Z"},
        {"startDateTime": "2027-01-01T00:00:00Z", "endDateTime": "2026-06-01T00:00:00Z"},
    ],
)
def test_a_wrong_secret_is_refused(
    identity: Identity, application: dict[str, Any], credential: Any
) -> None:
    path = f"/applications/{application['id']}/addPassword"
    reply = identity.graph("POST", path, {"passwordCredential": credential}, who=WHO)
    assert graph_error(reply) == BAD


def certificate(clock: ManualClock) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(clock.now())
        .not_valid_after(clock.now() + dt.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return key, made


def der(made: x509.Certificate) -> str:
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def pem_as_azuread_sends_it(made: x509.Certificate) -> str:
    return base64.b64encode(made.public_bytes(serialization.Encoding.PEM)).decode()


def lines_as_az_sends_them(made: x509.Certificate) -> str:
    text = made.public_bytes(serialization.Encoding.PEM).decode()
    return "".join(line for line in text.splitlines(keepends=True) if "-----" not in line)


@pytest.mark.parametrize("encoded", [der, pem_as_azuread_sends_it, lines_as_az_sends_them])
def test_a_certificate_logs_the_application_in_and_is_not_shown(
    identity: Identity, clock: ManualClock, encoded: Callable[[x509.Certificate], str]
) -> None:
    key, made = certificate(clock)
    body = {
        "displayName": "with certificate",
        "keyCredentials": [
            {
                "@odata.type": "#microsoft.graph.keyCredential",
                "key": encoded(made),
                "type": "AsymmetricX509Cert",
                "usage": "Verify",
            }
        ],
    }
    application = identity.graph("POST", "/applications", body, who=WHO).body
    app_id = application["appId"]
    identity.graph("POST", "/servicePrincipals", {"appId": app_id}, who=WHO)
    now = int(clock.now().timestamp())
    claims = {"iss": app_id, "sub": app_id, "aud": f"{ORIGIN}{TOKEN_V2}", "exp": now + 300}
    claims |= {"nbf": now, "jti": "1"}
    thumbprint = made.fingerprint(hashes.SHA256())
    headers = {"x5t#S256": base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")}
    reply = identity.token_reply(
        grant_type="client_credentials",
        client_id=app_id,
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion=jwt.encode(claims, key, "PS256", headers=headers),
        scope=f"{ORIGIN}/.default",
    )
    assert reply.status == 200, reply.body

    path = f"/applications/{application['id']}"
    (shown,) = identity.graph("GET", path).body["keyCredentials"]
    assert shown["key"] is None
    assert shown["customKeyIdentifier"] == made.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303
    chosen = identity.graph("GET", f"{path}?$select=keyCredentials").body["keyCredentials"][0]
    assert base64.b64decode(chosen["key"]) == made.public_bytes(serialization.Encoding.DER)
    kept = identity.graph("PATCH", path, {"keyCredentials": [shown]}, who=WHO)
    assert kept.status == 204, "az sends back what it was shown"
    assert identity.graph("GET", path).body["keyCredentials"] == [shown]
    assert "key" in json.dumps(shown)


def test_me_is_a_person(identity: Identity) -> None:
    for path in ("/me", "/me/memberOf", "/me/ownedObjects"):
        assert graph_error(identity.graph("GET", path)) == BAD


def test_owned_objects_say_what_they_are(identity: Identity, application: dict[str, Any]) -> None:
    owned = identity.graph("GET", "/me/ownedObjects", who=WHO).body["value"]
    assert [(each["@odata.type"], each["id"]) for each in owned] == [
        ("#microsoft.graph.application", application["id"])
    ]

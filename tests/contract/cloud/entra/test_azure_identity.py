"""azure-identity against the local Entra."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthenticationRequiredError,
    ClientSecretCredential,
    DeviceCodeCredential,
)

from rehearsal.cloud.graph.first_party import AKS_SERVER

if TYPE_CHECKING:
    from tests.contract.conftest import CloudEndpoint

pytestmark = pytest.mark.usefixtures("trusted")


@pytest.fixture
def trusted(cloud_endpoint: CloudEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", cloud_endpoint.ca_file)


def published_claims(cloud: CloudEndpoint, token: str, audience: str) -> dict[str, object]:
    """The token's claims, checked by the published keys as any API would."""
    with cloud.http() as client:
        keys = jwt.PyJWKSet.from_dict(client.get("/common/discovery/keys").json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, ["RS256"], audience=audience)


def secret_credential(cloud: CloudEndpoint, secret: str) -> ClientSecretCredential:
    account = cloud.account("deployer")
    return ClientSecretCredential(
        account.tenant_id,
        account.app_id,
        secret,
        authority=cloud.origin,
        disable_instance_discovery=True,
    )


def test_a_client_secret_gives_a_token_that_the_published_keys_verify(
    cloud_endpoint: CloudEndpoint,
) -> None:
    account = cloud_endpoint.account("deployer")
    credential = secret_credential(cloud_endpoint, account.secret)
    token = credential.get_token(f"{cloud_endpoint.origin}/.default")
    claims = published_claims(cloud_endpoint, token.token, cloud_endpoint.origin)
    assert claims["oid"] == account.object_id
    assert token.expires_on > datetime.now(UTC).timestamp()


def test_a_wrong_secret_is_said_in_entras_words(cloud_endpoint: CloudEndpoint) -> None:
    credential = secret_credential(cloud_endpoint, "wrong")
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        credential.get_token(f"{cloud_endpoint.origin}/.default")


def device_credential(cloud: CloudEndpoint, who: str) -> DeviceCodeCredential:
    """A credential whose person types the code in, and nothing later."""
    account = cloud.account(who)

    def person(address: str, user_code: str, _expires: datetime) -> None:
        form = {"user_code": user_code, "username": account.upn, "password": account.secret}
        with cloud.http() as client:
            assert client.post(address, data=form).is_success

    def type_in(address: str, user_code: str, expires: datetime) -> None:
        # As a person would: beside the client, which begins to ask.
        threading.Thread(target=person, args=(address, user_code, expires)).start()

    return DeviceCodeCredential(
        tenant_id=account.tenant_id,
        authority=cloud.origin,
        disable_instance_discovery=True,
        disable_automatic_authentication=True,
        prompt_callback=type_in,
        timeout=60,
    )


def test_a_person_logs_in_by_device_code_and_stays_logged_in(
    cloud_endpoint: CloudEndpoint,
) -> None:
    account = cloud_endpoint.account("payments-dev")
    credential = device_credential(cloud_endpoint, "payments-dev")
    credential.authenticate(scopes=["https://management.azure.com//.default"])
    token = credential.get_token("https://management.azure.com//.default")
    audience = "https://management.azure.com/"
    assert published_claims(cloud_endpoint, token.token, audience)["upn"] == account.upn
    # Another API without another log-in: the refresh token, the account and its id are in order.
    again = credential.get_token("https://graph.microsoft.com/.default")
    claims = published_claims(cloud_endpoint, again.token, "https://graph.microsoft.com")
    assert claims["oid"] == account.object_id


def test_a_policy_stops_the_renewal_for_what_it_protects(cloud_endpoint: CloudEndpoint) -> None:
    credential = device_credential(cloud_endpoint, "contractor")
    credential.authenticate(scopes=["https://management.azure.com/.default"])
    with pytest.raises(AuthenticationRequiredError, match="AADSTS53003") as refused:
        credential.get_token(f"{AKS_SERVER}/.default")
    assert "capolids" in str(refused.value)

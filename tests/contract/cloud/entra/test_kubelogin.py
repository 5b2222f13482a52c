"""Real kubelogin against the local Entra, where nobody has to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.kubelogin import (
    AKS_CLIENT,
    AKS_SERVER,
    password_variables,
    refusal_of,
    secret_variables,
)

if TYPE_CHECKING:
    from tests.contract.conftest import CloudEndpoint
    from tests.support.kubelogin import Kubelogin


@pytest.mark.parametrize(
    ("words", "audience"),
    [((), AKS_SERVER), (("--legacy",), f"spn:{AKS_SERVER}")],
    ids=["v2", "legacy"],
)
def test_a_service_principal_by_its_secret(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, words: tuple[str, ...], audience: str
) -> None:
    account = cloud_endpoint.account("ci")
    claims = kubelogin.log_in("spn", *words, **secret_variables(account))
    assert claims["aud"] == audience
    assert claims["oid"] == account.object_id
    assert claims["idtyp"] == "app"


def test_the_deployer_by_the_variables_of_its_environment(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin
) -> None:
    names = ("ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID")
    variables = {name: cloud_endpoint.environment[name] for name in names}
    claims = kubelogin.log_in("spn", "--use-azurerm-env-vars", **variables)
    assert claims["appid"] == variables["ARM_CLIENT_ID"]


@pytest.mark.parametrize("name", ["payments-dev", "guest", "many-groups"])
def test_a_person_by_password(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, name: str
) -> None:
    account = cloud_endpoint.account(name)
    claims = kubelogin.log_in("ropc", "--client-id", AKS_CLIENT, **password_variables(account))
    assert claims["oid"] == account.object_id
    assert claims["iss"] == f"https://sts.windows.net/{account.tenant_id}/"


def test_a_wrong_password_is_said_in_entras_words(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin
) -> None:
    variables = password_variables(cloud_endpoint.account("shop-dev"))
    variables["AAD_USER_PRINCIPAL_PASSWORD"] = "wrong"
    process = kubelogin.start("ropc", "--client-id", AKS_CLIENT, **variables)
    assert "AADSTS50126" in refusal_of(process)


def test_a_wrong_secret_is_said_in_entras_words(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin
) -> None:
    variables = secret_variables(cloud_endpoint.account("ci"))
    variables["AAD_SERVICE_PRINCIPAL_CLIENT_SECRET"] = "wrong"
    assert "AADSTS7000215" in refusal_of(kubelogin.start("spn", **variables))

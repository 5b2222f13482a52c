"""How the providers log in where nobody has a secret: as a job of GitHub Actions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud import github
from rehearsal.home import Home
from rehearsal.providers import servicers
from tests.support.provider_host import RefusedError, hosted

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.providers.codec import Json

WHO = "azure-native:authorization:getClientConfig"


@pytest.fixture
def job(environment: dict[str, str]) -> Callable[..., dict[str, str]]:
    """Makes the variables of a job that deploys an environment."""
    home = Home(Path(environment["SSL_CERT_FILE"]).parent)

    def variables(name: str, **changed: str) -> dict[str, str]:
        subject = f"repo:contoso/aks-entra:environment:{name}"
        given = github.job_environment(home, environment["ARM_ENDPOINT"], subject)
        rest = {key: value for key, value in environment.items() if key != "ARM_CLIENT_SECRET"}
        return rest | {"ARM_USE_OIDC": "true"} | given | changed

    return variables


def who(variables: dict[str, str], package: str = "azure-native", call: str = WHO) -> Json:
    with hosted(servicers(variables)[package]()) as provider:
        provider.configure()
        return provider.invoke(call)


def test_a_job_is_the_deployer_in_azure_and_in_the_directory(
    job: Callable[..., dict[str, str]], deployer: Json
) -> None:
    assert who(job("prd")) == deployer
    found = who(job("prd"), "azuread", "azuread:index/getClientConfig:getClientConfig")
    assert found["objectId"] == deployer["objectId"]


def test_a_job_of_another_environment_is_refused_with_what_to_check(
    job: Callable[..., dict[str, str]],
) -> None:
    with pytest.raises(RefusedError, match=r"AADSTS700213.*federated credential") as refused:
        who(job("sandbox"))
    assert "ARM_CLIENT_SECRET" not in str(refused.value)


@pytest.mark.parametrize(
    ("bearer", "said"),
    [("another", "the job gets no token of its own"), ("", "no ACTIONS_ID_TOKEN_REQUEST_TOKEN")],
)
def test_a_job_that_may_not_ask_for_a_token_is_told(
    job: Callable[..., dict[str, str]], bearer: str, said: str
) -> None:
    with pytest.raises(RefusedError, match=said):
        who(job("prd", ACTIONS_ID_TOKEN_REQUEST_TOKEN=bearer))

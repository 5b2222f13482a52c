"""kubelogin without a secret: another issuer's token stands for the service principal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud import github
from tests.contract.cloud.entra.conftest import WORKFLOW, token_file
from tests.support.kubelogin import AKS_SERVER, refusal_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.conftest import CloudEndpoint
    from tests.support.kubelogin import Kubelogin


def test_the_token_in_a_file_logs_the_service_principal_in(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, tmp_path: Path
) -> None:
    account = cloud_endpoint.account("deployer")
    claims = kubelogin.log_in(
        "workloadidentity",
        AZURE_CLIENT_ID=account.app_id,
        AZURE_FEDERATED_TOKEN_FILE=str(token_file(cloud_endpoint, tmp_path)),
    )
    assert (claims["oid"], claims["aud"]) == (account.object_id, AKS_SERVER)


def test_in_a_workflow_kubelogin_fetches_the_token_itself(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin
) -> None:
    account = cloud_endpoint.account("deployer")
    claims = kubelogin.log_in(
        "workloadidentity",
        AZURE_CLIENT_ID=account.app_id,
        ACTIONS_ID_TOKEN_REQUEST_URL=github.request_address(cloud_endpoint.origin, WORKFLOW),
        ACTIONS_ID_TOKEN_REQUEST_TOKEN=github.request_token(cloud_endpoint.home),
    )
    assert claims["oid"] == account.object_id


def test_a_workflow_that_the_application_does_not_trust_is_refused(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, tmp_path: Path
) -> None:
    forked = token_file(cloud_endpoint, tmp_path, "repo:somebody/fork:environment:dev")
    process = kubelogin.start(
        "workloadidentity",
        AZURE_CLIENT_ID=cloud_endpoint.account("deployer").app_id,
        AZURE_FEDERATED_TOKEN_FILE=str(forked),
    )
    assert "AADSTS700213" in refusal_of(process)

"""`kubelogin convert-kubeconfig` on the kubeconfig that ARM serves, and what it then lacks.

It writes the flags that it knows for a login mode, and no others. Two that lead kubelogin to a
cloud of one's own are lost: `--disable-instance-discovery` always, `--authority-host` except for
workload identity, where it has to be given again. They have to be added to the arguments
afterwards; the az client, which has its cloud from its own configuration, needs neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from rehearsal.cloud.aks.kubeconfig import user_kubeconfig
from rehearsal.cloud.aks.runtime import ClusterEndpoint
from tests.contract.cloud.entra.conftest import token_file
from tests.support.kubelogin import (
    AKS_CLIENT,
    AKS_SERVER,
    claims_from,
    password_variables,
    printed_by,
    prompted,
    secret_variables,
)

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.aks.kubeconfig import KubeconfigFormat
    from tests.contract.conftest import CloudEndpoint
    from tests.support.kubelogin import Kubelogin


class Converted:
    """A served kubeconfig that kubelogin converts in place."""

    def __init__(self, cloud: CloudEndpoint, kubelogin: Kubelogin) -> None:
        self._cloud = cloud
        self._kubelogin = kubelogin
        self._file = kubelogin.cache / "kubeconfig"
        self.serve("exec")

    def serve(self, kubeconfig_format: KubeconfigFormat) -> None:
        """Write the kubeconfig as ARM serves it."""
        text = user_kubeconfig(
            name="aks-dev",
            resource_group="rg-aks-dev",
            tenant_id=self._cloud.world.tenant_id,
            endpoint=ClusterEndpoint("https://localhost:6443", b"ca"),
            origin=self._cloud.origin,
            kubeconfig_format=kubeconfig_format,
        )
        self._file.write_bytes(text)

    def arguments(self, mode: str, *flags: str) -> list[str]:
        """The arguments of the converted file."""
        words = ("convert-kubeconfig", "--kubeconfig", str(self._file), "-l", mode, *flags)
        printed_by(self._kubelogin.run(words))
        user = yaml.safe_load(self._file.read_text())["users"][0]["user"]
        assert user["exec"]["command"] == "kubelogin"
        assert "auth-provider" not in user
        return user["exec"]["args"]

    def mended(self, arguments: list[str]) -> list[str]:
        """The arguments with what leads to this cloud."""
        flags = ["--disable-instance-discovery", "--cache-dir", str(self._kubelogin.cache)]
        if "--authority-host" not in arguments:
            flags += ["--authority-host", f"{self._cloud.origin}/"]
        return [*arguments, *flags]


@pytest.fixture
def converted(cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin) -> Converted:
    return Converted(cloud_endpoint, kubelogin)


def common(cloud: CloudEndpoint, mode: str) -> list[str]:
    """What stands in the converted file for the modes that need a client and a tenant."""
    return [
        *("get-token", "--login", mode, "--server-id", AKS_SERVER, "--client-id", AKS_CLIENT),
        *("--tenant-id", cloud.world.tenant_id, "--environment", "AzurePublicCloud"),
    ]


def test_for_a_service_principal_the_cloud_is_lost_and_can_be_added_again(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, converted: Converted
) -> None:
    account = cloud_endpoint.account("ci")
    arguments = converted.arguments("spn")
    assert arguments == common(cloud_endpoint, "spn")
    process = kubelogin.run(converted.mended(arguments), **secret_variables(account))
    assert claims_from(process)["oid"] == account.object_id


def test_for_a_person_by_password_likewise(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, converted: Converted
) -> None:
    account = cloud_endpoint.account("payments-dev")
    arguments = converted.arguments("ropc")
    assert arguments == common(cloud_endpoint, "ropc")
    process = kubelogin.run(converted.mended(arguments), **password_variables(account))
    assert claims_from(process)["upn"] == account.upn


@pytest.mark.parametrize("kubeconfig_format", ["exec", "azure"])
def test_for_a_person_by_device_code_from_either_format(
    cloud_endpoint: CloudEndpoint,
    kubelogin: Kubelogin,
    converted: Converted,
    kubeconfig_format: KubeconfigFormat,
) -> None:
    converted.serve(kubeconfig_format)
    arguments = converted.arguments("devicecode")
    assert arguments == common(cloud_endpoint, "devicecode")
    process = kubelogin.run(converted.mended(arguments))
    address, _ = prompted(process)
    assert address.startswith(cloud_endpoint.origin)
    process.kill()
    process.communicate()


def test_for_workload_identity_the_authority_is_kept_if_it_is_given_again(
    cloud_endpoint: CloudEndpoint, kubelogin: Kubelogin, converted: Converted, tmp_path: Path
) -> None:
    account = cloud_endpoint.account("deployer")
    authority = f"{cloud_endpoint.origin}/"
    arguments = converted.arguments("workloadidentity", "--authority-host", authority)
    bare = ["get-token", "--login", "workloadidentity", "--server-id", AKS_SERVER]
    assert arguments == [*bare, "--authority-host", authority]
    process = kubelogin.run(
        converted.mended(arguments),
        AZURE_CLIENT_ID=account.app_id,
        AZURE_TENANT_ID=account.tenant_id,
        AZURE_FEDERATED_TOKEN_FILE=str(token_file(cloud_endpoint, tmp_path)),
    )
    assert claims_from(process)["oid"] == account.object_id


def test_for_az_only_the_server_is_left_which_is_all_that_az_needs(converted: Converted) -> None:
    bare = ["get-token", "--login", "azurecli", "--server-id", AKS_SERVER]
    assert converted.arguments("azurecli") == bare

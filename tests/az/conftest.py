"""A served local Azure, the people who walk through the article, and the article's cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.conftest import cloud_endpoint
from tests.support.az import Shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.contract.conftest import CloudEndpoint

__all__ = ["cloud_endpoint"]


@dataclass(frozen=True)
class ArticleCluster:
    """What the article's section 5 made."""

    created: dict[str, Any]
    """What `az aks create` printed."""
    group_id: str
    """Object id of the admin group."""

    @property
    def id(self) -> str:
        """The cluster's ARM id."""
        return self.created["id"]


@pytest.fixture(scope="session")
def new_shell(
    cloud_endpoint: CloudEndpoint, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Shell]:
    """Gives shells in which nobody is logged in."""
    return lambda: Shell(cloud_endpoint, tmp_path_factory.mktemp("shell"))


@pytest.fixture(scope="session")
def deployer(cloud_endpoint: CloudEndpoint, new_shell: Callable[[], Shell]) -> Shell:
    """The deploying service principal, who may give roles."""
    shell = new_shell()
    shell.log_in_by_secret(cloud_endpoint.account("deployer"))
    return shell


@pytest.fixture(scope="session")
def admin(cloud_endpoint: CloudEndpoint, deployer: Shell, new_shell: Callable[[], Shell]) -> Shell:
    """The person who walks through the article and owns the subscription."""
    account = cloud_endpoint.account("platform-admin")
    scope = f"/subscriptions/{cloud_endpoint.world.subscription_id}"
    deployer.run(f"az role assignment create --role Owner --assignee {account.upn} --scope {scope}")
    shell = new_shell()
    # As one registers a cloud; what the other shells do with ARM_CLOUD_METADATA_URL.
    del shell.environment["ARM_CLOUD_METADATA_URL"]
    origin = cloud_endpoint.origin
    shell.run(
        f"az cloud register -n LocalAzure --endpoint-resource-manager {origin}"
        f" --endpoint-active-directory {origin} --endpoint-active-directory-resource-id {origin}"
        f" --endpoint-microsoft-graph-resource-id {origin}"
    )
    shell.run("az cloud set -n LocalAzure")
    logged_in = shell.log_in_on_the_page(account)
    assert logged_in.returncode == 0, logged_in.stderr
    return shell


@pytest.fixture
def developer(cloud_endpoint: CloudEndpoint, new_shell: Callable[[], Shell]) -> Shell:
    """A person who has no role yet, logged in to the tenant."""
    shell = new_shell()
    account = cloud_endpoint.account("payments-dev")
    logged_in = shell.log_in_on_the_page(account, "--allow-no-subscriptions")
    assert logged_in.returncode == 0, logged_in.stderr
    return shell


@pytest.fixture(scope="session")
def cluster(cloud_endpoint: CloudEndpoint, admin: Shell) -> ArticleCluster:
    """The article's section 5, the commands as it prints them; platform-admin is in the group."""
    admin.run("az group create --name myResourceGroup --location centralus")
    listed = admin.json("az ad group list")
    assert "sg-platform-admins" in {group["displayName"] for group in listed}
    group = admin.json("az ad group create --display-name MyDisplay --mail-nickname MyDisplay")
    member = cloud_endpoint.account("platform-admin").object_id
    admin.run(f"az ad group member add --group MyDisplay --member-id {member}")
    created = admin.json(
        "az aks create -g MyResourceGroup -n MyManagedCluster --enable-aad"
        f" --aad-admin-group-object-ids {group['id']}"
        f" --aad-tenant-id {cloud_endpoint.world.tenant_id}"
    )
    return ArticleCluster(created, group["id"])


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A kubeconfig of one test."""
    return tmp_path / "kubeconfig"

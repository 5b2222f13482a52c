"""The variables that point Azure's clients here, as the deploying service principal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rehearsal.cloud.world import World

if TYPE_CHECKING:
    from rehearsal.home import Home

DEPLOYER = "deployer"
# Whoever logs in by hand in a shell; logins of `as ACCOUNT` are not to be met by it.
SHELL = "shell"


def client_environment(home: Home) -> dict[str, str]:
    """Variables for every client: SDKs, providers, kubelogin, az; the deployer's secret is in them.

    Raises:
        FileNotFoundError: the local Azure does not run.
        WorldError: world.yaml cannot be used.
    """
    origin: str = json.loads(home.endpoint.read_text(encoding="utf-8"))["origin"]
    world = World.load()
    deployer = world.account(DEPLOYER)
    return {
        "AZURE_TENANT_ID": world.tenant_id,
        "ARM_TENANT_ID": world.tenant_id,
        "ARM_SUBSCRIPTION_ID": world.subscription_id,
        "ARM_CLIENT_ID": deployer.app_id,
        "ARM_CLIENT_SECRET": deployer.secret,
        # Terraform's and Pulumi's providers want it without a scheme.
        "ARM_METADATA_HOSTNAME": origin.removeprefix("https://"),
        "AZURE_AUTHORITY_HOST": f"{origin}/",
        "ARM_ENDPOINT": origin,
        "GRAPH_ENDPOINT": origin,
        "SSL_CERT_FILE": str(home.ca_certificate),
        "REQUESTS_CA_BUNDLE": str(home.ca_certificate),
        **az_environment(home, origin, SHELL),
    }


def az_environment(home: Home, origin: str, login: str) -> dict[str, str]:
    """Variables by which az knows this cloud and no other, and keeps a login of this name."""
    return {
        "ARM_CLOUD_METADATA_URL": f"{origin}/metadata/endpoints?api-version=2019-05-01",
        "AZURE_CONFIG_DIR": str(home.az(login)),
        # Both would ask, or tell, a host that is not this one.
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
    }

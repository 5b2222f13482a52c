"""Pulumi's azure-native, azuread and kubernetes providers, for the local Azure only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rehearsal.providers.azure_native import AzureNative
from rehearsal.providers.azuread import AzureAd
from rehearsal.providers.kubernetes import Kubernetes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.providers.servicer import Servicer

PROVIDERS: dict[str, type[Servicer]] = {
    provider.package: provider for provider in (AzureNative, AzureAd, Kubernetes)
}
"""The providers by the name of their package."""


def servicers(environment: Mapping[str, str]) -> dict[str, Callable[[], Servicer]]:
    """A factory for each package; what it makes serves one provider resource.

    Args:
        environment: ARM_ENDPOINT, ARM_CLIENT_ID, ARM_CLIENT_SECRET (or ARM_USE_OIDC with a GitHub
            job's ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN), ARM_TENANT_ID, ARM_SUBSCRIPTION_ID,
            AZURE_AUTHORITY_HOST, GRAPH_ENDPOINT, SSL_CERT_FILE, and the PATH on which kubelogin is;
            read when the provider is configured.
    """
    return {package: partial(provider, environment) for package, provider in PROVIDERS.items()}

"""Microsoft's own applications that every tenant knows, by their well-known ids."""

from __future__ import annotations

from dataclasses import dataclass

GRAPH = "00000003-0000-0000-c000-000000000000"
# https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
ARM = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
# https://azure.github.io/kubelogin/concepts/aks.html
AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
AKS_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
AZURE_POWERSHELL = "1950a258-227b-4e31-a9cf-717495945fc2"
# Tenant that owns Microsoft's applications (same source as ARM's id).
MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"


@dataclass(frozen=True)
class FirstParty:
    """One of Microsoft's applications."""

    app_id: str
    display_name: str
    names: tuple[str, ...] = ()
    """Identifier URIs by which tokens for it are asked, besides its id."""
    public: bool = False
    """Whether people log in through it without a client secret."""


APPLICATIONS = (
    FirstParty(GRAPH, "Microsoft Graph", ("https://graph.microsoft.com",)),
    FirstParty(
        ARM,
        "Windows Azure Service Management API",
        ("https://management.core.windows.net", "https://management.azure.com"),
    ),
    FirstParty(AKS_SERVER, "Azure Kubernetes Service AAD Server", (f"spn:{AKS_SERVER}",)),
    FirstParty(AKS_CLIENT, "Azure Kubernetes Service AAD Client", public=True),
    FirstParty(AZURE_CLI, "Microsoft Azure CLI", public=True),
    FirstParty(AZURE_POWERSHELL, "Microsoft Azure PowerShell", public=True),
)

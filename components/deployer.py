"""Who runs the program, and what is refused about it before anything is made."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import pulumi
import pulumi_azuread as azuread
from pulumi_azure_native import authorization

from components.principals import DirectoryError, found, present

_LOG_IN = "log in with az login --tenant TENANT, or set the ARM_* variables of a service principal"
_PIPELINE_VARIABLES = ("CI", "TF_BUILD")
"""Set by every pipeline service that matters (`CI`) and by Azure Pipelines (`TF_BUILD`)."""


class LoginError(pulumi.RunError):
    """The deployer could not enter the cluster from here, or would enter as somebody else."""


@dataclass(frozen=True)
class Deployer:
    """The identity as which the program is run."""

    object_id: str
    client_id: str
    """Application id of the program that logged in."""
    tenant_id: str
    """Tenant of the cluster, of its groups and of its people."""
    subscription_id: str


def who_deploys(login: str, tenant_id: str = "") -> Deployer:
    """The identity that runs the program, and enters the cluster by `login`.

    Args:
        login: One of `kubeconfig.LOGINS`.
        tenant_id: The tenant that the configuration names; empty for none.

    Raises:
        LoginError: The deployer could not enter the cluster from here, or would as another.
        DirectoryError: Nobody is logged in, or the tenants are not one and the same.
    """
    guard_login(login)
    directory = found(azuread.get_client_config, f"Entra ID does not say who deploys; {_LOG_IN}")
    account = found(authorization.get_client_config, f"Azure does not say who deploys; {_LOG_IN}")
    deployer = Deployer(
        object_id=present(directory.object_id, "the deployer"),
        client_id=directory.client_id,
        tenant_id=directory.tenant_id,
        subscription_id=account.subscription_id,
    )
    guard_tenants(tenant_id, deployer, account.tenant_id)
    guard_client(login, deployer)
    return deployer


def guard_tenants(named: str, deployer: Deployer, subscriptions: str) -> None:
    """Refuse a cluster whose groups are those of another tenant.

    Args:
        named: The tenant that the configuration names; empty for none.
        deployer: Has the tenant in which the groups are looked up.
        subscriptions: The tenant through which the subscription is used. Azure gives its roles to
            principals of that one only.

    Raises:
        DirectoryError: They are not one and the same.
    """
    directory = deployer.tenant_id
    if named and named.lower() != directory.lower():
        raise DirectoryError(
            f"tenantId is {named}, but the groups are looked up in the tenant {directory}, where "
            "the deployer is logged in; delete tenantId, or log in with az login --tenant "
            f"{named} (in a pipeline: set ARM_TENANT_ID)"
        )
    if subscriptions.lower() != directory.lower():
        raise DirectoryError(
            f"the groups are looked up in the tenant {directory}, but the subscription "
            f"{deployer.subscription_id} is used through the tenant {subscriptions}, and Azure "
            "gives its roles to principals of that one only; make azuread:tenantId and "
            "azure-native:tenantId the same, or delete both and log in again"
        )


def has_terminal() -> bool:
    """Whether somebody can be at this program's terminal.

    The standard streams tell nothing: the engine, which started the program, holds them.
    """
    with suppress(OSError):
        os.close(os.open("CONIN$" if os.name == "nt" else "/dev/tty", os.O_RDWR))
        return True
    return False


def guard_login(
    login: str,
    environment: Mapping[str, str] = os.environ,
    has_terminal: Callable[[], bool] = has_terminal,
) -> None:
    """Refuse a login that waits for a person where there is none.

    Raises:
        LoginError: It is `devicecode`, and this is a pipeline or there is no terminal.
    """
    if login != "devicecode":
        return
    pipeline = [
        name
        for name in _PIPELINE_VARIABLES
        if environment.get(name, "").lower() not in {"", "0", "false"}
    ]
    if pipeline or not has_terminal():
        why = f"{pipeline[0]} is set" if pipeline else "there is no terminal"
        raise LoginError(
            f"login is devicecode, which waits for a person with a browser, and {why}; allowed "
            "here: workloadidentity (a pipeline with a federated credential), spn (a service "
            "principal's secret or certificate), msi (a machine in Azure), azurecli (az is "
            "logged in)"
        )


def guard_client(
    login: str, deployer: Deployer, environment: Mapping[str, str] = os.environ
) -> None:
    """Refuse surroundings in which kubelogin would enter as another than the deployer.

    Raises:
        LoginError: `AZURE_CLIENT_ID`, which kubelogin takes for a workload identity before
            anything else, names another application.
    """
    client_id = environment.get("AZURE_CLIENT_ID", deployer.client_id)
    if login == "workloadidentity" and client_id.lower() != deployer.client_id.lower():
        raise LoginError(
            f"AZURE_CLIENT_ID is {client_id}, as which kubelogin would enter the cluster, but the "
            f"deployer, whose groups are checked, is {deployer.client_id}; delete the variable "
            "(ARM_CLIENT_ID is enough) or give both the same value"
        )


def warn_of_break_glass(reason: str, until: str) -> None:
    """Say on each preview and deployment that the accounts without Entra ID are on."""
    pulumi.warn(
        f"break-glass is on until {until} (UTC): {reason}. The cluster's local accounts go around "
        "Entra ID; set breakGlass.enabled to false as soon as they are not needed, then run "
        "az aks rotate-certs, for their certificates stay valid"
    )

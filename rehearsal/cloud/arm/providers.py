"""Resource providers and their registration with a subscription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors, registrations
from rehearsal.cloud.arm.locations import REGIONS
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Collection

    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json


@dataclass(frozen=True)
class ResourceType:
    """A type of resource with an api-version that is surely known."""

    name: str
    api_version: str


PROVIDERS = {
    "Microsoft.Authorization": (
        ResourceType("roleAssignments", "2022-04-01"),
        ResourceType("roleDefinitions", "2022-04-01"),
        ResourceType("locks", "2020-05-01"),
    ),
    "Microsoft.ContainerService": (
        ResourceType("managedClusters", "2025-09-01"),
        ResourceType("managedClusters/agentPools", "2025-09-01"),
        ResourceType("managedClusters/maintenanceConfigurations", "2025-09-01"),
        ResourceType("locations/kubernetesVersions", "2025-09-01"),
        ResourceType("locations/operations", "2025-09-01"),
        ResourceType("locations/operationresults", "2025-09-01"),
    ),
    "Microsoft.Features": (ResourceType("features", "2021-07-01"),),
    "Microsoft.Insights": (
        ResourceType("diagnosticSettings", "2021-05-01-preview"),
        ResourceType("diagnosticSettingsCategories", "2021-05-01-preview"),
    ),
    "Microsoft.ManagedIdentity": (
        ResourceType("userAssignedIdentities", "2023-01-31"),
        ResourceType("userAssignedIdentities/federatedIdentityCredentials", "2023-01-31"),
    ),
    "Microsoft.OperationalInsights": (ResourceType("workspaces", "2023-09-01"),),
    "Microsoft.Resources": (
        ResourceType("subscriptions", "2022-12-01"),
        ResourceType("resourceGroups", "2024-11-01"),
        ResourceType("deployments", "2025-04-01"),
        ResourceType("deployments/operations", "2025-04-01"),
        ResourceType("tenants", "2022-12-01"),
    ),
}
_ALWAYS = frozenset({"Microsoft.Authorization", "Microsoft.Features", "Microsoft.Resources"})
_READ = "Microsoft.Resources/subscriptions/providers/read"


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    subscription = "/subscriptions/{subscription}"
    many, one = f"{subscription}/providers", f"{subscription}/providers/{{namespace}}"
    routes.add("GET", many, "Providers_List", _list, action=_READ, scope=subscription)
    routes.add("GET", one, "Providers_Get", _get, action=_READ, scope=subscription)
    routes.add("POST", f"{one}/register", "Providers_Register", _register)
    routes.add("POST", f"{one}/unregister", "Providers_Unregister", _unregister)


def require_registered(cloud: Cloud, subscription: str, namespace: str) -> None:
    """Refuse to make a resource of a provider that the subscription has not registered.

    Raises:
        CloudError: 409 MissingSubscriptionRegistration.
    """
    if _state(cloud, subscription, namespace) != "Registered":
        raise errors.missing_subscription_registration(namespace)


def register_for(call: Call, subscription: str, namespaces: Collection[str]) -> None:
    """Register those that a deployment needs, as far as its caller may.

    Source:
    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
    """
    needed = {namespace.lower() for namespace in namespaces}
    for namespace in PROVIDERS:
        if (
            namespace.lower() in needed
            and _state(call.cloud, subscription, namespace) != "Registered"
            and call.may(f"{namespace}/register/action", f"/subscriptions/{subscription}")
        ):
            key = f"{subscription}/{namespace}"
            registrations.change(call.cloud, key, "Registering", at_once=True)


def states(cloud: Cloud, subscription: str) -> dict[str, str]:
    """The state of each provider's registration, by namespace."""
    return {namespace: _state(cloud, subscription, namespace) for namespace in PROVIDERS}


def _state(cloud: Cloud, subscription: str, namespace: str) -> str:
    # Every provider starts registered, as in a subscription that is in use.
    return registrations.state(cloud, f"{subscription}/{namespace}", "Registered")


def _document(cloud: Cloud, subscription: str, namespace: str) -> Json:
    return {
        "id": f"/subscriptions/{subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationPolicy": (
            "RegistrationFree" if namespace in _ALWAYS else "RegistrationRequired"
        ),
        "registrationState": _state(cloud, subscription, namespace),
        "resourceTypes": [
            {
                "resourceType": resource_type.name,
                "apiVersions": [resource_type.api_version],
                "defaultApiVersion": resource_type.api_version,
                "locations": list(REGIONS.values()),
                "capabilities": "None",
            }
            for resource_type in PROVIDERS[namespace]
        ],
    }


def _namespace(call: Call) -> str:
    given = call.param("namespace")
    for namespace in PROVIDERS:
        if namespace.lower() == given.lower():
            return namespace
    raise errors.arm_error(
        404,
        "InvalidResourceNamespace",
        f"The resource namespace '{given}' is invalid.",
    )


def _list(call: Call) -> Reply:
    subscription = call.param("subscription")
    return Reply(200, {"value": [_document(call.cloud, subscription, n) for n in PROVIDERS]})


def _get(call: Call) -> Reply:
    return Reply(200, _document(call.cloud, call.param("subscription"), _namespace(call)))


def _register(call: Call) -> Reply:
    return _change(call, "register", "Registering")


def _unregister(call: Call) -> Reply:
    return _change(call, "unregister", "Unregistering")


def _change(call: Call, verb: str, transition: str) -> Reply:
    namespace, subscription = _namespace(call), call.param("subscription")
    call.require(f"{namespace}/{verb}/action", f"/subscriptions/{subscription}")
    key = f"{subscription}/{namespace}"
    if transition == "Unregistering" and namespace in _ALWAYS:
        message = f"The resource namespace '{namespace}' cannot be unregistered."
        raise errors.arm_error(409, "CannotUnregisterNamespace", message)
    if transition == "Unregistering" or _state(call.cloud, subscription, namespace) != "Registered":
        registrations.change(call.cloud, key, transition)
    return Reply(200, _document(call.cloud, subscription, namespace))

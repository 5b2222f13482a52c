"""Preview features and their registration (`az feature register`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors, registrations
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

FEATURES = {
    "Microsoft.ContainerService": (
        "AAD-V2",
        "AzureServiceMeshPreview",
        "EnableAPIServerVnetIntegrationPreview",
        "EnableImageCleanerPreview",
        "NodeOSUpgradeChannelPreview",
    ),
}
"""Features that can be registered, by namespace; AAD-V2 is the one managed Entra began with."""

_TYPE = "Microsoft.Features/providers/features"
_READ = f"{_TYPE}/read"


def add_routes(routes: Routes) -> None:
    """Add the operations, the older ones by verb and the newer ones as a resource."""
    subscription = "/subscriptions/{subscription}"
    root = f"{subscription}/providers/Microsoft.Features"
    many = f"{root}/providers/{{namespace}}/features"
    newer = f"{root}/featureProviders/{{namespace}}/subscriptionFeatureRegistrations"
    one, registration = f"{many}/{{feature}}", f"{newer}/{{feature}}"
    read = {"action": _READ, "scope": subscription}
    register = {"action": f"{_TYPE}/register/action", "scope": subscription}
    unregister = {"action": f"{_TYPE}/unregister/action", "scope": subscription}
    routes.add("GET", f"{root}/features", "Features_ListAll", _list, **read)
    routes.add("GET", many, "Features_List", _list, **read)
    routes.add("GET", one, "Features_Get", _get, **read)
    routes.add("POST", f"{one}/register", "Features_Register", _register, **register)
    routes.add("POST", f"{one}/unregister", "Features_Unregister", _unregister, **unregister)
    routes.add("GET", registration, "SubscriptionFeatureRegistrations_Get", _registration, **read)
    routes.add(
        "PUT",
        registration,
        "SubscriptionFeatureRegistrations_CreateOrUpdate",
        _register_newer,
        **register,
    )


def _list(call: Call) -> Reply:
    given = call.request.params.get("namespace")
    namespaces = list(FEATURES) if given is None else [_namespace(call)]
    rows = [_document(call, n, feature) for n in namespaces for feature in FEATURES[n]]
    return Reply(200, {"value": rows})


def _get(call: Call) -> Reply:
    return Reply(200, _document(call, *_names(call)))


def _register(call: Call) -> Reply:
    return _change(call, "Registering", "Registered")


def _unregister(call: Call) -> Reply:
    return _change(call, "Unregistering", "Unregistered")


def _change(call: Call, transition: str, end: str) -> Reply:
    names = _names(call)
    if _state(call, *names) != end:
        registrations.change(call.cloud, _key(call, *names), transition)
    return Reply(200, _document(call, *names))


def _registration(call: Call) -> Reply:
    namespace, feature = _names(call)
    subscription = call.param("subscription")
    kind = "Microsoft.Features/featureProviders/subscriptionFeatureRegistrations"
    document = {
        "id": f"/subscriptions/{subscription}/providers/Microsoft.Features/featureProviders/"
        f"{namespace}/subscriptionFeatureRegistrations/{feature}",
        "name": feature,
        "type": kind,
        "properties": {
            "featureName": feature,
            "providerNamespace": namespace,
            "subscriptionId": subscription,
            "state": _state(call, namespace, feature),
        },
    }
    return Reply(200, document)


def _register_newer(call: Call) -> Reply:
    _register(call)
    return _registration(call)


def _namespace(call: Call) -> str:
    given = call.param("namespace")
    for namespace in FEATURES:
        if namespace.lower() == given.lower():
            return namespace
    message = f"The resource namespace '{given}' is invalid."
    raise errors.arm_error(404, "InvalidResourceNamespace", message)


def _names(call: Call) -> tuple[str, str]:
    namespace, given = _namespace(call), call.param("feature")
    for feature in FEATURES[namespace]:
        if feature.lower() == given.lower():
            return namespace, feature
    message = f"The feature '{given}' could not be found."
    raise errors.arm_error(404, "FeatureNotFound", message)


def _key(call: Call, namespace: str, feature: str) -> str:
    return f"{call.param('subscription')}/{namespace}/{feature}"


def _state(call: Call, namespace: str, feature: str) -> str:
    return registrations.state(call.cloud, _key(call, namespace, feature), "NotRegistered")


def _document(call: Call, namespace: str, feature: str) -> Json:
    root = f"/subscriptions/{call.param('subscription')}/providers/Microsoft.Features"
    return {
        "id": f"{root}/providers/{namespace}/features/{feature}",
        "name": f"{namespace}/{feature}",
        "type": "Microsoft.Features/providers/features",
        "properties": {"state": _state(call, namespace, feature)},
    }

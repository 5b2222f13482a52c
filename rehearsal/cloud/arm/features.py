"""Preview features and their registration (`az feature register`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm import errors, registrations
from rehearsal.cloud.arm.subscriptions import tenant_of
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.context import Cloud
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
_INITIAL = "NotRegistered"


def add_routes(routes: Routes) -> None:
    """Add the operations, the older ones by verb and the newer ones as a resource."""
    subscription = "/subscriptions/{subscription}"
    root = f"{subscription}/providers/Microsoft.Features"
    many = f"{root}/providers/{{namespace}}/features"
    newer = f"{root}/featureProviders/{{namespace}}/subscriptionFeatureRegistrations"
    all_newer = f"{root}/subscriptionFeatureRegistrations"
    one, registration = f"{many}/{{feature}}", f"{newer}/{{feature}}"
    prefix = "SubscriptionFeatureRegistrations"
    rows = (
        ("GET", f"{root}/features", "Features_ListAll", _list, "read"),
        ("GET", many, "Features_List", _list, "read"),
        ("GET", one, "Features_Get", _get, "read"),
        ("POST", f"{one}/register", "Features_Register", _register, "register/action"),
        ("POST", f"{one}/unregister", "Features_Unregister", _unregister, "unregister/action"),
        ("GET", all_newer, f"{prefix}_ListAllBySubscription", _registrations, "read"),
        ("GET", newer, f"{prefix}_ListBySubscription", _registrations, "read"),
        ("GET", registration, f"{prefix}_Get", _registration, "read"),
        ("PUT", registration, f"{prefix}_CreateOrUpdate", _put, "register/action"),
        ("DELETE", registration, f"{prefix}_Delete", _delete, "unregister/action"),
    )
    for method, pattern, operation, handler, verb in rows:
        action = f"{_TYPE}/{verb}"
        routes.add(method, pattern, operation, handler, action=action, scope=subscription)


def states(cloud: Cloud, subscription: str) -> dict[str, str]:
    """The state of each feature's registration, by its full name."""
    return {
        f"{namespace}/{feature}": registrations.state(
            cloud, f"{subscription}/{namespace}/{feature}", _INITIAL
        )
        for namespace, features in FEATURES.items()
        for feature in features
    }


def _named(call: Call) -> list[tuple[str, str]]:
    """(namespace, feature) of all, or of those of the path's namespace."""
    given = call.request.params.get("namespace")
    namespaces = list(FEATURES) if given is None else [_namespace(call)]
    return [(namespace, feature) for namespace in namespaces for feature in FEATURES[namespace]]


def _list(call: Call) -> Reply:
    return Reply(200, {"value": [_document(call, *names) for names in _named(call)]})


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


def _registrations(call: Call) -> Reply:
    """The registrations that somebody has asked for."""
    rows = [
        _registration_document(call, *names)
        for names in _named(call)
        if _state(call, *names) not in {"NotRegistered", "Unregistered"}
    ]
    return Reply(200, {"value": rows})


def _registration(call: Call) -> Reply:
    return Reply(200, _registration_document(call, *_names(call)))


def _put(call: Call) -> Reply:
    _register(call)
    return _registration(call)


def _delete(call: Call) -> Reply:
    if _state(call, *_names(call)) in {"NotRegistered", "Unregistered"}:
        return Reply(204)
    _unregister(call)
    return Reply(200)


def _registration_document(call: Call, namespace: str, feature: str) -> Json:
    subscription = call.param("subscription")
    return {
        "id": f"/subscriptions/{subscription}/providers/Microsoft.Features/featureProviders/"
        f"{namespace}/subscriptionFeatureRegistrations/{feature}",
        "name": feature,
        "type": "Microsoft.Features/featureProviders/subscriptionFeatureRegistrations",
        "properties": {
            "featureName": feature,
            "providerNamespace": namespace,
            "subscriptionId": subscription,
            "tenantId": tenant_of(call.cloud, subscription),
            "approvalType": "AutoApproval",
            "state": _state(call, namespace, feature),
        },
    }


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
    return registrations.state(call.cloud, _key(call, namespace, feature), _INITIAL)


def _document(call: Call, namespace: str, feature: str) -> Json:
    root = f"/subscriptions/{call.param('subscription')}/providers/Microsoft.Features"
    return {
        "id": f"{root}/providers/{namespace}/features/{feature}",
        "name": f"{namespace}/{feature}",
        "type": "Microsoft.Features/providers/features",
        "properties": {"state": _state(call, namespace, feature)},
    }

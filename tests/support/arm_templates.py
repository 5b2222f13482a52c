"""Templates, and deployments of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.arm import AKS, cluster_body

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply
    from tests.support.arm import Arm

DEPLOYMENTS = "Microsoft.Resources/deployments"
IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"
FEATURES = "Microsoft.Features/featureProviders/subscriptionFeatureRegistrations"
HEAD = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
}


def template(*resources: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A template with these resources and further parts."""
    return {**HEAD, **parts, "resources": list(resources)}


def identity(name: str, **members: Any) -> dict[str, Any]:
    """An identity as a template's resource: one that is made at once."""
    kind = {"type": IDENTITIES, "apiVersion": "2023-01-31", "name": name}
    return {**kind, "location": "westeurope", **members}


def feature(name: str) -> dict[str, Any]:
    """The registration of a feature as a template's resource."""
    full = f"Microsoft.ContainerService/{name}"
    return {"type": FEATURES, "apiVersion": "2021-07-01", "name": full, "properties": {}}


def cluster(name: str, **members: Any) -> dict[str, Any]:
    """A cluster with managed Entra as a template's resource."""
    return {"type": AKS, "apiVersion": "2025-09-01", "name": name, **cluster_body(), **members}


def nested(name: str, content: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A deployment as a template's resource, with its expressions evaluated inside."""
    kind = {"type": DEPLOYMENTS, "apiVersion": "2024-03-01", "name": name, **members}
    inner = {"expressionEvaluationOptions": {"scope": "inner"}}
    return {**kind, "properties": {"mode": "Incremental", "template": content, **inner}}


def deployment_path(scope: str, name: str = "main") -> str:
    """The path of a deployment at the scope of that id."""
    return f"{scope}/providers/{DEPLOYMENTS}/{name}"


def deployment_body(content: Any, *, location: str = "", **values: Any) -> dict[str, Any]:
    """The body of a request with a template and values of its parameters."""
    given = {name: {"value": value} for name, value in values.items()}
    properties = {"mode": "Incremental", "template": content, "parameters": given}
    return {"properties": properties, **({"location": location} if location else {})}


def put(arm: Arm, scope: str, content: Any, **options: Any) -> Reply:
    """Send a template; `options` are those of `deployment_body`."""
    return arm.call("PUT", deployment_path(scope), deployment_body(content, **options))


def deployed(arm: Arm, scope: str, content: Any, **options: Any) -> dict[str, Any]:
    """Deploy a template and wait; the properties of the deployment."""
    reply = put(arm, scope, content, **options)
    assert reply.status in {200, 201}, reply.body
    arm.done(reply)
    return arm.call("GET", deployment_path(scope)).body["properties"]

"""Which operation of Microsoft's SDKs each azure-native type and function is, and what it takes.

The models may be newer than the API version that azure-native speaks. Its own argument classes
bound what the program can send from that side; these say that Azure knows it.
"""

from __future__ import annotations

import functools
import inspect
import typing
from dataclasses import dataclass
from typing import Any, cast

import jsonschema
from azure.mgmt.authorization.v2022_04_01 import operations as authorization
from azure.mgmt.containerservice import operations as containerservice
from azure.mgmt.loganalytics import operations as loganalytics
from azure.mgmt.monitor.v2021_05_01_preview import operations as monitor
from azure.mgmt.msi.v2024_11_30 import operations as msi
from azure.mgmt.resource.deployments import operations as deployments
from azure.mgmt.resource.features import operations as features
from azure.mgmt.resource.resources import operations as resources

from tests.support.arm_schema import Json, is_model, schema_of, set_at_creation_only, type_schema

_PUT = {
    "authorization:RoleAssignment": (authorization.RoleAssignmentsOperations, "create"),
    "containerservice:AgentPool": (
        containerservice.AgentPoolsOperations,
        "begin_create_or_update",
    ),
    "containerservice:MaintenanceConfiguration": (
        containerservice.MaintenanceConfigurationsOperations,
        "create_or_update",
    ),
    "containerservice:ManagedCluster": (
        containerservice.ManagedClustersOperations,
        "begin_create_or_update",
    ),
    "features:SubscriptionFeatureRegistration": (
        features.SubscriptionFeatureRegistrationsOperations,
        "create_or_update",
    ),
    "managedidentity:UserAssignedIdentity": (
        msi.UserAssignedIdentitiesOperations,
        "create_or_update",
    ),
    "monitor:DiagnosticSetting": (monitor.DiagnosticSettingsOperations, "create_or_update"),
    "operationalinsights:Workspace": (
        loganalytics.WorkspacesOperations,
        "begin_create_or_update",
    ),
    "resources:DeploymentAtSubscriptionScope": (
        deployments.DeploymentsOperations,
        "begin_create_or_update_at_subscription_scope",
    ),
    "resources:ResourceGroup": (resources.ResourceGroupsOperations, "create_or_update"),
}
_CALL = {
    "authorization:getClientConfig": None,  # the provider's own, not Azure's
    "containerservice:getManagedCluster": (containerservice.ManagedClustersOperations, "get"),
    "containerservice:listManagedClusterUserCredentials": (
        containerservice.ManagedClustersOperations,
        "list_cluster_user_credentials",
    ),
    "features:getSubscriptionFeatureRegistration": (
        features.SubscriptionFeatureRegistrationsOperations,
        "get",
    ),
}
_TEMPLATE_TYPES = {
    "Microsoft.Features/featureProviders/subscriptionFeatureRegistrations": (
        "features:SubscriptionFeatureRegistration"
    ),
}
"""Types of the resources in a template, as azure-native's."""
_NOT_SENT = {"self", "kwargs", "etag", "match_condition", "content_type"}
_PACKAGE = "azure-native:"


@dataclass(frozen=True)
class Operation:
    """What one operation takes."""

    parameters: tuple[str, ...]
    """The parts of the path, by azure-native's names."""
    body: Json
    """Schema of the body."""
    top: frozenset[str]
    """What is at the top of the body; azure-native takes the rest from under `properties`."""
    model: type
    """Microsoft's model of the body."""


def put(token: str) -> Operation:
    """The operation that makes a resource of an azure-native type.

    Raises:
        AssertionError: There is no row for it.
    """
    return _operation(token.removeprefix(_PACKAGE))


@functools.cache
def _operation(token: str) -> Operation:
    assert token in _PUT, f"no operation of Microsoft's SDKs is known for {token}: add its row"
    hints = _arguments(*_PUT[token])
    models = {
        name: next(each for each in typing.get_args(hint) if is_model(each))
        for name, hint in hints.items()
        if any(is_model(each) for each in typing.get_args(hint))
    }
    ((body_name, model),) = models.items()
    schema = schema_of(model)
    top = schema["$defs"][schema["$ref"].removeprefix("#/$defs/")]["properties"]
    parts = tuple(_camel(name) for name in hints if name != body_name)
    return Operation(parts, schema, frozenset(top), model)


def problems(token: str, inputs: Json) -> list[str]:
    """What Azure would not know or take of a resource's inputs, as `PATH: WHAT`."""
    operation = put(token)
    # The last part may be left out: azure-native makes a name.
    found = [f"{part}: missing" for part in operation.parameters[:-1] if part not in inputs]
    found += [
        f"{part}: {inputs[part]!r} is not a text"
        for part in operation.parameters
        if not isinstance(inputs.get(part, ""), str)
    ]
    made = body(token, inputs)
    properties: Json = made.get("properties", {})
    template: Json = properties.get("template", {})
    resources_in_it: list[Json] = template.get("resources", [])
    found += [problem for each in resources_in_it for problem in _template_problems(each)]
    return found + _violations(operation.body, made)


def _template_problems(resource: Json) -> list[str]:
    """What Azure would not know or take of a resource in a template."""
    assert resource["type"] in _TEMPLATE_TYPES, f"unknown in a template: {resource['type']}"
    operation = put(_TEMPLATE_TYPES[resource["type"]])
    envelope = {"type", "apiVersion", "name"}
    found = [f"{part}: missing" for part in envelope if not isinstance(resource.get(part), str)]
    names = str(resource.get("name")).split("/")
    found += [] if len(names) == len(operation.parameters) else [f"name: {'/'.join(names)}"]
    content = {key: value for key, value in resource.items() if key not in envelope}
    return found + _violations(operation.body, content)


def body(token: str, inputs: Json) -> Json:
    """The body that azure-native makes of a resource's inputs."""
    operation = put(token)
    made: Json = {}
    for name, value in inputs.items():
        if name in operation.parameters:
            continue
        owner = made if name in operation.top else made.setdefault("properties", {})
        owner[name] = value
    identity = made.get("identity")
    if isinstance(identity, dict) and "userAssignedIdentities" in identity:
        # A set of ids is a list to azure-native and the keys of a map to Azure.
        members = cast("list[str]", identity["userAssignedIdentities"])
        assert isinstance(members, list), f"identity.userAssignedIdentities: {members!r}"
        made["identity"] = {**identity, "userAssignedIdentities": {each: {} for each in members}}
    return made


def created_only(token: str) -> set[str]:
    """The properties at the top of the body that can be set when it is made and never again."""
    return set(set_at_creation_only(put(token).model))


def call_problems(token: str, arguments: Json) -> list[str]:
    """What Azure would not know or take of a function's arguments, as `PATH: WHAT`."""
    token = token.removeprefix(_PACKAGE)
    assert token in _CALL, f"no operation of Microsoft's SDKs is known for {token}: add its row"
    row = _CALL[token]
    definitions: Json = {}
    hints = _arguments(*row) if row else {}
    schema = {
        "type": "object",
        "properties": {_camel(k): type_schema(hint, definitions) for k, hint in hints.items()},
        "required": [_camel(k) for k, h in hints.items() if type(None) not in typing.get_args(h)],
        "additionalProperties": False,
        "$defs": definitions,
    }
    return _violations(schema, arguments)


def _arguments(operations: type, method: str) -> Json:
    function: Any = inspect.unwrap(getattr(operations, method))
    signature = inspect.signature(function)
    hints = {name: each.annotation for name, each in signature.parameters.items()}
    return {name: hint for name, hint in hints.items() if name not in _NOT_SENT}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def _violations(schema: Json, instance: Json) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema)
    errors = cast("Any", validator).iter_errors(instance)
    return sorted(f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors)

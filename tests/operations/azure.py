"""Azure's own list of operations, read from the request builders of Microsoft's Python SDKs."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_BUILDER = re.compile("build_(.+)_request")

# (PyPI package, package of its newest operations); the packages for subscriptions, features and
# locks are not among those that the tests install.
_SDKS = (
    ("azure-mgmt-containerservice", "azure.mgmt.containerservice.operations"),
    ("azure-mgmt-resource", "azure.mgmt.resource.resources.operations"),
    ("azure-mgmt-resource-deployments", "azure.mgmt.resource.deployments.operations"),
    ("azure-mgmt-authorization", "azure.mgmt.authorization.v2022_04_01.operations"),
    ("azure-mgmt-msi", "azure.mgmt.msi.v2024_11_30.operations"),
)

_ZERO = "00000000-0000-0000-0000-000000000000"
_SUBSCRIPTION = f"subscriptions/{_ZERO}"
_ROLES = f"{_SUBSCRIPTION}/providers/Microsoft.Authorization"
_SAMPLES = {
    "subscriptionId": _ZERO,
    "scope": _SUBSCRIPTION,
    "resourceProviderNamespace": "Microsoft.ContainerService",
    "parentResourcePath": "",
    "resourceType": "managedClusters",
    "resourceId": f"{_SUBSCRIPTION}/resourceGroups/x/providers/"
    "Microsoft.ContainerService/managedClusters/x",
    "roleAssignmentId": f"{_ROLES}/roleAssignments/{_ZERO}",
    "roleId": f"{_ROLES}/roleDefinitions/{_ZERO}",
}


@dataclass(frozen=True)
class Operation:
    """One operation of Azure Resource Manager."""

    name: str
    """As in Microsoft's API description: `ManagedClusters_Get`."""
    method: str
    path: str
    """With `{parameters}`."""

    def sample(self) -> str:
        """The path with values for its parameters; an id is that of something that can be there."""
        values = re.sub(r"\{(\w+)\}", lambda found: _SAMPLES.get(found[1], found[1]), self.path)
        return re.sub("/+", "/", values)


@dataclass(frozen=True)
class Api:
    """The operations of one SDK."""

    title: str
    api_version: str
    operations: tuple[Operation, ...]


def apis() -> list[Api]:
    """What each SDK can ask for, ordered by name."""
    return [_api(package, location) for package, location in _SDKS]


def _api(package: str, location: str) -> Api:
    parent = importlib.import_module(location)
    modules = [
        importlib.import_module(f"{location}.{found.name}")
        for found in pkgutil.iter_modules(parent.__path__)
        if found.name.endswith("operations")
    ]
    builders = [row for module in modules for row in _builders(module)]
    versions = {_default_version(function) for _, function in builders} - {""}
    rows = {_operation(name, function) for name, function in builders}
    return Api(
        f"{package} {version(package)}",
        max(versions),
        tuple(sorted(rows, key=lambda row: (row.name, row.path))),
    )


def _builders(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    """(operation's name, builder) of a module, which holds one group of operations or many."""
    groups = [
        name for name in vars(module) if re.fullmatch("[A-Z][A-Za-z]*Operations|Operations", name)
    ]
    names = {_snake(name.removesuffix("Operations") or name): name for name in groups}
    for name, function in inspect.getmembers(module, inspect.isfunction):
        found = _BUILDER.fullmatch(name)
        if found is None:
            continue
        middle = found[1]
        fitting = [group for group in names if middle.startswith(f"{group}_")]
        group = max(fitting, key=len) if len(names) > 1 else next(iter(names))
        verb = middle.removeprefix(f"{group}_") if len(names) > 1 else middle
        title = names[group].removesuffix("Operations") or names[group]
        yield f"{title}_{verb.title().replace('_', '')}", function


def _snake(name: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()


def _operation(name: str, function: Callable[..., object]) -> Operation:
    """The operation that a builder makes the request of; both are constants in its source."""
    method = path = ""
    for node in ast.walk(ast.parse(_source(function))):
        if isinstance(node, ast.keyword) and node.arg == "method":
            assert isinstance(node.value, ast.Constant)
            method = str(node.value.value)
        if isinstance(node, ast.Constant) and str(node.value).startswith("/"):
            path = path or str(node.value)
    assert method, name
    assert path, name
    return Operation(name, method, path)


def _default_version(function: Callable[..., object]) -> str:
    found = re.search(r'"api-version",\s*"([^"]+)"', _source(function))
    return found[1] if found else ""


def _source(function: Callable[..., object]) -> str:
    return textwrap.dedent(inspect.getsource(function))

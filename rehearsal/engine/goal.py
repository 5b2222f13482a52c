"""What a program asks for: a RegisterResource request as the engine's own type.

What this engine does not support it refuses here, by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit

from rehearsal.engine import urns
from rehearsal.engine.state import Timeouts
from rehearsal.engine.values import from_struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pulumi.runtime.proto import alias_pb2, resource_pb2, source_pb2

    from rehearsal.engine.values import Properties, Value

NO_TIMEOUTS = Timeouts()
DYNAMIC_PACKAGE = "pulumi-python"

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class UnsupportedError(Exception):
    """A feature of Pulumi that this engine does not have; the message names it."""


class InvalidGoalError(Exception):
    """A registration that no engine would accept."""


@dataclass(frozen=True)
class Goal:
    """The wanted state of one resource.

    `protect` and `retain_on_delete` are None, `deleted_with` and `provider` empty where the program
    says nothing: they come from the parent then.
    """

    type: str
    name: str
    custom: bool
    parent: str = ""
    inputs: Properties = field(default_factory=dict[str, "Value"])
    protect: bool | None = None
    retain_on_delete: bool | None = None
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    provider: str = ""
    providers: dict[str, str] = field(default_factory=dict[str, str])
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    import_id: str = ""
    custom_timeouts: Timeouts = NO_TIMEOUTS
    aliases: tuple[str, ...] = ()
    deleted_with: str = ""
    version: str = ""
    plugin_download_url: str = ""
    source_position: str = ""
    hide_diff: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """The package whose provider makes the resource."""
        return urns.package_of(self.type)

    @property
    def is_provider(self) -> bool:
        """Whether it is a provider resource."""
        return urns.is_provider_type(self.type)


def goal_of(request: resource_pb2.RegisterResourceRequest, root: Path) -> Goal:
    """The goal of a request; `root` is the project's directory, which source positions leave out.

    Raises:
        UnsupportedError: It asks for something that this engine does not have.
        InvalidGoalError: A value of it cannot be right.
    """
    _refuse_unsupported(request)
    timeouts = request.customTimeouts
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs=_provider_inputs(request) if request.custom else from_struct(request.object),
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        dependencies=tuple(sorted(set(request.dependencies))),
        property_dependencies={
            key: tuple(sorted(set(found.urns)))
            for key, found in sorted(request.propertyDependencies.items())
        },
        provider=request.provider,
        providers=dict(request.providers),
        delete_before_replace=(
            request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None
        ),
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        import_id=request.importId,
        custom_timeouts=Timeouts(
            create=seconds_of(timeouts.create),
            update=seconds_of(timeouts.update),
            delete=seconds_of(timeouts.delete),
            read=seconds_of(timeouts.read),
        ),
        aliases=_aliases_of(request),
        deleted_with=request.deletedWith,
        version=request.version,
        plugin_download_url=request.pluginDownloadURL,
        source_position=position_of(request, root),
        hide_diff=tuple(request.hideDiffs),
    )


def _provider_inputs(request: resource_pb2.RegisterResourceRequest) -> Properties:
    inputs = from_struct(request.object)
    if urns.is_provider_type(request.type):
        return with_version(inputs, request.version, request.pluginDownloadURL)
    return inputs


def with_version(inputs: Properties, version: str, download_url: str) -> Properties:
    """The inputs of a provider row that hold what the engine itself keeps in them.

    Names and places are those of pulumi/pulumi, `pkg/resource/deploy/providers/registry.go`.
    """
    made = dict(inputs)
    if version:
        made["version"] = version
    if version or download_url:
        made["__internal"] = {"pluginDownloadURL": download_url} if download_url else {}
    return made


def _refuse_unsupported(request: resource_pb2.RegisterResourceRequest) -> None:
    refused = {
        "remote components": request.remote,
        "transforms": _has(request, "transforms"),
        "parameterized packages (packageRef)": bool(request.packageRef),
        "resource hooks": request.HasField("hooks") and request.hooks.ByteSize() > 0,
        "replaceWith": bool(request.replace_with),
        "replacement triggers": request.HasField("replacement_trigger"),
        "environment variable mappings of providers": bool(request.envVarMappings),
        "state migrations": _has(request, "state_migrations"),
        "alias specifications without URN": not all(_aliases_of(request)),
        "dynamic providers": urns.package_of(request.type) == DYNAMIC_PACKAGE,
    }
    refuse(f"{request.type} '{request.name}'", (name for name, used in refused.items() if used))


def _has(request: resource_pb2.RegisterResourceRequest, field_name: str) -> bool:
    return any(descriptor.name == field_name for descriptor, _ in request.ListFields())


def _aliases_of(request: resource_pb2.RegisterResourceRequest) -> tuple[str, ...]:
    specified = cast("Sequence[alias_pb2.Alias]", request.aliases)
    return tuple(dict.fromkeys([*request.aliasURNs, *(alias.urn for alias in specified)]))


def refuse(what: str, features: Iterable[str]) -> None:
    """Refuse the features that are named, if any.

    Raises:
        UnsupportedError: There is one.
    """
    for feature in features:
        raise UnsupportedError(
            f"{what} uses {feature}, which this engine does not support; "
            "use the Pulumi CLI for it, or do without"
        )


def seconds_of(text: str) -> float:
    """A Go duration such as `1h30m` or `500ms` in seconds; "" is 0.

    Raises:
        InvalidGoalError: The text is no duration.
    """
    if text in {"", "0"}:
        return 0
    parts = _DURATION.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        raise InvalidGoalError(f"{text!r} is no duration; one is 90s, 5m or 1h30m")
    total = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    return int(total) if total == int(total) else total


def position_of(
    request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest, root: Path
) -> str:
    """A request's source position as states keep it: `project:///FILE#LINE`, "" if outside."""
    position = cast("source_pb2.SourcePosition", request.sourcePosition)
    parsed = urlsplit(position.uri)
    if parsed.scheme != "file":
        return ""
    path = PurePosixPath(unquote(parsed.path))
    if not path.is_relative_to(root):
        return ""
    column = f",{position.column}" if position.column else ""
    return f"project:///{path.relative_to(root)}#{position.line}{column}"

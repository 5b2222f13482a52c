"""Pulumi.yaml and the stack file: what is to run, and what is configured.

The rules are those of pulumi/pulumi, `sdk/go/common/workspace/project.go`; `configuration` makes
the values of a run from both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from rehearsal.engine import yamls

if TYPE_CHECKING:
    from pathlib import Path

_TYPES = ("string", "integer", "boolean", "array", "object")
_DECLARING = frozenset({"type", "description", "items", "default", "value", "secret"})


class ProjectError(Exception):
    """A project or stack file that cannot be used: where, what was given, what is allowed."""


@dataclass(frozen=True)
class Declaration:
    """A key that Pulumi.yaml declares or sets, by its full name `namespace:key`.

    `default` and `value` are None where Pulumi.yaml has none; `type` is then "" for a set key.
    """

    key: str
    type: str = ""
    items: Mapping[str, Any] = field(default_factory=dict[str, Any])
    default: Any = None
    value: Any = None
    secret: bool = False


@dataclass(frozen=True)
class Project:
    """What Pulumi.yaml says."""

    name: str
    directory: Path
    main: Path
    """The program: a directory with a `__main__.py`, or a file."""
    stack_directory: Path
    """The directory of the stack files."""
    declarations: tuple[Declaration, ...] = ()
    description: str = ""

    def stack_file(self, stack: str) -> Path:
        """The path of a stack's file; it need not exist."""
        return self.stack_directory / f"Pulumi.{stack}.yaml"


@dataclass(frozen=True)
class StackFile:
    """What a stack file says; `config` by full key, secure values still encrypted."""

    path: Path
    salt: str = ""
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])


def load_project(directory: Path) -> Project:
    """The project of a directory.

    Raises:
        ProjectError: Pulumi.yaml is absent, no YAML, or wrong.
    """
    path = directory / "Pulumi.yaml"
    content = _mapping(path)
    name = content.get("name")
    if not isinstance(name, str) or not name:
        raise ProjectError(f"{path}: the project is missing a 'name' attribute")
    _check_runtime(path, content.get("runtime"))
    config: Any = content.get("config") or {}
    stacks: Any = content.get("stackConfigDir") or (config if isinstance(config, str) else ".")
    main: Any = content.get("main") or "."
    return Project(
        name=name,
        directory=directory,
        main=directory / str(main),
        stack_directory=directory / str(stacks),
        declarations=() if isinstance(config, str) else _declarations(path, name, config),
        description=str(content.get("description") or ""),
    )


def load_stack_file(project: Project, path: Path) -> StackFile:
    """The stack file at `path`; an absent one is an empty one.

    Raises:
        ProjectError: It is no YAML, or wrong.
    """
    if not path.exists():
        return StackFile(path)
    content = _mapping(path)
    if content.get("environment"):
        raise ProjectError(f"{path}: 'environment' is given, which needs Pulumi Cloud; remove it")
    provider: Any = content.get("secretsprovider") or "passphrase"
    if provider != "passphrase":
        raise ProjectError(
            f"{path}: 'secretsprovider' is '{provider}'; this engine has 'passphrase' only"
        )
    config: Any = content.get("config") or {}
    if not isinstance(config, Mapping):
        raise ProjectError(f"{path}: 'config' is no mapping of keys to values")
    return StackFile(
        path=path,
        salt=str(content.get("encryptionsalt") or ""),
        config={
            full_key(project.name, str(key)): value
            for key, value in cast("Mapping[Any, Any]", config).items()
        },
    )


def full_key(project: str, key: str) -> str:
    """The key with its namespace, which is the project's name where it has none."""
    return key if ":" in key else f"{project}:{key}"


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = yamls.read(path)
    except yamls.YamlError as problem:
        raise ProjectError(str(problem)) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ProjectError(f"{path}: it is no mapping of keys to values")
    return {str(key): value for key, value in cast("dict[Any, Any]", content).items()}


def _check_runtime(path: Path, runtime: Any) -> None:
    name: Any = (
        cast("dict[str, Any]", runtime).get("name") if isinstance(runtime, dict) else runtime
    )
    if not name:
        raise ProjectError(f"{path}: the project is missing a 'runtime' attribute")
    if name != "python":
        raise ProjectError(f"{path}: the runtime is '{name}'; this engine runs 'python' only")


def _declarations(path: Path, project: str, config: Any) -> tuple[Declaration, ...]:
    if not isinstance(config, Mapping):
        raise ProjectError(f"{path}: 'config' is no mapping of keys to declarations")
    entries = cast("Mapping[Any, Any]", config)
    return tuple(_declaration(path, project, str(key), entries[key]) for key in entries)


def _declaration(path: Path, project: str, key: str, entry: Any) -> Declaration:
    full = full_key(project, key)
    if not isinstance(entry, Mapping):
        return Declaration(full, value=entry)
    fields = cast("Mapping[str, Any]", entry)
    unknown = sorted(str(name) for name in fields.keys() - _DECLARING)
    if unknown:
        raise ProjectError(
            f"{path}: configuration key '{key}' has the attribute '{unknown[0]}';"
            f" allowed are {', '.join(sorted(_DECLARING))}"
        )
    foreign = not full.startswith(f"{project}:")
    if foreign and ("type" in fields or "default" in fields):
        raise ProjectError(
            f"{path}: configuration key '{key}' is not namespaced by the project and should not"
            " define a type or a default; give it a 'value'"
        )
    if not foreign and "value" in fields and "default" in fields:
        raise ProjectError(f"{path}: configuration key '{key}' has both 'value' and 'default'")
    declaration = Declaration(
        key=full,
        type=_type(path, key, fields),
        items=cast("Mapping[str, Any]", fields.get("items") or {}),
        default=fields.get("default"),
        value=fields.get("value"),
        secret=bool(fields.get("secret")),
    )
    if declaration.default is not None and not fits(declaration, declaration.default):
        raise ProjectError(
            f"{path}: the default value specified for configuration key '{key}' is not of the"
            f" expected type '{type_name(declaration)}'"
        )
    return declaration


def _type(path: Path, key: str, fields: Mapping[str, Any]) -> str:
    """The declared type; a default without one is enough to infer it."""
    name: Any = fields.get("type")
    if name is None and "value" not in fields:
        default: Any = fields.get("default")
        inferred = ((bool, "boolean"), (int, "integer"), (list, "array"), (dict, "object"))
        return next((text for kind, text in inferred if isinstance(default, kind)), "string")
    if name is not None and name not in _TYPES:
        raise ProjectError(
            f"{path}: configuration key '{key}' is of the unknown type '{name}';"
            f" allowed are {', '.join(_TYPES)}"
        )
    if name == "array" and "items" not in fields:
        raise ProjectError(
            f"{path}: the configuration key '{key}' declares an array but does not specify the"
            " underlying type via the 'items' attribute"
        )
    return str(name or "")


# --- types -----------------------------------------------------------------------------------


def type_name(declaration: Declaration) -> str:
    """The type as messages write it, such as `array<object>`."""
    return _type_name(declaration.type, declaration.items)


def _type_name(name: str, items: Mapping[str, Any]) -> str:
    if name != "array" or not items:
        return name
    return f"array<{_type_name(str(items.get('type', '')), items.get('items') or {})}>"


def fits(declaration: Declaration, value: Any) -> bool:
    """Whether the value is of the declared type; of lists the items are checked, of objects none.

    A text fits where it reads as an integer or boolean, as stack files may hold it.
    """
    return _fits(declaration.type, declaration.items, value)


def _fits(name: str, items: Mapping[str, Any], value: Any) -> bool:
    if name == "string":
        return isinstance(value, str)
    if name == "integer":
        text = value.removeprefix("-").removeprefix("+") if isinstance(value, str) else ""
        return (isinstance(value, int) and not isinstance(value, bool)) or text.isdecimal()
    if name == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if name == "object":
        return isinstance(value, Mapping)
    if name == "array":
        inner = cast("Mapping[str, Any]", items.get("items") or {})
        return isinstance(value, list) and all(
            _fits(str(items.get("type", "")), inner, item) for item in cast("list[Any]", value)
        )
    return True

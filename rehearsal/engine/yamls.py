"""YAML as Pulumi's Go code reads it, which is closer to YAML 1.2 than PyYAML is.

`on` and `no` are texts, so are `12:30` and dates; a key that appears twice is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path


class YamlError(Exception):
    """A file that is absent or no YAML; the message names file, line and column."""


class _Loader(yaml.SafeLoader):
    """A loader whose plain scalars are resolved by YAML 1.2's core schema."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key: Any = super().construct_object(key_node, deep=True)  # pyright: ignore[reportUnknownMemberType] - untyped in the stubs
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} appears twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_CORE = {
    "bool": ("true|True|TRUE|false|False|FALSE", "tTfF"),
    "null": ("~|null|Null|NULL|", "~nN\0"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    "merge": ("<<", "<"),
}
_Loader.yaml_implicit_resolvers = {}
for _name, (_expression, _first) in _CORE.items():
    _Loader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType] - untyped in the stubs
        f"tag:yaml.org,2002:{_name}",
        re.compile(f"(?:{_expression})\\Z"),
        ["" if _char == "\0" else _char for _char in _first],
    )


def read(path: Path) -> Any:
    """The content of a YAML file; None if it is empty.

    Raises:
        YamlError: The file cannot be read, or is no YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise YamlError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise YamlError(f"{path}: it cannot be read: {problem}") from None
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise YamlError(f"{path}{where}: it is no YAML: {problem.problem}") from None
    except (yaml.YAMLError, ValueError) as problem:
        raise YamlError(f"{path}: it is no YAML: {problem}") from None

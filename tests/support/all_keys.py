"""Every key that a stack file may have, as the settings themselves declare them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from settings.file import StackFile
from settings.keys import Table, keys_of
from settings.kinds import Choice, Each, Named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings.keys import Key


def all_keys() -> dict[str, Key]:
    """The keys that hold a value of their own, by paths such as `teams[].quota.cpu`.

    `[]` stands for any element of a list, `*` for any name.
    """
    return dict(_below("", StackFile))


def given_keys(value: Any, path: str = "") -> set[str]:
    """The keys of `all_keys` that a configuration gives."""
    known = all_keys()
    if path in known:
        return {path}
    found: set[str] = set()
    if isinstance(value, dict):
        for name, below in cast("dict[str, Any]", value).items():
            joint = "." if path else ""
            named = any(key.startswith(f"{path}{joint}{name}") for key in known)
            found |= given_keys(below, f"{path}{joint}{name if named else '*'}")
    elif isinstance(value, list):
        for below in cast("list[Any]", value):
            found |= given_keys(below, f"{path}[]")
    return found


def can_change(key: Key) -> bool:
    """Whether there is another value to change it to."""
    return not (isinstance(key.kind, Choice) and len(key.kind.options) == 1)


def _below(prefix: str, table: type) -> Iterator[tuple[str, Key]]:
    for key in keys_of(table).values():
        path, inner = _inside(f"{prefix}{key.path}", key.kind)
        if inner is None:
            yield f"{prefix}{key.path}", key
        else:
            yield from _below(f"{path}.", inner)


def _inside(path: str, kind: Any) -> tuple[str, type | None]:
    """The path of the mappings that a kind is made of, and the class that describes them."""
    match kind:
        case Table():
            return path, kind.table
        case Each():
            return _inside(f"{path}[]", kind.kind)
        case Named():
            return _inside(f"{path}.*", kind.kind)
        case _:
            return path, None

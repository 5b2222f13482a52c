"""The keys of the stack file: what stands at a field of a dataclass, and how it is read.

A field made with `key` says everything about one key: where it stands, what it may be, what it
means. `Table` reads such dataclasses; docs/configuration.md is made from them too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, cast

from settings.place import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settings.kinds import Kind
    from settings.place import Place

IN_PLACE = "in place"
REPLACES = "replaces the cluster"
REQUIRED = object()
"""The default of a key that must be there."""

_LEGACY = {"clientappid", "serverappid", "serverappsecret"}


@dataclass(frozen=True)
class Key:
    """One key of a mapping: all that the reader and the documentation know of it."""

    path: str
    """Where it stands in its mapping, such as `apiServer.private`."""
    kind: Kind
    about: str
    """What it means."""
    default: Any
    """As it would be written in the file; `REQUIRED`, None or an empty text for none."""
    change: str
    """What happens when it is changed later."""

    def read(self, mapping: Place) -> Any:
        """The value that the mapping has for it, or the default."""
        place = mapping.below(self.path)
        if place.value is None and self.default is not REQUIRED:
            default = self.default
            if isinstance(default, str):
                default = default.format(**place.reading.names)
            place = replace(place, value=default)
            if default is None:
                return None
        if place.value == self.default == "":
            return ""
        return self.kind.read(place)


def key(
    path: str, kind: Kind, about: str, *, default: Any = REQUIRED, change: str = IN_PLACE
) -> Any:
    """A field of a dataclass that is read from the stack file; see `Key`."""
    return field(metadata={"key": Key(path, kind, about, default, change)})


def keys_of(table: type) -> dict[str, Key]:
    """The keys of a dataclass by the names of its fields."""
    return {each.name: each.metadata["key"] for each in fields(cast("Any", table))}


@dataclass(frozen=True)
class Table:
    """A mapping whose keys are the fields of a dataclass."""

    table: type
    one_of: tuple[tuple[str, ...], ...] = ()
    """Groups of keys; of each group exactly one must be there."""
    allowed: str = "a mapping of keys"

    def paths(self) -> list[str]:
        """The paths of its keys and of those in the mappings below it, but for those in lists."""
        found: list[str] = []
        for each in keys_of(self.table).values():
            below = each.kind.paths() if isinstance(each.kind, Table) else []
            found += [each.path, *(f"{each.path}.{path}" for path in below)]
        return found

    def read(self, place: Place) -> Any:
        """The dataclass; one of stand-ins if there is no mapping."""
        if not isinstance(place.value, dict):
            place.refuse(self.allowed, "write keys below it")
            place = place.muted({})
        keys = keys_of(self.table)
        _refuse_unknown(place, [each.path for each in keys.values()], self.paths())
        for group in self.one_of:
            given = [path for path in group if place.child(path).value is not None]
            if len(given) != 1:
                allowed = f"exactly one of {', '.join(group)}"
                place.refuse(allowed, "write one", f"has {' and '.join(given) or 'none of them'}")
        return self.table(**{name: each.read(place) for name, each in keys.items()})


def _refuse_unknown(place: Place, paths: Sequence[str], deeper: Sequence[str]) -> None:
    """Note each key that is none of `paths` nor on the way to one; `deeper` may tell what it is."""
    known: dict[str, list[str]] = {}
    for path in paths:
        first, _, rest = path.partition(".")
        known.setdefault(first, []).extend([rest] if rest else [])
    words = {path.rpartition(".")[2]: path for path in paths} | {first: first for first in known}
    for name, value in place.mapping().items():
        at = place.child(name)
        if name.lower().replace("_", "").removeprefix("aad") in _LEGACY:
            at.refuse(
                "nothing: Azure has retired it and this program makes managed clusters only",
                "delete the key; move a legacy cluster with: az aks update --enable-aad "
                "--aad-admin-group-object-ids GROUP_ID",
                "belongs to the legacy Entra integration",
            )
        elif name not in known:
            near = words.get(nearest(name, words)) or _only_one_that_ends(deeper, name)
            remedy = f'did you mean "{near}"?' if near else "delete it"
            at.refuse(", ".join(sorted(known)), remedy, "is not a known key")
        elif known[name] and value is not None:
            if not isinstance(value, dict):
                at.refuse("a mapping of keys", "write keys below it")
            _refuse_unknown(at, known[name], ())


def _only_one_that_ends(paths: Sequence[str], name: str) -> str:
    """The only path that ends with the name; empty if there is none or are several."""
    found = [path for path in paths if path.lower().endswith(f".{name.lower()}")]
    return found[0] if len(found) == 1 else ""

"""What a live object has of what a program states."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json

_SUFFIXES: Final = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{unit: Decimal(1000) ** (power + 1) for power, unit in enumerate("kMGTPE")},
    **{f"{unit}i": Decimal(1024) ** (power + 1) for power, unit in enumerate("KMGTPE")},
}
_QUANTITY: Final = re.compile(r"([+-]?\d+(?:\.\d+)?)([numkMGTPE]?|[KMGTPE]i)")
_SERVER_METADATA: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)


def pruned(stated: Any, live: Any) -> Any:
    """`live`, cut down to what is stated; equal quantities keep the text that was stated."""
    if isinstance(stated, dict) and isinstance(live, dict):
        wanted, found = cast("Json", stated), cast("Json", live)
        return {key: pruned(value, found[key]) for key, value in wanted.items() if key in found}
    if isinstance(stated, list) and isinstance(live, list):
        wanted_items, found_items = cast("list[Any]", stated), cast("list[Any]", live)
        if len(wanted_items) == len(found_items):
            return [pruned(a, b) for a, b in zip(wanted_items, found_items, strict=True)]
    return cast("Any", stated if _quantity(stated) == _quantity(live) else live)


def _quantity(value: Any) -> Any:
    """The amount that a text such as `500m` or `64Gi` means; other values are themselves."""
    found = _QUANTITY.fullmatch(str(value)) if not isinstance(value, bool) else None
    return Decimal(found[1]) * _SUFFIXES[found[2]] if found else value


def stated_inputs(live: Json) -> Json:
    """The inputs of an object that is imported: all but what the server writes."""
    metadata = {k: v for k, v in live["metadata"].items() if k not in _SERVER_METADATA}
    return {**{k: v for k, v in live.items() if k != "status"}, "metadata": metadata}

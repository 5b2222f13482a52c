"""Reads properties as a pack gets them, without falling into their traps.

A policy sees properties through proxies that raise on a value which a preview cannot know, except
where they are sliced (then they hand out the sentinel), and whose lists equal nothing. So nothing
else touches them: `plain` copies a value into Python's own lists and dictionaries, with `UNKNOWN`
in the unknown places, and `known` fetches one path of the properties that way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from pulumi_policy.proxy import UnknownValueError


class Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        """Refuse: a check has to say what it does with a value that is not known yet."""
        raise TypeError("an unknown value is neither true nor false")


UNKNOWN: Final = Unknown()
"""A value that this preview cannot know."""

Truth = bool | Unknown
"""Whether something holds, or cannot be known yet."""


def known(props: Mapping[str, Any], path: str, default: object = None) -> Any:
    """The value at a path of keys, such as `aadProfile.managed`.

    Returns:
        A plain copy of the value; `UNKNOWN` if it, or something on the way, is not known yet;
        `default` if it is absent or null, or if something on the way is no object.
    """
    value: Any = props
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return default
        value = _item(cast("Mapping[Any, Any]", value), key, default=None)
        if value is UNKNOWN:
            return UNKNOWN
        if value is None:
            return default
    return plain(value)


def plain(value: Any) -> Any:
    """A copy made of dict, list and scalars, with `UNKNOWN` for each unknown part."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[Any, Any]", value)
        return {key: plain(_item(mapping, key, default=None)) for key in mapping}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        sequence = cast("Sequence[Any]", value)
        return [plain(_item(sequence, index, default=None)) for index in range(len(sequence))]
    return value


def _item(container: Any, key: object, *, default: object) -> Any:
    try:
        return container[key]
    except KeyError:
        return default
    except UnknownValueError:
        return UNKNOWN


def items(value: Any) -> list[Any]:
    """The members of a list; a value of any other type has none."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def has_unknown(value: Any) -> bool:
    """Whether a plain value is unknown, or holds something that is."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in cast("Mapping[Any, Any]", value).values())
    return value is UNKNOWN or any(has_unknown(item) for item in items(value))


def contains(values: Any, wanted: frozenset[str]) -> Truth:
    """Whether a list holds one of the wanted texts; unknown where only an unknown member may."""
    if values is UNKNOWN:
        return UNKNOWN
    members = items(values)
    if any(isinstance(member, str) and member in wanted for member in members):
        return True
    return UNKNOWN if any(member is UNKNOWN for member in members) else False


def every(*truths: Truth) -> Truth:
    """Whether all hold: one that does not decides, even if others are not known yet."""
    if any(truth is False for truth in truths):
        return False
    return UNKNOWN if any(truth is UNKNOWN for truth in truths) else True

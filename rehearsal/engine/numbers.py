"""Numbers and JSON text as Go writes them, so that the real CLI's and our states agree.

Every number of a property value is a double. `encoding/json` writes the shortest digits that read
back as the same double, without an exponent from 1e-6 up to 1e21 (`encoding/json`, floatEncoder).
"""

from __future__ import annotations

import json
import math
import re
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

_EXACT = 2**53
"""Up to here each whole double is one integer."""

_SMALLEST_PLAIN = 1e-6
_LARGEST_PLAIN = 1e21


def number(value: float) -> int | float:
    """The double `value`, as an int where it is whole and an int holds it exactly."""
    value = float(value)
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def format_number(value: float) -> str:
    """The JSON text of a number as Go writes it.

    Raises:
        ValueError: The number is infinite or not a number, which JSON has no text for.
    """
    if isinstance(value, int) and abs(value) < _EXACT:
        return str(int(value))
    double = float(value)
    if not math.isfinite(double):
        raise ValueError(f"{double} is no JSON number")
    if double == 0:
        return "-0" if math.copysign(1, double) < 0 else "0"
    sign = "-" if double < 0 else ""
    digits, exponent = _shortest(abs(double))
    if _SMALLEST_PLAIN <= abs(double) < _LARGEST_PLAIN:
        return sign + _plain(digits, exponent)
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{exponent:+d}"


def _shortest(double: float) -> tuple[str, int]:
    """Significant digits and the exponent of the first, of a positive double."""
    mantissa, _, exponent = f"{double!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent or 0) + len(whole) - 1
    digits = whole + fraction
    stripped = digits.lstrip("0")
    return stripped.rstrip("0"), power - (len(digits) - len(stripped))


def _plain(digits: str, exponent: int) -> str:
    """Digits without an exponent."""
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    padded = digits.ljust(exponent + 1, "0")
    whole, fraction = padded[: exponent + 1], padded[exponent + 1 :]
    return whole + ("." + fraction if fraction else "")


def dumps(value: Json) -> str:
    """`value` as compact JSON text as Go writes it; keys keep their order."""
    return "".join(_pieces(value))


def _pieces(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield quote(value)
    elif isinstance(value, bool) or value is None:
        yield _CONSTANTS[value]
    elif isinstance(value, (int, float)):
        yield format_number(value)
    elif isinstance(value, dict):
        separator = "{"
        for key, item in value.items():
            yield f"{separator}{quote(key)}:"
            yield from _pieces(item)
            separator = ","
        yield "{}" if separator == "{" else "}"
    else:
        separator = "["
        for item in value:
            yield separator
            yield from _pieces(item)
            separator = ","
        yield "[]" if separator == "[" else "]"


def quote(text: str) -> str:
    """A JSON string as Go writes it: the two Unicode line separators are escaped."""
    quoted = encode_basestring(text)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def loads(text: str | bytes) -> Json:
    """The JSON text's value, its numbers as `number` gives them.

    Raises:
        ValueError: The text is not JSON.
    """
    return json.loads(text, parse_int=_parse, parse_float=_parse)


def _parse(text: str) -> int | float:
    return number(float(text))


_CONSTANTS = {True: "true", False: "false", None: "null"}
_ESCAPED = re.compile("[\u2028\u2029]")

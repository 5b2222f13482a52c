"""`uniqueString` of ARM templates: a hash of 64 bits as thirteen letters and digits.

The hash is a variant of MurmurHash3 (x86, 128 bits) with two of its four lanes, as Microsoft's own
provider for Terraform writes it down (Azure/terraform-provider-azapi, `unique_string`).
"""

from __future__ import annotations

_MASK = 0xFFFFFFFF
_ONE, _OTHER = 0x239B961B, 0xAB0E9789
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_LETTERS = 13


def unique_string(given: str) -> str:
    """The thirteen characters for a text, the same every time."""
    value = _hash(given.encode())
    letters: list[str] = []
    for _ in range(_LETTERS):
        letters.append(_ALPHABET[value >> 59])
        value = value << 5 & 0xFFFFFFFFFFFFFFFF
    return "".join(letters)


def _hash(data: bytes) -> int:
    first = second = 0
    whole = len(data) - len(data) % 8
    for start in range(0, whole, 8):
        low, high = (int.from_bytes(data[at : at + 4], "little") for at in (start, start + 4))
        first = _turned(first ^ _mixed(low, _ONE, _OTHER, 15), 19) + second & _MASK
        first = first * 5 + 0x561CCD1B & _MASK
        second = _turned(second ^ _mixed(high, _OTHER, _ONE, 17), 13) + first & _MASK
        second = second * 5 + 0x0BCAA747 & _MASK
    rest = data[whole:]
    first ^= _mixed(int.from_bytes(rest[:4], "little"), _ONE, _OTHER, 15) ^ len(data)
    second ^= _mixed(int.from_bytes(rest[4:], "little"), _OTHER, _ONE, 17) ^ len(data)
    first, second = _crossed(first, second)
    first, second = _crossed(_spread(first), _spread(second))
    return second << 32 | first


def _turned(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _MASK


def _mixed(block: int, before: int, after: int, bits: int) -> int:
    return _turned(block * before & _MASK, bits) * after & _MASK


def _crossed(first: int, second: int) -> tuple[int, int]:
    first = first + second & _MASK
    return first, second + first & _MASK


def _spread(value: int) -> int:
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    return value ^ value >> 16

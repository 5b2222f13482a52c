"""Keeps secret what a remediation gives back in clear.

pulumi_policy hands a property out without its mark, so that a remediation that returns a copy of
the properties, such as `{**args.props, "more": 1}`, returns their secrets as plain values. Pulumi
then writes them into the state in clear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.engine.values import Secret, plain, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.engine.values import List, Properties, Value


def with_secrets(after: Mapping[str, Value], before: Mapping[str, Value]) -> Properties:
    """The properties `after`, secret wherever they were so `before`."""
    return {
        key: _kept(value, before[key]) if key in before else value for key, value in after.items()
    }


def _kept(after: Value, before: Value) -> Value:
    if isinstance(before, Secret):
        return secret(plain(after))
    if isinstance(after, dict) and isinstance(before, dict):
        return with_secrets(after, before)
    if isinstance(after, list) and isinstance(before, list):
        return _items(after, before)
    return after


def _items(after: List, before: List) -> List:
    """The items, each as secret as the one at its place, or one that had its value elsewhere."""
    hidden = [item.value for item in before if isinstance(item, Secret)]
    at_place = [*before, *([None] * len(after))]
    return [
        secret(item) if item in hidden else _kept(item, old)
        for item, old in zip(after, at_place, strict=False)
    ]

"""Keeps secrets out of what policies say."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from rehearsal.engine.numbers import format_number
from rehearsal.engine.values import ResourceRef, Secret, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rehearsal.engine.values import Value

MASKED = "[secret]"
UNKNOWN_SHOWN = "<unknown>"

_SHORTEST_TEXT = 3
"""Shorter secrets are not masked: pulumi/pulumi, `sdk/go/common/util/logging/log.go`."""

_CREDENTIAL = re.compile(r"[A-Za-z0-9+/=_.-]{40,}")
"""What may be a key or a token inside a longer secret, such as a kubeconfig; identifiers (a GUID
has 36 characters) and the words of the file around it are shorter."""


class Mask:
    """Replaces secret texts by `[secret]`, also where a text is quoted or only its keys appear."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = frozenset(texts)
        forms = {form for text in self._texts for form in _forms(text)}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))

    def with_texts(self, texts: Iterable[str]) -> Mask:
        """A mask that hides `texts` too."""
        more = self._texts.union(texts)
        return self if more == self._texts else Mask(more)

    def __call__(self, message: str) -> str:
        """The message without the secrets."""
        for form in self._forms:
            message = message.replace(form, MASKED)
        return message


def _forms(text: str) -> Iterator[str]:
    """How a secret text may appear in a message: as it is, escaped, or a key inside it."""
    if len(text.strip()) < _SHORTEST_TEXT:
        return
    yield text
    yield json.dumps(text)[1:-1]
    yield repr(text)[1:-1]
    yield from _CREDENTIAL.findall(text)


def secret_texts(value: Value) -> Iterator[str]:
    """The texts inside the secrets of a value; a pack sees numbers as doubles, so both forms."""
    if isinstance(value, Secret):
        yield from _texts(value.value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from secret_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from secret_texts(item)


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield format_number(value)
        yield str(float(value))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def shown(properties: Mapping[str, Value], mask: Callable[[str], str] = str) -> dict[str, object]:
    """The properties as JSON for people, without the `__` keys of providers.

    Secrets read `[secret]`, unknown values `<unknown>`; `mask` rewrites each text.
    """
    return {
        key: shown_value(value, mask)
        for key, value in properties.items()
        if not key.startswith("__")
    }


def shown_value(value: Value, mask: Callable[[str], str] = str) -> object:
    """A value as JSON for people; `mask` rewrites each text in it."""
    if isinstance(value, Secret):
        return MASKED
    if isinstance(value, Unknown):
        return UNKNOWN_SHOWN
    if isinstance(value, ResourceRef):
        return value.urn
    if isinstance(value, dict):
        return {key: shown_value(item, mask) for key, item in value.items()}
    if isinstance(value, list):
        return [shown_value(item, mask) for item in value]
    return mask(value) if isinstance(value, str) else value

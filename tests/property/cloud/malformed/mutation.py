"""Makes good requests bad, in a way that a seed decides."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.web import Request
from tests.property.cloud.malformed.corpus import form_body
from tests.property.cloud.malformed.hostile import (
    EXPRESSIONS,
    FIELDS,
    FORM_TEXTS,
    HEADERS,
    NAMES,
    OWN_FORMS,
    QUERIES,
    TEXTS,
    VALUES,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from random import Random

    from tests.property.cloud.malformed.corpus import Good

_DEEP = 3000


class Mutator:
    """Chooses; two with equal seeds choose the same."""

    def __init__(self, random: Random, tokens: dict[str, list[str]]) -> None:
        """`tokens` are texts of the authorization header by plane, two that are good first."""
        self._random = random
        self._tokens = tokens

    def plain(self, good: Good) -> Request:
        """The good request itself, of somebody who may do everything."""
        headers = {"authorization": self._allowed(good)[0], **good.headers}
        path = good.path(good.params)
        return Request(good.route.method, path, good.query, headers, self._content(good))

    def request(self, good: Good) -> Request:
        """A request that has one thing wrong, or two, and perhaps the wrong caller as well."""
        headers = self._authorization(good)
        unchanged = changed = Request(
            good.route.method, good.path(good.params), good.query, headers, self._content(good)
        )
        while changed == unchanged:
            changed = self._with_faults(good, headers)
        return changed

    def _with_faults(self, good: Good, given: dict[str, str]) -> Request:
        params, query, headers = dict(good.params), good.query, dict(given)
        content = self._content(good)
        kinds = "bbpqqhhh" if good.plane == "entra" else "bbbbbbpqqh"
        for change in self._random.choices(kinds, k=self._random.choice((1, 1, 2))):
            if change == "b" and (good.body is not None or good.form):
                content = self._spoilt(good)
            elif change == "p" and params:
                params[self._random.choice(list(params))] = self._path_text()
            elif change == "q":
                name = self._name(good.query, QUERIES)
                query[name] = self._in_form(name) or self._random.choice(
                    (*EXPRESSIONS, self._text())
                )
                if self._random.random() < 0.1:
                    query = {}
            elif change == "h":
                name = self._name(OWN_FORMS if good.plane == "entra" else (), HEADERS)
                headers[name] = self._in_form(name) or self._header_text()
        return Request(good.route.method, good.path(params), query, headers, content)

    def _authorization(self, good: Good) -> dict[str, str]:
        tokens = self._allowed(good)
        draw = self._random.random()
        chosen = (
            tokens[0] if draw < 0.7 else tokens[1] if draw < 0.85 else self._random.choice(tokens)
        )
        return {"authorization": chosen, **good.headers} if chosen else good.headers

    def _allowed(self, good: Good) -> list[str]:
        application, person, *others = self._tokens.get(good.plane, self._tokens["arm"])
        first = (person, application) if good.personal else (application, person)
        return [*first, *others]

    def _content(self, good: Good) -> bytes:
        if good.form:
            return form_body(good.form)
        return b"" if good.body is None else json.dumps(good.body).encode()

    def _spoilt(self, good: Good) -> bytes:
        """A bad body: mostly a good one with a member changed, else one that is not JSON at all."""
        if good.form:
            fields = dict(good.form)
            name = self._random.choice((*fields, *QUERIES, *FIELDS))
            fields[name] = self._random.choice((*TEXTS, *FORM_TEXTS))
            return (
                form_body(fields) if self._random.random() < 0.8 else self._raw(form_body(fields))
            )
        if self._random.random() < 0.2:
            return self._raw(json.dumps(good.body).encode())
        body = deepcopy(good.body)
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            body = self._changed(body)
        text = json.dumps(body)
        if self._random.random() < 0.05:
            text = text.replace("{", '{"name": 1, "name": "twice", ', 1)
        return text.encode(errors="surrogatepass")

    def _changed(self, node: Any) -> Any:
        """The JSON value with one value in it replaced, removed, renamed or added."""
        stop = self._random.random() < 0.25 or not isinstance(node, (dict, list)) or not node
        if stop:
            return self._value() if self._random.random() < 0.5 else self._alike(node)
        if isinstance(node, list):
            items = cast("list[Any]", node)
            index = self._random.randrange(len(items))
            return [*items[:index], self._changed(items[index]), *items[index + 1 :]]
        members = cast("dict[str, Any]", node)
        key = self._random.choice(list(members))
        choice = self._random.random()
        if choice < 0.1:
            return {name: value for name, value in members.items() if name != key}
        if choice < 0.2:
            return {**members, self._text(): self._value()}
        if choice < 0.25:
            return {**members, key.upper(): self._value()}
        return {**members, key: self._changed(members[key])}

    def _raw(self, content: bytes) -> bytes:
        cut = self._random.randrange(len(content) + 1)
        return self._random.choice(
            (
                content[:cut],
                content[:cut] + b"\xff\xfe" + content[cut:],
                content[:cut] + b"\x00" + content[cut:],
                b"\xef\xbb\xbf" + content,
                b"[" + content + b"]",
                *(b"", b"null", b"[]", b"0", b'"a"', b"NaN", b"1" * 5000, b"a=b", b"\xed\xa0\x80"),
                b"[" * _DEEP + b"]" * _DEEP,
                b'{"properties":' * _DEEP + b"1" + b"}" * _DEEP,
            )
        )

    def _alike(self, node: Any) -> Any:
        """Another value of the same type, which gets past a check of types."""
        if isinstance(node, bool):
            return not node
        if isinstance(node, int):
            return self._random.choice((0, -1, 1, 5, 2**31, 10**30))
        if isinstance(node, list):
            items = cast("list[Any]", node)
            return self._random.choice(([], items * 2, items * 300, items[1:]))
        if isinstance(node, dict):
            members = cast("dict[str, Any]", node)
            return self._random.choice(({}, {key: members[key] for key in list(members)[1:]}))
        return self._random.choice(NAMES)

    def _value(self) -> Any:
        return (
            self._text() if self._random.random() < 0.4 else deepcopy(self._random.choice(VALUES))
        )

    def _name(self, likely: Collection[str], all_of_them: Sequence[str]) -> str:
        chosen = likely if likely and self._random.random() < 0.5 else all_of_them
        return self._random.choice(list(chosen))

    def _in_form(self, name: str) -> str:
        """A text that is nearly right where one form is expected; empty half of the time."""
        forms = OWN_FORMS.get(name, ()) if self._random.random() < 0.5 else ()
        return self._random.choice(forms) if forms else ""

    def _text(self) -> str:
        return self._random.choice(TEXTS)

    def _path_text(self) -> str:
        # A server decodes paths, and puts a mark where they are not UTF-8.
        return self._text().encode(errors="replace").decode() or "a"

    def _header_text(self) -> str:
        text = self._random.choice((*TEXTS, *EXPRESSIONS, '"', 'W/"1"', "*"))
        # What a server lets through of a header.
        return (
            "".join(c for c in text if c.isprintable())
            .encode("latin-1", "replace")
            .decode("latin-1")
        )

"""Rules by which the local Azure goes wrong: their form, and what each makes of a request."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request

Plane = Literal["arm", "entra", "graph", "own"]

SCHEMA = Path(__file__).with_name("faults.schema.json")
# The rules themselves are read and lifted here.
UNTOUCHED = "/_local/"
_GRAPH = ("v1.0", "beta")
_ARM = ("subscriptions", "providers", "tenants", "metadata")
_EXCLUSIVE = ("status", "drop", "sequence")


class FaultsError(Exception):
    """The rules cannot be used; the message lists everything that is wrong with them."""


@dataclass(frozen=True)
class Effect:
    """What is done to one request: a delay, and then an error's status or no answer at all."""

    status: int = 0
    """0: no error."""
    drop: bool = False
    delay: float = 0
    """Seconds."""
    after: bool = False
    """Whether the work is done before its answer is lost."""
    retry_after: int | None = None
    code: str = ""
    """Empty: what the plane says with such a status; the message as well."""
    message: str = ""


def plane_of(path: str) -> Plane:
    """The service that a path belongs to; `own` is what Azure does not have (pages, webhooks)."""
    first = path.strip("/").partition("/")[0].lower()
    if first in _GRAPH:
        return "graph"
    if first in _ARM:
        return "arm"
    return "own" if not first or first.startswith("_") else "entra"


def checked(document: Any) -> Json:
    """The document `{"seed", "lag", "rules"}` with all three there.

    Raises:
        FaultsError: it is none; every problem is listed.
    """
    problems = list(_problems(document))
    if problems:
        raise FaultsError("\n  ".join(["the faults cannot be used:", *problems]))
    return {
        "seed": document.get("seed", 0),
        "lag": document.get("lag", {}),
        "rules": document.get("rules", []),
    }


def _problems(document: Any) -> Iterator[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator: Any = Draft202012Validator(schema)
    for error in validator.iter_errors(document):
        where = error.json_path.removeprefix("$").lstrip(".") or "the document"
        message = "cannot be used as it is" if error.validator == "anyOf" else error.message
        allowed = error.schema.get("description")
        yield f"{where}: {message}" + (f" ({allowed})" if allowed else "")
    rules: Any = cast("Json", document).get("rules") if isinstance(document, dict) else None
    for index, rule in enumerate(cast("list[Any]", rules) if isinstance(rules, list) else []):
        if isinstance(rule, dict):
            for problem in _contradictions(cast("Json", rule)):
                yield f"rules[{index}]: {problem}"


def _contradictions(rule: Json) -> Iterator[str]:
    effects = [key for key in _EXCLUSIVE if key in rule]
    if len(effects) > 1:
        yield f"{' and '.join(effects)} exclude each other"
    if rule.get("after") and not effects:
        yield "after needs status, drop or sequence: what is lost after the work?"
    for key in ("code", "message", "retryAfter"):
        if key in rule and not {"status", "sequence"} & rule.keys():
            yield f"{key} needs status or sequence: a lost connection says nothing"
    if str(rule.get("route", "")).split(" ")[-1].lower().startswith(UNTOUCHED):
        yield f"route: {UNTOUCHED} is never disturbed, or the rules could not be lifted"


class Rule:
    """One rule; whoever keeps it counts how often it matched and acted."""

    def __init__(self, document: Json, seed: str) -> None:
        """`document` was checked; `seed` differs from rule to rule."""
        self._document = document
        self._seed = seed
        method, _, pattern = str(document.get("route", "*")).rpartition(" ")
        self._method = method
        self._pattern = pattern
        text = ".*".join(map(re.escape, pattern.split("*")))
        self._expression = re.compile(text, re.IGNORECASE)

    def matches(self, request: Request) -> bool:
        """Whether the rule speaks of such a request, which has its operation's name by now.

        A page or a webhook has to be named: by a path that begins as theirs do.
        """
        plane = plane_of(request.path)
        if request.path.lower().startswith(UNTOUCHED) or self._method not in {"", request.method}:
            return False
        if plane == "own" and not self._pattern.startswith("/"):
            return False
        if self._document.get("plane", plane) != plane:
            return False
        by_path = "/" in self._pattern or self._pattern == "*"
        return bool(self._expression.fullmatch(request.path if by_path else request.operation))

    def effect(self, matched: int, acted: int) -> Effect | None:
        """What to do at a match, given how often it matched and acted before; None: nothing."""
        rule = self._document
        turn = matched - rule.get("skip", 0)
        if turn < 0 or acted >= rule.get("count", acted + 1):
            return None
        chance = random.Random(f"{self._seed}/{matched}").random()  # noqa: S311 -- not for secrets
        if chance >= rule.get("probability", 1):
            return None
        step: Any = "drop" if "drop" in rule else rule.get("status", 0)
        if "sequence" in rule:
            step = rule["sequence"][turn] if turn < len(rule["sequence"]) else "pass"
        if step == "pass":
            return None
        return Effect(
            status=0 if step == "drop" else step,
            drop=step == "drop",
            delay=rule.get("delay", 0),
            after=rule.get("after", False),
            retry_after=rule.get("retryAfter"),
            code=rule.get("code", ""),
            message=rule.get("message", ""),
        )

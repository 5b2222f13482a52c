"""Judges of which checks are made: what a property has to be, what a rule must not grant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading import UNKNOWN
from .rules import Rule, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Judge, Subject
    from .reading import Truth


def must_be_true(path: str, why: str) -> Judge:
    """A judge of a boolean that has to be written as true: absent counts as false."""

    def judge(subject: Subject) -> Iterator[Finding]:
        value = subject.read(path)
        if value is UNKNOWN:
            yield subject.not_yet(path)
        elif value is not True:
            yield subject.violation(path, f"is not true, so {why}; set it to true")

    return judge


def all_of(*judges: Judge) -> Judge:
    """A judge that finds what any of several find."""

    def judge(subject: Subject) -> Iterator[Finding]:
        for one in judges:
            yield from one(subject)

    return judge


def must_be_one_of(path: str, allowed: tuple[str, ...], why: str) -> Judge:
    """A judge of a text: absent is none of the allowed ones."""

    def judge(subject: Subject) -> Iterator[Finding]:
        yield from one_of(subject, path, allowed, why)

    return judge


def one_of(subject: Subject, path: str, allowed: tuple[str, ...], why: str) -> Iterator[Finding]:
    """A violation if the text at a path is none of the allowed ones, in whatever letters."""
    value = subject.read(path)
    if value is UNKNOWN:
        yield subject.not_yet(path)
    elif not _among(value, allowed):
        yield subject.violation(path, f"{why}; allowed: {', '.join(allowed)}")


def _among(value: Any, allowed: tuple[str, ...]) -> bool:
    return isinstance(value, str) and value.lower() in {one.lower() for one in allowed}


def grants_none(
    verbs: tuple[str, ...],
    group: str,
    resources: tuple[str, ...],
    problem: str,
    *,
    unless_named: bool = False,
) -> Judge:
    """A judge of roles, none of whose rules may grant any of the verbs on any of the resources.

    Args:
        verbs: The verbs, without `*`, which stands for each of them.
        group: The API group; `""` is the core group.
        resources: Plural names, a subresource as `pods/exec`.
        problem: What is wrong and what to do.
        unless_named: Whether a rule may that names the only objects meant (`resourceNames`).
    """

    def judge(role: Subject) -> Iterator[Finding]:
        for rule in rules_of(role):
            if not isinstance(rule, Rule):
                yield rule
                continue
            holds = _any(rule.grants(verb, group, resources) for verb in verbs)
            if not (unless_named and rule.names_objects()):
                yield from rule.findings(holds, problem)

    return judge


def _any(truths: Iterator[Truth]) -> Truth:
    """Whether one holds: one that does decides, even if others are not known yet."""
    found = list(truths)
    if any(truth is True for truth in found):
        return True
    return UNKNOWN if any(truth is UNKNOWN for truth in found) else False

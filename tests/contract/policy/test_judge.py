"""What a run tells of its policy packs: secrets hidden, and each failure once."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.events import Diagnostic, PolicyRemediation, PolicyViolation
from rehearsal.engine.judge import Judge, PolicyStopError
from rehearsal.engine.policy.host import PolicyHost, PolicyPackError, PolicyPackRef
from rehearsal.engine.report import Report
from rehearsal.engine.state import Resource
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from rehearsal.engine.events import Event
    from rehearsal.engine.policy.host import PolicyContext
    from rehearsal.engine.values import Value

STACK = "urn:pulumi:dev::aks-entra::pulumi:pulumi:Stack::aks-entra-dev"
THING = "urn:pulumi:dev::aks-entra::demo:index:Thing::it"

HEAD = """
from pulumi_policy import *
import os, pulumi, time
M, R = EnforcementLevel.MANDATORY, EnforcementLevel.REMEDIATE
def pack(validate, level=M, **more):
    PolicyPack("demo", [ResourceValidationPolicy("it", "It holds.", validate, level, **more)])
"""


@contextmanager
def judging(
    directory: Path, context: PolicyContext, program: str, events: list[Event]
) -> Generator[Judge]:
    """A judge with one pack, whose program is the text after `HEAD`, in a preview."""
    (directory / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
    (directory / "__main__.py").write_text(HEAD + program, encoding="utf-8")
    report = Report(events.append, dry_run=True)
    report.hide(["hunter22"])

    def tell(line: str) -> None:
        report.tell("info", line)

    told = replace(context, on_output=tell)
    with PolicyHost.start(PolicyPackRef(directory), told) as host:
        yield Judge([host], report, dry_run=True)


def row(**inputs: Value) -> Resource:
    return Resource(urn=THING, type="demo:index:Thing", custom=True, inputs=inputs, outputs=inputs)


def test_no_message_of_a_policy_tells_a_secret(context: PolicyContext, tmp_path: Path) -> None:
    program = (
        "def leak(args, report):\n"
        '    text = f\'{pulumi.Config().require("password")} {args.props["key"]!r}\'\n'
        "    print(text, flush=True)\n"
        "    report(text)\n"
        "pack(leak)\n"
    )
    events: list[Event] = []
    with judging(tmp_path, context, program, events) as judge:
        judge.inspect(row(key=Secret({"a": ["top\nsecret"]})), None, delete_first=None)
    [printed] = [one for one in events if isinstance(one, Diagnostic)]
    [found] = [one for one in events if isinstance(one, PolicyViolation)]
    for message in (printed.message, found.message):
        assert "[secret]" in message
        assert "hunter22" not in message
        assert "top" not in message


def test_no_remediation_tells_a_secret(context: PolicyContext, tmp_path: Path) -> None:
    program = (
        "def mend(args):\n"
        "    return {**args.props, 'copy': 'a ' + pulumi.Config().require('password')}\n"
        "pack(None, R, remediate=mend)\n"
    )
    events: list[Event] = []
    with judging(tmp_path, context, program, events) as judge:
        inputs = judge.inspect(row(key=Secret("x")), None, delete_first=None)
    assert inputs["copy"] == "a hunter22"
    [told] = [one for one in events if isinstance(one, PolicyRemediation)]
    assert told.before == {"key": "[secret]"}
    assert told.after == {"key": "[secret]", "copy": "a [secret]"}


def test_a_pack_that_fails_is_one_error_for_all_that_ask_it(
    context: PolicyContext, tmp_path: Path
) -> None:
    events: list[Event] = []
    with judging(tmp_path, context, "pack(lambda args, report: 1 / 0)\n", events) as judge:
        with pytest.raises(PolicyPackError, match="division by zero"):
            judge.inspect(row(), None, delete_first=None)
        with pytest.raises(PolicyStopError):
            judge.inspect(row(), None, delete_first=None)
        judge.inspect_stack([row()], {})
    assert not events


def test_a_pack_that_hangs_does_not_keep_an_interrupted_run(
    context: PolicyContext, tmp_path: Path
) -> None:
    program = "pack(lambda a, r: (print('asked', flush=True), time.sleep(1000)))\n"
    asked = threading.Event()
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(HEAD + program, encoding="utf-8")

    def tell(_: str) -> None:
        asked.set()

    told = replace(context, on_output=tell)
    events: list[Event] = []
    with PolicyHost.start(PolicyPackRef(tmp_path), told) as host:
        judge = Judge([host], Report(events.append, dry_run=True), dry_run=True)
        canceller = threading.Thread(target=lambda: asked.wait() and judge.cancel())
        canceller.start()
        with pytest.raises(PolicyStopError):
            judge.inspect(row(), None, delete_first=None)
        canceller.join()
    assert not events

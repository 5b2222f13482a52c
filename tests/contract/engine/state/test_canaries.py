"""A secret is nowhere: not in a message, a diff, JSON, a log, or any file of the backend."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine import run
from rehearsal.engine.display import display, outcome_json
from rehearsal.engine.policy.model import PolicyPackRef
from rehearsal.engine.secrets import SecretsManager
from tests.support.engine_provider import Project
from tests.support.states import PASSPHRASE, SALT

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine import Outcome
    from rehearsal.engine.events import Operation

CONFIG = "canary-of-configuration"
NESTED = "canary-inside-of-an-object"
PROPERTY = "canary-of-a-property"
LINES = "canary of many lines\nbegin-of-key-0123456789abcdefghijklmnopqrstuvw\n"
OUTPUT = "canary-of-an-output"
CANARIES = (CONFIG, NESTED, PROPERTY, *LINES.split("\n")[1:-1], OUTPUT)

PACK = """
from pulumi_policy import *
def said(props):
    return " ".join(f"{props.get(key)!r}" for key in ("value", "note", "lines", "deep"))
def tell(args, report):
    report(f"found {said(args.props)}")
PolicyPack("teller", [
    ResourceValidationPolicy("each", "Tells everything.", tell, EnforcementLevel.ADVISORY),
    StackValidationPolicy(
        "stack", "Tells everything.",
        lambda args, report: [report(f"has {said(one.props)}", one.urn) for one in args.resources],
        EnforcementLevel.ADVISORY,
    ),
])
"""
PROGRAM = (
    "import sys",
    "config = pulumi.Config()",
    "word = config.require_secret('word')",
    "deep = config.require_secret_object('deep')",
    f"lines = pulumi.Output.secret({LINES!r})",
    f"hidden = pulumi.Output.secret({PROPERTY!r})",
    "thing = memory.Thing('thing', value=hidden, note=word, deep=deep, lines=lines)",
    "memory.Thing('copy', value=thing.id, deep={'in': [hidden, {'a': word}]})",
    f"pulumi.export('out', pulumi.Output.secret({OUTPUT!r}))",
    "pulumi.export('both', {'word': word, 'list': [hidden]})",
    "print('says', config.require('word'), config.require_object('deep')['key'])",
    "print('says', config.require('word'), file=sys.stderr)",
    "pulumi.log.warn('warns of ' + config.require('word'))",
    "pulumi.Output.all(thing.id, hidden).apply(lambda two: pulumi.log.info('knows ' + two[1]))",
)


class Watched(Project):
    """A project that is searched for canaries after each run."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.shown = ""
        secrets = SecretsManager.open(PASSPHRASE, SALT)
        config = {
            "suite:word": {"secure": secrets.encrypt(CONFIG)},
            "suite:deep": {"key": {"secure": secrets.encrypt(NESTED)}, "open": "visible"},
        }
        stack_file = {"encryptionsalt": SALT, "config": config}
        self.write("Pulumi.dev.yaml", json.dumps(stack_file))
        (folder / "pack").mkdir()
        self.write("pack/PulumiPolicy.yaml", "runtime: python\nversion: 1.0.0\n")
        self.write("pack/__main__.py", PACK)

    def watched(self, operation: Operation, *lines: str, judged: bool = False) -> Outcome:
        """Run, with these lines behind the program."""
        self.program(*PROGRAM, *lines)
        packs = (PolicyPackRef(self.folder / "pack"),) if judged else ()
        outcome = self.run(operation, policy_packs=packs)
        stream = io.StringIO()
        with display(stream) as show:
            for event in self.events:
                show(event)
        told = (stream.getvalue(), json.dumps(outcome_json(outcome)), *map(repr, self.events))
        self.shown = "\n".join((*told, repr(outcome)))
        for canary in CANARIES:
            assert canary not in self.shown, "a message shows a secret"
        for file in self.folder.glob(".pulumi/**/*"):
            text = file.read_text() if file.is_file() else ""
            for canary in CANARIES:
                assert canary not in text, f"{file} holds a secret"
        return outcome


@pytest.fixture
def project(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_no_run_shows_or_stores_a_secret_in_clear(
    project: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    assert project.watched("preview", judged=True).exit_code == 0
    assert project.watched("up", judged=True).exit_code == 0
    assert "warns of [secret]" in project.shown
    for told in ("found '[secret]'", "has '[secret]'"):
        assert told in project.shown, "the policies told what they saw"
    for name in ("history", "backups"):
        assert list(project.folder.glob(f".pulumi/{name}/suite/dev/*")) != []

    changed = "memory.Thing('late', value=word, lines=lines)"
    assert project.watched("preview", changed).exit_code == 0
    assert project.watched("refresh").exit_code == 0
    assert project.watched("destroy").exit_code == 0
    told = capfd.readouterr()
    assert [canary for canary in CANARIES if canary in told.out + told.err] == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("memory.Thing('bad', value='fail', note=word)", "no bad for [secret]"),
        ("memory.Thing('bad', value='fail', note=lines)", "no bad for [secret]"),
        ("raise ValueError('it was ' + config.require('word'))", "ValueError: it was [secret]"),
        ("raise pulumi.RunError(config.require_object('deep')['key'])", "[secret]"),
        (
            "import os; sys.stderr.write('last: ' + config.require('word')); os._exit(3)",
            "last: [secret]",
        ),
        ("pulumi.CustomResource('absent:index:Thing', 'a', {'note': word})", "absent"),
        ("memory.Thing('thing', value=word)", "Duplicate resource URN"),
    ],
)
def test_no_failure_shows_a_secret(
    project: Watched, capfd: pytest.CaptureFixture[str], line: str, expected: str
) -> None:
    outcome = project.watched("up", line)
    assert outcome.exit_code != 0
    assert expected in project.shown
    told = capfd.readouterr()
    assert [canary for canary in CANARIES if canary in told.out + told.err] == []


def test_a_state_of_another_passphrase_is_refused_in_one_line(project: Watched) -> None:
    assert project.watched("up").exit_code == 0
    request = replace(project.request("up"), passphrase="another one")
    outcome = run(request, project.events.append)
    messages = [one.message for one in outcome.diagnostics]
    assert outcome.exit_code == 2
    assert len(messages) == 1
    assert messages[0].startswith("incorrect passphrase; set PULUMI_CONFIG_PASSPHRASE to the one")

"""More than 200 bad configurations, each run through the whole program."""

from __future__ import annotations

import re
import runpy
import sys
from collections import Counter
from dataclasses import replace
from typing import Any, cast

import pulumi
import pytest
import yaml

from tests.configuration.page import PAGE
from tests.support.corpus import Case, cases
from tests.support.program import PROJECT, ROOT, Run, run

CASES = cases()
FILE = "stacks/Pulumi.dev.yaml: "


def least() -> dict[str, Any]:
    """The defaults of the project file, and the one key that has none."""
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    defaults = {key: each["default"] for key, each in declared.items() if "default" in each}
    return {**defaults, "adminGroups": [{"existing": "sg-platform-admins"}]}


def texts(value: Any) -> list[str]:
    """Every text and number in a value that is no key, as text."""
    if isinstance(value, dict):
        return [text for each in cast("dict[str, Any]", value).values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in cast("list[Any]", value) for text in texts(each)]
    return [str(value).strip()]


def refused(case: Case) -> tuple[str, Run]:
    """What the program says when it ends, and what it did before."""
    errors: list[Exception] = []

    def program() -> None:
        sys.modules.pop("settings", None)
        try:
            runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
        except pulumi.RunError as error:
            errors.append(error)

    given = case.config if case.full else {f"{PROJECT}:{key}": v for key, v in case.config.items()}
    merged = {f"{PROJECT}:{key}": value for key, value in least().items()} | given
    done = run(
        program,
        stack="dev",
        config={key: value for key, value in merged.items() if value is not None},
        secret_keys=[f"{PROJECT}:{key}" for key in case.secret],
    )
    assert [type(error).__name__ for error in errors] == ["InvalidSettingsError"]
    return str(errors[0]), done


def test_more_than_200_are_told_something_else_and_no_two_are_the_same() -> None:
    assert len({(re.sub(r"\[\d+\]", "[]", case.key), case.message) for case in CASES}) >= 200
    assert [n for n in Counter(str((c.config, c.secret)) for c in CASES).values() if n > 1] == []


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_bad_configuration_is_told_clearly_and_makes_nothing(case: Case) -> None:
    message, done = refused(case)
    first, *lines = message.splitlines()
    assert first == f"{case.problems} problem{'s' * (case.problems > 1)} in the configuration:"
    assert len(lines) == case.problems, message
    name = case.key if case.full else f"{PROJECT}:{case.key}"
    told = [line for line in lines if line.startswith(f"  {FILE}{name} ")]
    assert told, f"{name} is not named in:\n{message}"
    assert any(case.message in line for line in told), message
    for line in lines:
        assert re.fullmatch(r"  \S+: .+; allowed: .+; .+", line), "where, what, allowed, what to do"
        assert len(line) < 700
        assert line.isprintable()
    assert "Traceback" not in message
    assert "hush" not in message.lower()
    assert (done.resources, done.calls) == ([], []), "nothing is looked up or made"


@pytest.mark.parametrize("case", [case for case in CASES if not case.full], ids=lambda c: c.name)
def test_no_value_is_told_where_everything_is_secret(case: Case) -> None:
    message, _ = refused(replace(case, secret=[key for key in case.config if case.config[key]]))
    # What the documentation tells is told to everybody: it is no secret that "view" is a role.
    public = PAGE.read_text(encoding="utf-8")
    kept = [text for text in texts(case.config) if len(text) > 3 and text not in public]
    assert [text for text in kept if text in message] == []

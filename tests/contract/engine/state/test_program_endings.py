"""How programs end, and what is said of it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.engine_provider import Project

if TYPE_CHECKING:
    from rehearsal.engine import Outcome

FIRST = "memory.Thing('a', value='one')"
LAST = "memory.Thing('b', value='one')"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with two things."""
    found = Project(tmp_path)
    found.program(FIRST, LAST)
    assert found.run().exit_code == 0
    return found


def rerun(project: Project, *lines: str) -> Outcome:
    """An up of the program with these lines between both things."""
    project.program(FIRST, *lines, LAST)
    return project.run()


def told(outcome: Outcome, severity: str) -> list[str]:
    return [found.message for found in outcome.diagnostics if found.severity == severity]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import sys; sys.exit()", "the program exited in the middle"),
        ("import sys; sys.exit(0)", "the program exited in the middle"),
        ("import os; os._exit(0)", "the program exited in the middle"),
        ("import sys; sys.exit(7)", "the program exited with non-zero exit code: 7"),
        ("import os; os._exit(7)", "the program exited with non-zero exit code: 7"),
        ("import os; os.kill(os.getpid(), 9)", "the program was ended by SIGKILL"),
        ("import os; os.kill(os.getpid(), 11)", "the program was ended by SIGSEGV"),
        ("raise KeyboardInterrupt", "the program was ended by SIGINT"),
        ("raise ValueError('no such size')", "ValueError: no such size"),
        ("raise pulumi.RunError('no such size')", "no such size"),
        ("import absent", "ModuleNotFoundError: No module named 'absent'"),
        (
            "async def f():\n    raise LookupError('late')\npulumi.export('x', f())",
            "in f\n    raise LookupError('late')\nLookupError: late\n",
        ),
        (
            # The SDK raises a ValueError anew, to tell which property has it (`runtime/rpc.py`).
            "async def f():\n    raise ValueError('late')\npulumi.export('x', f())",
            "\nValueError has risen: late\n",
        ),
    ],
)
def test_a_program_that_does_not_end_well_loses_nothing(
    project: Project, line: str, expected: str
) -> None:
    outcome = rerun(project, line)
    assert outcome.exit_code != 0
    (message,) = told(outcome, "error")
    assert expected in message
    assert set(project.world.objects) == {"a", "b"}, "what it did not come to is still wanted"
    project.program(FIRST, LAST)
    assert project.run(expect_no_changes=True).exit_code == 0


@pytest.mark.parametrize(
    "line",
    [
        "import sys; sys.stdout.close(); sys.stderr.close()",
        "import os; os.chdir('/')",
        "import sys; sys.stdout.buffer.write(b'\\xff\\xfe'); sys.stdout.flush()",
        "import threading; threading.Thread(target=lambda: 1 / 0).start()",
    ],
)
def test_what_is_odd_but_harmless_is_no_failure(project: Project, line: str) -> None:
    assert rerun(project, line).changes == {"same": 3}


def test_everything_that_it_writes_is_told(project: Project) -> None:
    outcome = rerun(
        project,
        "import sys",
        "for index in range(5000): print('line', index)",
        "print('x' * 1_000_000)",
        "print('to stderr', file=sys.stderr)",
        "sys.stdout.write('without an end')",
    )
    assert outcome.exit_code == 0
    lines = told(outcome, "info")
    assert [line for line in lines if line.startswith("line")] == [f"line {i}" for i in range(5000)]
    assert {"x" * 1_000_000, "to stderr", "without an end"} <= set(lines)


def test_what_it_started_does_not_outlive_the_run(project: Project) -> None:
    outcome = rerun(
        project,
        "import subprocess",
        "print(subprocess.Popen(['sleep', '600']).pid)",
        "print(subprocess.Popen(['sleep', '600'], stdout=subprocess.DEVNULL).pid)",
    )
    assert outcome.exit_code == 0
    for pid in map(int, told(outcome, "info")):
        # The kernel ends what was killed a moment later, if nobody waits for it.
        deadline = time.monotonic() + 5
        while not has_ended(pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert has_ended(pid)


def has_ended(pid: int) -> bool:
    """Whether a process is no more; one that nobody waits for stays as a zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Pulumi.yaml", "name: suite\nruntime: python\nmain: absent\n"),
        ("Pulumi.yaml", "name: suite\nruntime: python\nmain: absent.py\n"),
    ],
)
def test_a_program_that_is_not_there_is_named(project: Project, file: str, text: str) -> None:
    project.write(file, text)
    outcome = project.run()
    (message,) = told(outcome, "error")
    assert outcome.exit_code == 2
    assert f"{project.folder / 'absent'}" in message
    assert "Pulumi.yaml" in message

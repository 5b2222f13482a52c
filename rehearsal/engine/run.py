"""One run of the engine, from its request to its outcome."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

from rehearsal.engine.backend import BackendError
from rehearsal.engine.checkpoint import StateError
from rehearsal.engine.events import RunStarted, Summary
from rehearsal.engine.journal import BrokenJournalError
from rehearsal.engine.masking import shown as shown_safely
from rehearsal.engine.opening import open_stack
from rehearsal.engine.operations import Operations
from rehearsal.engine.outcome import Outcome, shown
from rehearsal.engine.plugins import PluginError
from rehearsal.engine.policy.host import PolicyConfigError, PolicyError
from rehearsal.engine.project import ProjectError
from rehearsal.engine.report import Report
from rehearsal.engine.secrets import SecretsError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rehearsal.engine.events import Event, RunResult
    from rehearsal.engine.outcome import Run
    from rehearsal.engine.values import Properties

_UNCHANGING = frozenset({"same", "read", "discard", "read-replacement", "refresh"})
_KINDS = {"up": "update", "refresh": "refresh", "destroy": "destroy", "import": "resource-import"}


def run(request: Run, on_event: Callable[[Event], None]) -> Outcome:
    """Carry out a run; errors become diagnostics and the outcome's result.

    Ctrl-C (or SIGTERM) lets what is in flight finish, saves, and ends the run as failed; a second
    one stops at once, and what was in flight stays in the state as pending.

    Args:
        request: What to do.
        on_event: Told what happens, from several threads, one event at a time.

    Raises:
        KeyboardInterrupt: It was interrupted twice. A process that ends after it should do so
            without waiting for its threads, which may still wait for a provider.
    """
    begun, started = time.monotonic(), time.time()
    report = Report(on_event, dry_run=request.operation == "preview")
    before: Properties = {}
    outputs: Properties = {}
    result: RunResult
    try:
        opened = open_stack(request)
        project = opened.project.name
        report.emit(RunStarted(request.operation, project, request.stack))
        report.hide(opened.configuration.secure_texts)
        operations = Operations(request, opened, report)
        locked = nullcontext() if request.operation == "preview" else opened.files.lock()
        with locked, _interruptible(operations.interrupt):
            outputs = operations.run()
            before = operations.outputs_before
            result = _result(request, report, is_config_error=operations.is_config_error)
            if request.operation != "preview":
                told = "succeeded" if result in {"succeeded", "changes"} else "failed"
                opened.files.remember(
                    _KINDS[request.operation], told, dict(report.changes), started
                )
    except (ProjectError, SecretsError, PolicyConfigError) as error:
        report.error(str(error))
        result = "config-error"
    except (BackendError, BrokenJournalError, StateError, PolicyError, PluginError) as error:
        report.error(str(error))
        result = "failed"
    seconds = time.monotonic() - begun
    changes = dict(report.changes)
    report.emit(
        Summary(
            operation=request.operation,
            result=result,
            changes=changes,
            seconds=seconds,
            violations=len(report.violations),
            stack=request.stack,
            outputs=shown_safely(outputs, report.mask),
            outputs_before=shown_safely(before, report.mask),
        )
    )
    return Outcome(
        result=result,
        changes=changes,
        outputs={key: shown(value) for key, value in outputs.items()},
        violations=report.violations,
        diagnostics=report.diagnostics,
        steps=report.steps,
        seconds=seconds,
    )


def _result(request: Run, report: Report, *, is_config_error: bool) -> RunResult:
    if is_config_error:
        return "config-error"
    if report.failed:
        return "failed"
    changed = any(count for op, count in report.changes.items() if op not in _UNCHANGING)
    return "changes" if request.expect_no_changes and changed else "succeeded"


@contextmanager
def _interruptible(interrupt: Callable[[], None]) -> Generator[None]:
    """Let the first SIGINT or SIGTERM interrupt the run, and the second stop it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    def stop(*_: object) -> None:
        restore()
        raise KeyboardInterrupt

    def handle(*_: object) -> None:
        for number in previous:
            signal.signal(number, stop)
        threading.Thread(target=interrupt, name="interrupt", daemon=True).start()

    with ExitStack() as stack:
        stack.callback(restore)
        for number in previous:
            signal.signal(number, handle)
        yield

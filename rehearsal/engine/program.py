"""The program's part of a preview or an up, from its start to what follows from its end."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from rehearsal.engine import launcher, urns
from rehearsal.engine.deletes import condemned, delete_all
from rehearsal.engine.launcher import Program, RunInfo
from rehearsal.engine.project import ProjectError
from rehearsal.engine.values import equal

if TYPE_CHECKING:
    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.messages import Messages
    from rehearsal.engine.opening import Opened
    from rehearsal.engine.outcome import Run
    from rehearsal.engine.processes import Spawner
    from rehearsal.engine.registrar import Registrar


class ProgramRun:
    """One run of the program."""

    def __init__(
        self, request: Run, opened: Opened, deployment: Deployment, registrar: Registrar
    ) -> None:
        self._request = request
        self._opened = opened
        self._deployment = deployment
        self._registrar = registrar
        self._program: Program | None = None
        self.is_config_error = False
        """The program found its configuration wrong before it registered what a provider makes."""

    def start(self, spawner: Spawner, address: str) -> None:
        """Start the program; `address` is where the engine serves.

        Raises:
            ProjectError: There is no program where Pulumi.yaml says.
        """
        opened, request, report = self._opened, self._request, self._deployment.report
        main = launcher.main_file(opened.project.main)
        if not main.is_file():
            raise ProjectError(
                f"{opened.project.directory / 'Pulumi.yaml'}: there is no program {main}; 'main'"
                " names a directory with a __main__.py, or a file"
            )
        info = RunInfo(
            program=str(opened.project.main.resolve()),
            root_directory=str(opened.project.directory.resolve()),
            project=opened.project.name,
            stack=request.stack,
            address=address,
            dry_run=self._deployment.dry_run,
            parallel=request.parallel,
        )
        self._program = Program.start(
            spawner,
            request.python.absolute(),
            info,
            request.environment,
            config=opened.configuration.values,
            secret_keys=sorted(opened.configuration.secret_keys),
            on_line=lambda line, _: report.tell("info", line) if line.strip() else None,
        )

    def interrupt(self) -> None:
        """Ask the program to end."""
        if self._program is not None:
            self._program.interrupt()

    def finish(self, messages: Messages) -> None:
        """Wait for the program's end, then do what its end means.

        A program that ended well has what it no more registers deleted, and the stack judged.

        Raises:
            PolicyPackError: A policy pack failed.
        """
        deployment, report = self._deployment, self._deployment.report
        status = self._program.wait() if self._program is not None else 0
        self._registrar.drain()
        stopping = deployment.stopping.is_set()
        is_done = False
        if status and not stopping:
            report.failed = True
            if not messages.errors:
                report.error(_ending(status))
            is_run_error = status == launcher.RUN_ERROR and messages.errors > 0
            self.is_config_error = is_run_error and not self._registrar.resources
        elif not self._registrar.is_complete and not stopping:
            # What such a program did not come to is not what it no longer wants.
            report.error(
                "the program exited in the middle, with sys.exit() or os._exit(); nothing is"
                " deleted, for nobody knows what it would have registered. Let it run to its end,"
                " or raise pulumi.RunError"
            )
        elif not stopping:
            rows = condemned(deployment)
            executor, parallel = self._registrar.executor, self._request.parallel
            is_done = delete_all(deployment, executor, rows, parallel)
        is_done = is_done and not deployment.stopping.is_set()
        self._store_outputs(succeeded=is_done and not report.failed)
        if is_done:
            # Also after violations in a preview, which only the end of the run makes a failure.
            managed = [row for row in deployment.news.values() if not row.external]
            deployment.judge.inspect_stack(managed, deployment.news)

    def _store_outputs(self, *, succeeded: bool) -> None:
        """Store the outputs of the Stack; those of a failed run only add to the old ones."""
        deployment = self._deployment
        urn = urns.stack_urn(deployment.stack, deployment.project)
        row, outputs = deployment.news.get(urn), deployment.stack_outputs
        if row is None or outputs is None:
            return
        kept = dict(outputs) if succeeded else {**row.outputs, **outputs}
        if not equal(kept, row.outputs):
            deployment.news[urn] = deployment.ledger.set_outputs(urn, kept)


def _ending(status: int) -> str:
    """What a program's exit status says."""
    if status >= 0:
        return f"the program exited with non-zero exit code: {status}"
    name = signal.Signals(-status).name
    hint = "; the machine may be out of memory" if name == "SIGKILL" else ""
    return f"the program was ended by {name}{hint}"

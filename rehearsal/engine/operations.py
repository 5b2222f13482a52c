"""The operations: preview and up run the program; destroy, refresh, import only the state."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from rehearsal.engine import builtin, interrupted, rpc, urns
from rehearsal.engine.adopting import Adopter
from rehearsal.engine.configuration import disabled_default_providers
from rehearsal.engine.deletes import condemned, delete_all, tell_protected
from rehearsal.engine.deployment import Deployment
from rehearsal.engine.journal import Journal
from rehearsal.engine.judge import Judge
from rehearsal.engine.ledger import Ledger
from rehearsal.engine.messages import Messages
from rehearsal.engine.monitor import Monitor
from rehearsal.engine.opening import read_state
from rehearsal.engine.plugins import PluginHost
from rehearsal.engine.policy.host import PolicyHost
from rehearsal.engine.policy.model import PolicyContext
from rehearsal.engine.processes import Spawner
from rehearsal.engine.program import ProgramRun
from rehearsal.engine.reads import Reader
from rehearsal.engine.refresh import Refresher
from rehearsal.engine.registrar import Registrar
from rehearsal.engine.registry import Registry
from rehearsal.engine.stored import outputs_by_name

if TYPE_CHECKING:
    import grpc

    from rehearsal.engine.opening import Opened
    from rehearsal.engine.outcome import Run
    from rehearsal.engine.report import Report
    from rehearsal.engine.state import Resource, Snapshot
    from rehearsal.engine.values import Properties

_SPARE_WORKERS = 64
"""Server threads besides those that the program's registrations block."""


class Operations:
    """Carries out the operation of one run.

    Args:
        request: What to do.
        opened: The stack to do it to.
        report: Told what happens.
    """

    def __init__(self, request: Run, opened: Opened, report: Report) -> None:
        self._request = request
        self._opened = opened
        self._report = report
        self._dry_run = request.operation == "preview"
        self._deployment: Deployment | None = None
        self._program: ProgramRun | None = None
        self._host: PluginHost | None = None
        self._registry: Registry | None = None
        self._is_interrupted = False
        self.is_config_error = False
        """As `ProgramRun.is_config_error`."""
        self.outputs_before: Properties = {}
        """The outputs of the stack before `run`."""

    def run(self) -> Properties:
        """Do it; the outputs of the stack afterwards.

        Raises:
            PolicyError: A policy pack cannot be used.
            BackendError: The state cannot be used, or not be written.
            StateError: The state cannot be read.
        """
        operation = self._request.operation
        base = read_state(self._opened)
        self.outputs_before = _outputs_of(base)
        with ExitStack() as stack:
            spawner = stack.enter_context(Spawner())
            providers = {**self._request.providers, builtin.PACKAGE: self._builtin}
            self._host = PluginHost(providers, self._request.environment, spawner)
            stack.callback(self._host.close)
            if operation in {"up", "destroy"} and not self._request.refresh and base.pending:
                self._report.tell("warning", interrupted.warning(base.pending))
            if self._request.refresh or operation == "refresh":
                base = self._refresh(base, base.resources, stack)
            elif operation in {"preview", "up"} and (unknown := self._half_deleted(base)):
                base = self._refresh(base, unknown, stack)
            if operation == "refresh" or self._report.failed:
                return _outputs_of(base)
            judge = Judge(
                self._packs(spawner, stack) if operation in {"preview", "up"} else [],
                self._report,
                dry_run=self._dry_run,
            )
            deployment = self._deploy(base, judge)
            registrar = Registrar(deployment, self._request.parallel)
            messages = self._serve(deployment, registrar, stack)
            try:
                if operation == "import":
                    Adopter(deployment, registrar).run(self._request.adoptions)
                elif operation == "destroy":
                    rows = condemned(deployment)
                    if not (self._request.spares_protected and tell_protected(deployment, rows)):
                        delete_all(deployment, registrar.executor, rows, self._request.parallel)
                else:
                    self._program = ProgramRun(self._request, self._opened, deployment, registrar)
                    self._program.start(spawner, self._host.engine_address)
                    if self._is_interrupted:
                        self._program.interrupt()
                    self._program.finish(messages)
                    self.is_config_error = self._program.is_config_error
            finally:
                after = deployment.ledger.close()
        if self._dry_run:
            return dict(deployment.stack_outputs or {})
        return _outputs_of(after)

    def interrupt(self) -> None:
        """Start nothing new, let what is in flight finish, and end the run as failed."""
        self._is_interrupted = True
        self._report.error(
            "the run was interrupted; what was in flight ends and is saved, run it again. Ctrl-C"
            " again stops at once, and leaves open what came of it"
        )
        if self._deployment is not None:
            self._deployment.interrupt()
        if self._program is not None:
            self._program.interrupt()
        if self._host is not None:
            self._host.cancel()

    def _builtin(self) -> builtin.Builtin:
        request, name = self._request, self._opened.files.name

        def row_of(urn: str) -> Resource | None:
            return self._deployment.news.get(urn) if self._deployment else None

        return builtin.Builtin(
            lambda stack: outputs_by_name(request.backend, name.project, stack, request.passphrase),
            row_of,
        )

    def _half_deleted(self, base: Snapshot) -> tuple[Resource, ...]:
        return interrupted.half_deleted(base) if self._request.reads_half_deleted else ()

    # --- parts -------------------------------------------------------------------------------

    def _deploy(self, base: Snapshot, judge: Judge) -> Deployment:
        opened, request = self._opened, self._request
        sink = None if self._dry_run else opened.files
        journal = Journal(base, opened.files.name.qualified, opened.secrets, sink)
        if self._host is None:
            raise AssertionError("the plugin host is made first")
        if self._registry is None:
            # A refresh and the update after it share their providers.
            self._registry = Registry(self._host)
        self._registry.learn(base.resources)
        deployment = Deployment(
            stack=request.stack,
            project=opened.project.name,
            root=opened.project.directory.resolve(),
            dry_run=self._dry_run,
            base=base,
            ledger=Ledger(journal),
            registry=self._registry,
            report=self._report,
            judge=judge,
            configuration=opened.configuration,
            disabled_defaults=disabled_default_providers(opened.configuration),
        )
        for row in base.resources:
            self._report.hide_secrets(row.inputs)
            self._report.hide_secrets(row.outputs)
        self._deployment = deployment
        if self._is_interrupted:
            deployment.interrupt()
        return deployment

    def _serve(self, deployment: Deployment, registrar: Registrar, stack: ExitStack) -> Messages:
        parallel = self._request.parallel
        messages = Messages(deployment)
        monitor = Monitor(deployment, registrar, Reader(deployment, registrar), parallel)

        def add(server: grpc.Server) -> None:
            resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
            engine_pb2_grpc.add_EngineServicer_to_server(messages, server)

        workers = ThreadPoolExecutor(parallel * 4 + _SPARE_WORKERS, thread_name_prefix="monitor")
        server, address = rpc.serve(workers, add)
        stack.callback(workers.shutdown, wait=False)
        stack.callback(lambda: server.stop(grace=None).wait())
        if self._host is not None:
            self._host.engine_address = address
        return messages

    def _packs(self, spawner: Spawner, stack: ExitStack) -> list[PolicyHost]:
        request, opened = self._request, self._opened
        context = PolicyContext(
            python=request.python,
            environment=request.environment,
            project=opened.project.name,
            stack=request.stack,
            dry_run=self._dry_run,
            spawner=spawner,
            config=opened.configuration.values,
            config_secret_keys=opened.configuration.secret_keys,
            on_output=lambda line: self._report.tell("info", line),
        )
        hosts = [
            stack.enter_context(PolicyHost.start(pack, context)) for pack in request.policy_packs
        ]
        for host in hosts:
            # A pack that finds nothing says nothing, and nobody would know that it ran.
            self._report.tell("info", f"policy pack {host.name} {host.version}: {_levels(host)}")
        return hosts

    def _refresh(self, base: Snapshot, rows: tuple[Resource, ...], stack: ExitStack) -> Snapshot:
        request = self._request
        if request.clear_pending_creates:
            base = interrupted.without_creates(base)
        deployment = self._deploy(base, Judge([], self._report, dry_run=self._dry_run))
        registrar = Registrar(deployment, request.parallel)
        self._serve(deployment, registrar, stack)
        try:
            refresher = Refresher(deployment, recorded=request.operation == "refresh")
            refresher.run(rows, request.parallel)
        finally:
            after = deployment.ledger.close()
        return after


def _levels(host: PolicyHost) -> str:
    """How many policies run at which level, such as `10 mandatory, 2 advisory`."""
    counts = Counter(host.levels.values())
    return ", ".join(f"{count} {level}" for level, count in sorted(counts.items(), reverse=True))


def _outputs_of(snapshot: Snapshot) -> Properties:
    """The outputs of the Stack in a state."""
    for row in snapshot.resources:
        if row.type == urns.STACK_TYPE and not row.delete:
            return row.outputs
    return {}

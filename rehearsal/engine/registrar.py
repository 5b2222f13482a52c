"""Takes registrations in: completes goals, plans one at a time, carries out many at once."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.deployment import StepFailedError
from rehearsal.engine.execute import Executor
from rehearsal.engine.goal import Goal, with_version
from rehearsal.engine.importing import ImportFailedError
from rehearsal.engine.plan import Planner
from rehearsal.engine.registry import UNKNOWN_ID
from rehearsal.engine.rowmaking import inherited
from rehearsal.engine.turns import Turns
from rehearsal.engine.values import equal, secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.state import Resource
    from rehearsal.engine.stepping import Step
    from rehearsal.engine.values import Properties, Value


class Registrar:
    """Registers the resources of a program. Safe for many threads.

    Args:
        deployment: The run.
        parallel: How many registrations are carried out at the same time.
    """

    def __init__(self, deployment: Deployment, parallel: int) -> None:
        self._deployment = deployment
        self.executor = Executor(deployment)
        self._planner = Planner(deployment, self.executor)
        self._planning = threading.Lock()
        self._turns = Turns()
        self._slots = threading.BoundedSemaphore(parallel)
        self._defaults: dict[tuple[str, str, str], Future[str]] = {}
        self._defaults_lock = threading.Lock()
        self._idle = threading.Condition()
        self._active = 0
        self.resources = 0
        """How many resources were registered, without components and default providers."""
        self.is_complete = False
        """The program said that it registers nothing more."""

    def register(self, goal: Goal) -> Resource:
        """Reach a goal; its row.

        Raises:
            StoppedError: The run is ending, perhaps because this goal cannot be reached.
        """
        place = self._turns.arrive()
        try:
            self._deployment.report.hide_secrets(goal.inputs)
            goal = inherited(goal, self._deployment.goals.get(goal.parent))
            urn = self.urn_of(goal)
            if goal.custom:
                self.resources += 1
            if goal.custom and not goal.is_provider and not goal.provider:
                goal = replace(goal, provider=self.default_provider(goal, urn))
            return self._reach(urn, goal, self._turns.turn(place))
        finally:
            self._turns.leave(place)

    def urn_of(self, goal: Goal) -> str:
        """The URN of a goal."""
        deployment = self._deployment
        return urns.make(deployment.stack, deployment.project, goal.parent, goal.type, goal.name)

    def _reach(self, urn: str, goal: Goal, turn: AbstractContextManager[None]) -> Resource:
        def steps() -> Resource | None:
            with turn, self._planning:
                planned = self._planned(urn, goal)
            with self._slots:
                return self.executor.run(planned, self._deployment.deleted_first)

        row = self.guarded(urn, steps)
        if row is None:
            raise StepFailedError("the registration came to nothing", urn)
        return row

    def _planned(self, urn: str, goal: Goal) -> list[Step]:
        """The steps of a goal; one that cannot be planned is the last that is looked at."""
        self._deployment.check_wanted()
        try:
            return self._planner.steps(urn, goal)
        except ImportFailedError:
            raise  # that was a step, not the planning
        except Exception:
            self._deployment.refused.set()
            raise

    def guarded(self, urn: str, work: Callable[[], Resource | None]) -> Resource | None:
        """Do a piece of work of the run; an error is told and stops the run.

        Raises:
            Exception: What the work raised.
        """
        with self._idle:
            self._active += 1
        try:
            self._deployment.check_wanted()
            return work()
        except Exception as error:
            self._deployment.fail(error, urn)
            raise
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()

    def drain(self) -> None:
        """Wait until nothing is carried out any more."""
        with self._idle:
            self._idle.wait_for(lambda: self._active == 0)

    def default_provider(self, goal: Goal, urn: str) -> str:
        """The reference of the default provider of a goal's package, made at its first use.

        Raises:
            StepFailedError: The configuration forbids default providers.
            StoppedError: It could not be made.
        """
        package = goal.package
        disabled = self._deployment.disabled_defaults
        if package in disabled or "*" in disabled:
            message = (
                f"Default provider for '{package}' disabled. '{urn}' must use an explicit provider."
            )
            error = StepFailedError(message, urn)
            self._deployment.fail(error)
            raise error
        key = (package, goal.version, goal.plugin_download_url)
        with self._defaults_lock:
            future = self._defaults.get(key)
            is_mine = future is None
            if future is None:
                future = self._defaults[key] = Future()
        if is_mine:
            try:
                row = self._make_default(package, goal.version, goal.plugin_download_url)
                future.set_result(urns.reference(row.urn, row.id or UNKNOWN_ID))
            except Exception as error:  # noqa: BLE001 - all who wait for the provider get it
                future.set_exception(error)
        return future.result()

    def _make_default(self, package: str, version: str, download_url: str) -> Resource:
        configuration = self._deployment.configuration
        inputs: Properties = {}
        for key, text in configuration.of_namespace(package).items():
            value: Value = text
            inputs[key] = secret(value) if configuration.is_secret(f"{package}:{key}") else value
        goal = Goal(
            type=urns.provider_type(package),
            name=urns.default_provider_name(version),
            custom=True,
            inputs=with_version(inputs, version, download_url),
        )
        return self._reach(self.urn_of(goal), goal, nullcontext())

    # --- outputs -----------------------------------------------------------------------------

    def set_outputs(self, urn: str, outputs: Properties) -> None:
        """Store the outputs of a component; those of the Stack wait for the end of the run."""
        deployment = self._deployment
        deployment.report.hide_secrets(outputs)
        row = deployment.news.get(urn)
        if row is None:
            raise StepFailedError(f"outputs of {urn}, which was not registered", urn)
        if row.type == urns.STACK_TYPE:
            deployment.stack_outputs = outputs
            return
        if not equal(outputs, row.outputs):
            deployment.news[urn] = deployment.ledger.set_outputs(urn, outputs)

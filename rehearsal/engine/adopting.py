"""The `import` operation: takes objects that exist into the state, without a program.

The program has to be written after it, which is why what is imported is protected at first. The
steps are those of pulumi/pulumi, `pkg/resource/deploy/import.go` and `step.go` (a planned import).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.engine import urns
from rehearsal.engine.deployment import StepFailedError
from rehearsal.engine.goal import Goal
from rehearsal.engine.importing import Importer, ImportFailedError
from rehearsal.engine.provider import new_seed
from rehearsal.engine.rowmaking import row_of
from rehearsal.engine.stepping import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.engine.deployment import Deployment
    from rehearsal.engine.outcome import Adoption
    from rehearsal.engine.registrar import Registrar
    from rehearsal.engine.state import Resource


class Adopter:
    """Imports objects into the state of a deployment."""

    def __init__(self, deployment: Deployment, registrar: Registrar) -> None:
        self._deployment = deployment
        self._registrar = registrar
        self._importer = Importer(deployment, registrar.executor)

    def run(self, adoptions: Sequence[Adoption]) -> None:
        """Import the objects one after the other, parents before children; the first error ends it.

        An object that the state has already is left as it is.
        """
        urn = ""
        try:
            self._keep_all()
            root = self._root()
            for adoption in adoptions:
                parent = adoption.parent or root
                urn = self._urn(parent, adoption.type, adoption.name)
                self._adopt(urn, adoption, parent)
        except Exception as error:  # noqa: BLE001 - whatever a provider does is told
            self._deployment.fail(error, urn)

    def _keep_all(self) -> None:
        """Let every row of the state go on as it is, in its order."""
        for row in self._deployment.base.resources:
            if not row.delete:
                self._deployment.goals[row.urn] = Goal(row.type, urns.name_of(row.urn), row.custom)
                mark = self._deployment.report.started("same", row.urn, row.parent)
                kept = replace(row)  # rows are told apart by identity
                self._deployment.ledger.end(old=row, new=kept, write=False)
                self._deployment.news[row.urn] = kept
                self._deployment.report.finished(mark)

    def _root(self) -> str:
        """The URN of the Stack, which is made if there is none."""
        deployment = self._deployment
        urn = urns.stack_urn(deployment.stack, deployment.project)
        if urn not in deployment.olds:
            goal = Goal(urns.STACK_TYPE, urns.name_of(urn), custom=False)
            deployment.goals[urn] = goal
            row = row_of(urn, goal, deployment.goals)
            self._registrar.executor.run([Step("create", urn, None, row)])
        return urn

    def _urn(self, parent: str, kind: str, name: str) -> str:
        return urns.make(self._deployment.stack, self._deployment.project, parent, kind, name)

    def _adopt(self, urn: str, adoption: Adoption, parent: str) -> None:
        deployment = self._deployment
        old = deployment.olds.get(urn)
        if old is not None and (old.import_id or old.id) == adoption.id:
            return
        if parent not in deployment.goals:
            raise StepFailedError(f"unknown parent '{parent}' for resource '{urn}'", urn)
        goal = Goal(
            adoption.type,
            adoption.name,
            custom=True,
            parent=parent,
            protect=adoption.protect,
            import_id=adoption.id,
        )
        goal = replace(goal, provider=self._provider(adoption, goal, urn))
        row = row_of(urn, goal, deployment.goals)
        if old is not None:
            self._refuse(row)
        found = self._importer.imported(row, None, goal, deleted=False, keeps_import_id=False)
        if found is not None:
            deployment.goals[urn] = goal
            deployment.news[urn] = found
            self._warn_of_refusals(found)

    def _refuse(self, row: Resource) -> None:
        report = self._deployment.report
        report.finished(report.started("import", row.urn, row.parent), failed=True)
        raise ImportFailedError(
            f"resource '{row.urn}' already exists, with another id; give the import another name",
            row.urn,
        )

    def _provider(self, adoption: Adoption, goal: Goal, urn: str) -> str:
        """The reference of the provider: the one that is named, else the default one."""
        wanted = adoption.provider or self._urn(
            "", urns.provider_type(goal.package), urns.default_provider_name("")
        )
        row = self._deployment.news.get(wanted)
        if row is not None:
            return urns.reference(row.urn, row.id)
        if adoption.provider:
            raise StepFailedError(f"there is no provider {adoption.provider} in the state", urn)
        return self._registrar.default_provider(goal, urn)

    def _warn_of_refusals(self, row: Resource) -> None:
        """Warn of inputs that the provider would refuse if the program gave them."""
        provider = self._registrar.executor.provider_of(row)
        checked = provider.check(row.urn, row.inputs, row.inputs, new_seed())
        if not checked.failures:
            return
        tell = self._deployment.report.tell
        package = urns.package_of(row.type)
        tell(
            "warning",
            "One or more imported inputs failed to validate. This is almost certainly a bug in the"
            f" `{package}` provider. The import will still proceed, but the program will have to"
            " give other inputs",
            row.urn,
        )
        for failure in checked.failures:
            name = f"property {failure.property}" if failure.property else "it"
            tell("warning", f"{row.type} resource: {name}: {failure.reason}", row.urn)

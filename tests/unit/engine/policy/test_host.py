"""What the host makes of answers that the SDK for Python does not give, but others may."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from pulumi.runtime.proto import analyzer_pb2

from rehearsal.engine.policy.host import AnalyzerResource, PolicyHost
from rehearsal.engine.policy.manifest import PackManifest

if TYPE_CHECKING:
    from rehearsal.engine.events import EnforcementLevel

THING = AnalyzerResource("urn:pulumi:dev::aks-entra::t:i:T::n", "t:i:T", "n", {})


@pytest.mark.parametrize(
    ("number", "level"), [(0, "advisory"), (1, "mandatory"), (2, "disabled"), (3, "mandatory")]
)
def test_a_violation_that_no_remediation_mended_is_mandatory(
    number: int, level: EnforcementLevel
) -> None:
    def answer(*_: object, **__: object) -> analyzer_pb2.AnalyzeResponse:
        found = analyzer_pb2.AnalyzeDiagnostic(policyName="it", message="still")
        found.enforcementLevel = cast("Any", number)
        return analyzer_pb2.AnalyzeResponse(diagnostics=[found])

    process = SimpleNamespace(analyzer=SimpleNamespace(Analyze=answer, AnalyzeStack=answer))
    host = PolicyHost(PackManifest(Path()), cast("Any", process), 1)
    found = [*host.analyze(THING), *host.analyze_stack([THING])]
    assert [one.level for one in found] == [level, level]
    assert all(one.is_mandatory == (level == "mandatory") for one in found)

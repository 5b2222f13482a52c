"""What holds for every valid configuration, whatever it says."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.support.configurations import WORLD, configurations
from tests.support.deployed import Deployed
from tests.support.invariants import INVARIANTS
from tests.support.program import PROJECT, Run, run_program


def deployed(keys: dict[str, Any], *, preview: bool = False) -> Run:
    configuration = {f"{PROJECT}:{key}": value for key, value in keys.items()}
    return run_program(configuration, world=WORLD, preview=preview)


def inputs(run: Run) -> dict[str, Any]:
    return {each.urn: each.inputs for each in run.resources}


SOME = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # To make an example smaller takes hundreds of runs.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


# One run for all of them: a run is what takes time.
@given(configurations())
@SOME
def test_every_invariant_holds_for_every_valid_configuration(keys: dict[str, Any]) -> None:
    run = Deployed(keys, deployed(keys))
    broken = [f"{check.__name__}: {why}" for check in INVARIANTS for why in check(run)]
    assert not broken


@given(configurations())
@settings(SOME, max_examples=8)
def test_a_preview_and_a_second_run_are_of_the_same_resources(keys: dict[str, Any]) -> None:
    first, second, preview = (deployed(keys), deployed(keys), deployed(keys, preview=True))
    assert preview.graph() == first.graph()
    assert inputs(first) == inputs(second)

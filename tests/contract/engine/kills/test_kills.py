"""Two hundred runs that are killed at a random moment, each followed by one run that has to do.

The engine, the program or a provider dies of SIGKILL, on a clock of provider calls, of writes of
the state, or of seconds. A seed says which, so a run that failed can be repeated.
"""

from __future__ import annotations

import signal

import pytest

from tests.support.kills import trial
from tests.support.kills.trial import Scenario, Stacks

FIRST_UP = Scenario("nothing", "first", "up", then="up", end="first")
SECOND_UP = Scenario("first", "second", "up", then="up", end="second")
REFRESH = Scenario(
    "first",
    "first",
    "refresh",
    then="up",
    end="first",
    options={"refresh": True},
    victims=("engine", "provider"),
    drift=True,
)
DESTROY = Scenario(
    "second", "second", "destroy", then="destroy", end="nothing", victims=("engine", "provider")
)


def check(stacks: Stacks, scenario: Scenario, seed: int) -> None:
    folder = stacks.begin(scenario, f"{scenario.start}-{scenario.operation}-{seed}")
    strike = stacks.strike(scenario, folder, seed)
    killed = trial.run_apart(folder, scenario.operation, strike)
    assert trial.survivors(folder) == [], f"{strike}: processes outlived their run"
    if strike.clock == "calls" and strike.victim != "program":
        most = 0.9 * stacks.length(scenario)["calls"]
        assert trial.was_struck(folder) or strike.moment > most, f"{strike} hit nobody"
    if strike.victim == "engine" and trial.was_struck(folder):
        assert killed.status == -signal.SIGKILL, (strike, killed)
    if killed.status == 0 and scenario.operation == scenario.then:
        # Whoever died had nothing left to do, so nothing may be missing either.
        assert trial.differences(stacks, scenario, folder) == [], strike
    outcome = trial.go_on(scenario, folder)
    assert outcome.result == "succeeded", (strike, killed, outcome.diagnostics)
    assert trial.differences(stacks, scenario, folder) == [], strike


class TestFirstUp:
    @pytest.mark.parametrize("seed", range(50))
    def test_the_next_up_makes_what_is_missing(self, stacks: Stacks, seed: int) -> None:
        check(stacks, FIRST_UP, seed)


class TestSecondUp:
    @pytest.mark.parametrize("seed", range(80))
    def test_the_next_up_finishes_the_change(self, stacks: Stacks, seed: int) -> None:
        check(stacks, SECOND_UP, seed)


class TestRefresh:
    @pytest.mark.parametrize("seed", range(30))
    def test_the_next_up_finds_and_repairs_the_drift(self, stacks: Stacks, seed: int) -> None:
        check(stacks, REFRESH, seed)


class TestDestroy:
    @pytest.mark.parametrize("seed", range(40))
    def test_the_next_destroy_leaves_nothing(self, stacks: Stacks, seed: int) -> None:
        check(stacks, DESTROY, seed)

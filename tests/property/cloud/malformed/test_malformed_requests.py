"""Whatever is sent to whichever route: no failure, a proper refusal, and nothing changed by it."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.property.cloud.malformed.corpus import Good, ends_something, good
from tests.property.cloud.malformed.mutation import Mutator
from tests.property.cloud.malformed.trial import Trial
from tests.property.cloud.malformed.world import Seeded, seed, tokens

if TYPE_CHECKING:
    from pathlib import Path

REQUESTS = 20_000
"""Malformed ones; the good ones that are sent between them do not count."""
WORLDS = 20
SLICES = 4
"""Each world begins with one slice of all routes, so that each route is hit in five of them."""


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """What each of the worlds starts from."""
    return seed(tmp_path_factory.mktemp("seeded") / "home")


def weight(found: Good) -> float:
    """Writes are where the trouble is; of Graph's two versions one is enough."""
    if found.route.pattern.startswith("/beta"):
        return 0.2
    if found.plane == "entra":
        # What a browser or a library sends there has the most forms of its own.
        return 5 + found.size
    return 0.1 if ends_something(found) else 1 + found.size


def plan(goods: list[Good], world: int, chance: random.Random) -> list[Good]:
    """What one world is sent: its slice of all routes, those that end something last."""
    certain = sorted(goods[world % SLICES :: SLICES], key=ends_something)
    ends = sum(map(ends_something, certain))
    count = REQUESTS // WORLDS - len(certain)
    drawn = chance.choices(goods, list(map(weight, goods)), k=count)
    return [*certain[: len(certain) - ends], *drawn, *certain[len(certain) - ends :]]


@pytest.mark.timeout(900)
def test_malformed_requests_are_refused_and_change_nothing(seeded: Seeded, tmp_path: Path) -> None:
    problems: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    hit: Counter[str] = Counter()
    routes: set[str] = set()
    for world in range(WORLDS):
        cloud, runtime = seeded.start(tmp_path / str(world))
        chance = random.Random(world)
        goods = [good(route) for route in cloud.router.routes()]
        trial = Trial(cloud, runtime, Mutator(chance, tokens(cloud, seeded.webhook_token)))
        trial.send_malformed(plan(goods, world, chance))
        trial.read(found for found in goods if found.route.method == "GET")
        cloud.store.close()
        problems.update(trial.problems)
        statuses.update(trial.statuses)
        hit.update(trial.hit)
        routes = {f"{found.route.method} {found.route.pattern}" for found in goods}
    assert not problems, f"{len(problems)} problems; above is the first request of each: {problems}"
    assert statuses.total() == REQUESTS
    assert routes == set(hit), "malformed requests have to reach each route"
    accepted = sum(count for status, count in statuses.items() if status < 400)
    refused = statuses.total() - accepted
    assert min(accepted, refused) > REQUESTS / 4, f"too mild or too wild: {statuses}"

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.arm import ASSIGNMENTS, READER, SUBSCRIPTION, WORLD, Arm

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock

OUTSIDER = WORLD.account("outsider").object_id


@pytest.fixture(autouse=True)
def lag(arm: Arm) -> None:
    arm.cloud.faults.replace({"lag": {"roleAssignments": 30}})


def may_read(arm: Arm) -> bool:
    path = f"{SUBSCRIPTION}/resourcegroups"
    listed = arm.call("GET", path, version="2024-03-01", who="outsider")
    return listed.status == 200 and listed.body["value"] != []


def test_a_new_assignment_counts_after_the_lag_and_is_shown_at_once(
    arm: Arm, clock: ManualClock
) -> None:
    arm.group()
    made = arm.assign(SUBSCRIPTION, READER, OUTSIDER)

    assert arm.call("GET", made.body["id"], version="2022-04-01").status == 200
    assert not may_read(arm)
    clock.advance(timedelta(seconds=29))
    assert not may_read(arm)
    clock.advance(timedelta(seconds=1))
    assert may_read(arm)


def test_a_deleted_assignment_counts_until_the_lag_is_over(arm: Arm, clock: ManualClock) -> None:
    arm.group()
    made = arm.assign(SUBSCRIPTION, READER, OUTSIDER)
    clock.advance(timedelta(minutes=1))

    arm.call("DELETE", made.body["id"], version="2022-04-01")

    assert arm.call("GET", made.body["id"], version="2022-04-01").status == 404
    assert may_read(arm)
    clock.advance(timedelta(seconds=30))
    assert not may_read(arm)


def test_what_was_made_and_deleted_within_the_lag_never_counts(
    arm: Arm, clock: ManualClock
) -> None:
    arm.group()
    made = arm.assign(SUBSCRIPTION, READER, OUTSIDER)
    arm.call("DELETE", made.body["id"], version="2022-04-01")

    assert not may_read(arm)
    clock.advance(timedelta(minutes=1))
    assert not may_read(arm)


def test_switching_the_lag_off_ends_it(arm: Arm) -> None:
    arm.group()
    arm.assign(SUBSCRIPTION, READER, OUTSIDER)

    arm.cloud.faults.replace({})

    assert may_read(arm)


def test_what_was_there_before_the_lag_keeps_counting(arm: Arm) -> None:
    path = f"{SUBSCRIPTION}/providers/{ASSIGNMENTS}"

    assert arm.call("GET", path, version="2022-04-01").status == 200

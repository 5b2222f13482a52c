from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.arm import seed
from rehearsal.cloud.arm.role_lag import ASSIGNMENTS
from rehearsal.cloud.arm.seed import UnknownRoleError
from tests.support.arm import WORLD

if TYPE_CHECKING:
    from tests.support.arm import Arm


def test_seeding_again_changes_nothing(arm: Arm) -> None:
    before = arm.cloud.store.all(ASSIGNMENTS)

    seed(arm.cloud, WORLD)

    assert arm.cloud.store.all(ASSIGNMENTS) == before
    assert len(before) == len(WORLD.role_assignments)


def test_a_role_that_azure_does_not_have_is_named(arm: Arm) -> None:
    wrong = replace(WORLD.role_assignments[0], role_name="Contributer")

    with pytest.raises(UnknownRoleError, match="Contributer"):
        seed(arm.cloud, replace(WORLD, role_assignments=(wrong,)))

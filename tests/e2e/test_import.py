"""An object that exists, and the state that is to know it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

GROUP = "azuread:index/group:Group"
SG_PAYMENTS = "0a1b2c3d-0000-4000-8000-000000000402"


def test_a_group_of_the_tenant_is_taken_in_as_it_is(empty: Rehearsal) -> None:
    empty.run("import", GROUP, "sg-payments", SG_PAYMENTS)
    state = json.loads(empty.run("stack", "export").stdout)
    (row,) = [row for row in state["deployment"]["resources"] if row["type"] == GROUP]
    assert row["outputs"]["displayName"] == "sg-payments"
    assert row["outputs"]["objectId"] == SG_PAYMENTS
    assert row["protect"]

    absent = empty.run("import", GROUP, "other", SG_PAYMENTS.replace("402", "999"), expect=1)
    assert "does not exist" in absent.stdout + absent.stderr
    refreshed = empty.run("refresh", "--expect-no-changes")
    assert "Refresh succeeded" in refreshed.stdout

"""docs/operations.md says what the local Azure does, and does not, with every operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.web import Request
from tests.operations.azure import Operation, apis
from tests.operations.table import COMMAND, DOCUMENT, NOT, document, listed, notes

if TYPE_CHECKING:
    from tests.support.arm import Arm


def test_the_table_is_up_to_date() -> None:
    same = DOCUMENT.read_text(encoding="utf-8") == document()
    assert same, f"docs/operations.md is not what the routes say now; regenerate it with: {COMMAND}"


def test_the_table_does_what_it_says(arm: Arm) -> None:
    rows = list(listed())
    assert len(rows) > 200
    for operation, status in rows:
        request = Request(operation.method, operation.sample())
        reply = arm.cloud.router.handle(request)
        if status == NOT:
            assert reply.status == 501, f"{operation.name} is there: {COMMAND}"
            asked = f"{request.method} {request.path}"
            assert asked in reply.body["error"]["message"]
        else:
            assert reply.status != 501, f"{operation.name} is not there: {COMMAND}"


def test_every_note_is_on_an_operation_that_is_there() -> None:
    partly = {operation.name for operation, status in listed() if status == "partly"}
    assert set(notes()) == partly


@pytest.mark.parametrize(
    ("name", "method", "end"),
    [
        ("ManagedClusters_CreateOrUpdate", "PUT", "/managedClusters/{resourceName}"),
        ("AgentPools_List", "GET", "/managedClusters/{resourceName}/agentPools"),
        ("ResourceGroups_CheckExistence", "HEAD", "/resourcegroups/{resourceGroupName}"),
        ("RoleAssignments_Create", "PUT", "/roleAssignments/{roleAssignmentName}"),
        ("UserAssignedIdentities_Get", "GET", "/userAssignedIdentities/{resourceName}"),
    ],
)
def test_azure_s_operations_are_read_from_its_sdks(name: str, method: str, end: str) -> None:
    found = [row for api in apis() for row in api.operations if row.name == name]
    assert [row.method for row in found] == [method]
    assert found[0].path.endswith(end)


def test_a_sample_has_no_parameter_left() -> None:
    path = "/{scope}/providers/{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{x}"
    sample = Operation("Any_Get", "GET", path).sample()
    assert "{" not in sample
    assert "//" not in sample

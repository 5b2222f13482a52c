"""Every ARM route, asked by somebody of the tenant who has no role anywhere."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.cloud import arm as arm_plane
from rehearsal.cloud.arm.operations import Operations
from rehearsal.cloud.web import Request, Router
from tests.support.arm import READER, SG_PAYMENTS, SUBSCRIPTION, WORLD, Arm

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply, Route

OPEN_TO_ALL = {
    "Metadata_GetEndpoints": "clients read it before they log in",
    "Tenants_List": "everyone sees the tenants they are in",
    "OperationStatus_Get": "which role polling needs is not documented; ids are GUIDs",
    "OperationStatus_GetResult": "as OperationStatus_Get",
    "OperationResults_Get": "as OperationStatus_Get",
    "Deployments_GetOperationStatus": "as OperationStatus_Get",
    "Deployments_GetOperationStatusAtSubscriptionScope": "as OperationStatus_Get",
}
WITHOUT_LOG_IN = {"Metadata_GetEndpoints"}
NAMES = {
    "subscription": WORLD.subscription_id,
    "scope": f"{SUBSCRIPTION}/resourceGroups/one",
    "namespace": "Microsoft.ContainerService",
    "feature": "AAD-V2",
    "location": "westeurope",
    "id": str(uuid.UUID(int=1)),
}


@pytest.fixture
def furnished(arm: Arm) -> Arm:
    """A local Azure with something of most kinds, all of the name `one`."""
    group = arm.group("one")
    arm.cluster(group, "one")
    identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"
    made = arm.call("PUT", identity, {"location": "westeurope"}, version="2023-01-31")
    assert made.status == 201, made.body
    arm.assign(group, READER, SG_PAYMENTS)
    return arm


def routes(arm: Arm) -> list[Route]:
    """ARM's own, in a router of theirs."""
    alone = replace(arm.cloud, router=Router(), operations=Operations())
    arm_plane.register(alone)
    return alone.router.routes()


def path_of(route: Route) -> str:
    """The route's path with what there is in every place."""
    authorization = "Microsoft.Authorization/role" in route.pattern

    def name(found: re.Match[str]) -> str:
        key = found[1]
        return READER if key in {"name", "role"} and authorization else NAMES.get(key, "one")

    return re.sub(r"\{(\w+)\*?\}", name, route.pattern)


def shows_nothing(reply: Reply) -> bool:
    empty = reply.status == 200 and reply.body["value"] == []
    return empty or reply.status in {403, 404}


def test_an_outsider_learns_and_changes_nothing(furnished: Arm) -> None:
    body: dict[str, Any] = {"location": "westeurope", "properties": {}}
    leaks = [
        f"{route.method} {path_of(route)}: {reply.status} {reply.body}"
        for route in routes(furnished)
        if route.operation not in OPEN_TO_ALL
        for reply in [
            furnished.call(route.method, path_of(route), body, version="2026-01-01", who="outsider")
        ]
        if not shows_nothing(reply)
    ]
    assert leaks == []


def test_nobody_gets_anything_without_logging_in(furnished: Arm) -> None:
    for route in routes(furnished):
        if route.operation not in WITHOUT_LOG_IN:
            request = Request(route.method, path_of(route), {"api-version": "2026-01-01"})
            reply = furnished.cloud.router.handle(request)
            assert reply.status == 401, route


def test_what_is_open_to_all_is_still_there(furnished: Arm) -> None:
    assert {*OPEN_TO_ALL} <= {route.operation for route in routes(furnished)}

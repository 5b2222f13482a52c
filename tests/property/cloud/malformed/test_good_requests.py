"""What docs/operations.md calls supported does what it is asked, and the corpus is what it says."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.operations.table import NOT, listed
from tests.property.cloud.malformed.corpus import good
from tests.property.cloud.malformed.mutation import Mutator
from tests.property.cloud.malformed.world import Seeded, seed, tokens
from tests.support.arm import join_workers

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply, Route
    from tests.operations.azure import Operation

# What cannot pass in a tenant where all is well: status, by the end of the operation's name.
REFUSED = {
    "ListClusterAdminCredentials": 400,
    "ResetAadProfile": 400,
    "ManagedClusters_Start": 400,
    "Deployments_Cancel": 409,
    "Deployments_CancelAtScope": 409,
    "Deployments_CancelAtSubscriptionScope": 409,
    "DeploymentOperations_Get": 404,
    "DeploymentOperations_GetAtScope": 404,
    "DeploymentOperations_GetAtSubscriptionScope": 404,
    "DenyAssignments_Get": 404,
    "OperationStatus_Get": 404,
    "OperationStatus_GetResult": 404,
    "OperationResults_Get": 404,
    "GetOperationStatus": 404,
    "GetOperationStatusAtSubscriptionScope": 404,
    "DeletedItems_List": 400,
    "DeletedItems_Get": 404,
    "DeletedItems_Restore": 404,
    "DeletedItems_Delete": 404,
    "ServicePrincipals_Create": 409,
    "RemovePassword": 400,
    "FederatedCredentials_Create": 409,
    "AppRoleAssignments_Delete": 404,
    "RemoveRef": 404,
    "Users_ChangePassword": 400,
    # A person may not change or delete its own account with what the token says.
    "Users_Update": 403,
    "Users_Delete": 403,
    "Instance_Discover": 400,
    "DeviceLogin_Answer": 400,
}
# These want the rehearsal's own key.
OWN_KEY = ("LocalFaults_", "GitHub_Token")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    return seed(tmp_path_factory.mktemp("seeded") / "home")


def route_of(routes: list[Route], operation: Operation) -> Route:
    """The route of a row: the one that is written so, else the one that answers its sample."""
    path = operation.sample()
    written = (route for route in routes if route.pattern.replace("*}", "}") == operation.path)
    answers = (route for route in routes if route.expression().fullmatch(path))
    return next(route for route in (*written, *answers) if route.method == operation.method)


class Worlds:
    """A world for all that read, and a new one for each write."""

    def __init__(self, seeded: Seeded, root: Path) -> None:
        self._seeded = seeded
        self._root = root
        self._number = 0
        self._read = self._new()

    def _new(self) -> tuple[Cloud, Mutator]:
        self._number += 1
        cloud, _ = self._seeded.start(self._root / str(self._number))
        given = tokens(cloud, self._seeded.webhook_token)
        return cloud, Mutator(random.Random(0), given)

    def reply(self, operation: Operation) -> Reply:
        reads = operation.method in {"GET", "HEAD"}
        cloud, mutator = self._read if reads else self._new()
        found = good(route_of(cloud.router.routes(), operation))
        reply = cloud.router.handle(mutator.plain(found))
        join_workers()
        if not reads:
            cloud.store.close()
        return reply

    def close(self) -> None:
        self._read[0].store.close()


def expected(operation: str) -> int:
    return next((status for end, status in REFUSED.items() if operation.endswith(end)), 0)


@pytest.mark.timeout(900)
def test_what_the_table_calls_supported_passes(seeded: Seeded, tmp_path: Path) -> None:
    worlds = Worlds(seeded, tmp_path)
    problems: list[str] = []
    for operation, status in listed():
        if status == NOT or operation.name.startswith(OWN_KEY):
            continue
        reply = worlds.reply(operation)
        wanted = expected(operation.name)
        if reply.status >= 400 and reply.status != wanted:
            problems.append(f"{operation.name}: {operation.method} {operation.path}: {reply}")
    worlds.close()
    assert not problems, "\n".join(problems)

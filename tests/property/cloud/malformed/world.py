"""What the malformed requests are sent to: a local Azure that has one of everything."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.runtime import cluster_key
from rehearsal.cloud.aks.runtime_files import ClusterFiles
from rehearsal.cloud.arm import role_assignments
from rehearsal.cloud.arm.roles import role_named
from rehearsal.cloud.clock import ManualClock
from rehearsal.cloud.web import Request
from tests.property.cloud.malformed.corpus import Good, good
from tests.support.arm import (
    SUBSCRIPTION,
    WORLD,
    Arm,
    RecordingRuntime,
    join_workers,
    local_cloud,
)

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.aks.runtime import ClusterSpec
    from rehearsal.cloud.context import Cloud

POWERFUL = ("deployer", "platform-admin")
PERMISSIONS = frozenset(
    {"Directory.ReadWrite.All", "Group.ReadWrite.All", "User.ReadWrite.All"}
    | {"Application.ReadWrite.All", "User.Invite.All"}
)


# Credentials of an application are a route's own, as ARM's resources are.
_FEDERATED = ("/v1.0/applications/{id}/federatedIdentityCredentials", "POST")


@dataclass(frozen=True)
class Seeded:
    """What a test starts from."""

    root: Path
    clusters: list[ClusterSpec]
    webhook_token: str

    def start(self, home: Path) -> tuple[Cloud, RecordingRuntime]:
        """A local Azure with a copy of it, and what its clusters would be run by."""
        shutil.copytree(self.root, home)
        runtime = RecordingRuntime()
        runtime.ensured.extend(self.clusters)
        return local_cloud(home, runtime, ManualClock()), runtime


def seed(root: Path) -> Seeded:
    """A local Azure that has one of everything, and two accounts that may do everything."""
    runtime = RecordingRuntime()
    cloud = local_cloud(root, runtime, ManualClock())
    for group in cloud.directory.all("Group"):
        if group["displayName"].startswith("sg-many"):
            cloud.store.delete("Group", group["id"])
            cloud.store.delete("members", group["id"])
    for name in POWERFUL:
        account = WORLD.account(name)
        role = frozenset({"Global Administrator"})
        cloud.directory.grant(account.object_id, graph=PERMISSIONS, directory_roles=role)
        role_assignments.put(
            cloud,
            scope=SUBSCRIPTION,
            role=role_named("Owner"),
            principal_id=account.object_id,
            principal_type=account.kind,
            subscription_id=WORLD.subscription_id,
        )
    arm = Arm(cloud)
    arm.cluster(arm.group("rg-a"), "aks-a")
    files = ClusterFiles(cloud.home.clusters / cluster_key(runtime.ensured[-1].cluster_id))
    files.prepare(runtime.ensured[-1])
    for route in cloud.router.routes():
        found = good(route)
        puts = route.method == "PUT" and found.plane == "arm"
        if puts or (route.pattern, route.method) == _FEDERATED:
            _make(arm, found)
    cloud.store.close()
    return Seeded(root, runtime.ensured, files.webhook_token.read_text())


def _make(arm: Arm, found: Good) -> None:
    """Send a good request that makes something."""
    audience = {"graph": "https://graph.microsoft.com"}.get(found.plane, arm.cloud.origin)
    headers = {"authorization": f"Bearer {arm.token(POWERFUL[0], aud=audience)}"}
    path, content = found.path(found.params), json.dumps(found.body).encode()
    reply = arm.cloud.router.handle(
        Request(found.route.method, path, found.query, headers, content)
    )
    assert reply.status < 300, (found.route.operation, reply)
    join_workers()


def tokens(cloud: Cloud, webhook_token: str) -> dict[str, list[str]]:
    """Authorization headers by plane: of two who may do all, of an outsider, and of nobody."""
    arm = Arm(cloud)
    people = {
        "platform-admin": {"upn": WORLD.account("platform-admin").upn, "scp": "user_impersonation"}
    }
    garbage = ["", "Bearer", "Bearer ", "Bearer a.b.c", "Basic YTpi", "Bearer \xe9", "a" * 9000]
    audiences = {"arm": cloud.origin, "graph": "https://graph.microsoft.com"}
    found = {
        plane: [
            *(
                f"Bearer {arm.token(who, aud=aud, **people.get(who, {}))}"
                for who in (*POWERFUL, "outsider")
            ),
            f"Bearer {arm.token('deployer', aud='https://elsewhere.example')}",
            f"Bearer {arm.token('deployer', aud=aud, exp=1)}",
            f"Bearer {arm.token('deployer', aud=aud, oid=7, tid=[], groups='x')}",
            f"Bearer {arm.token('deployer', aud=aud)[:-4]}AAAA",
            *garbage,
        ]
        for plane, aud in audiences.items()
    }
    return {**found, "own": [f"Bearer {webhook_token}"] * 2 + garbage}

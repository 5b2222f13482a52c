"""Whatever is sent to whichever route: no failure, a proper refusal, and nothing changed by it."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import traceback
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.aks.runtime import cluster_key
from rehearsal.cloud.aks.runtime_files import ClusterFiles
from rehearsal.cloud.arm import role_assignments
from rehearsal.cloud.arm.roles import role_named
from rehearsal.cloud.clock import ManualClock
from rehearsal.cloud.web import Request
from tests.property.cloud.malformed.corpus import Good, good
from tests.property.cloud.malformed.mutation import Mutator
from tests.property.cloud.malformed.replies import problem
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
    from rehearsal.cloud.web import Reply

REQUESTS = 20_000
WORLDS = 20
# Codes and tokens are used up by the try, however it ends, as RFC 6749 and RFC 8628 want.
USED_UP = frozenset({"device-code", "authorization-code", "refresh-token"})

POWERFUL = ("deployer", "platform-admin")
PERMISSIONS = frozenset(
    {"Directory.ReadWrite.All", "Group.ReadWrite.All", "User.ReadWrite.All"}
    | {"Application.ReadWrite.All", "User.Invite.All"}
)
ENDING = frozenset({"Providers_Unregister", "ManagedClusters_Stop", "ServicePrincipals_Update"})

Documents = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Seeded:
    """What a test starts from."""

    root: Path
    clusters: list[ClusterSpec]
    webhook_token: str

    def start(self, home: Path) -> Cloud:
        """A local Azure with a copy of it."""
        shutil.copytree(self.root, home)
        runtime = RecordingRuntime()
        runtime.ensured.extend(self.clusters)
        return local_cloud(home, runtime, ManualClock())


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """A local Azure that has one of everything, and two accounts that may do everything."""
    root = tmp_path_factory.mktemp("seeded") / "home"
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
        if route.method == "PUT" and (found := good(route)).plane == "arm":
            request = Request(
                "PUT",
                found.path(found.params),
                found.query,
                arm_headers(arm),
                json.dumps(found.body).encode(),
            )
            reply = cloud.router.handle(request)
            assert reply.status < 300, (route.operation, reply)
            join_workers()
    cloud.store.close()
    return Seeded(root, runtime.ensured, files.webhook_token.read_text())


def arm_headers(arm: Arm) -> dict[str, str]:
    return {"authorization": f"Bearer {arm.token(POWERFUL[0])}"}


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


def weight(found: Good) -> float:
    """Writes are where the trouble is; of Graph's two versions one is enough."""
    if found.route.pattern.startswith("/beta"):
        return 0.2
    # Now and then only, or the rest would find nothing left.
    if found.route.method == "DELETE" or found.route.operation in ENDING:
        return 0.1
    return 1 + found.size


def state(connection: sqlite3.Connection) -> Documents:
    rows = connection.execute("SELECT kind, key, body FROM documents")
    return {(kind, key): body for kind, key, body in rows if kind not in USED_UP}


class Trial:
    """One local Azure, what it was sent, and what was wrong about its replies."""

    def __init__(self, cloud: Cloud, webhook_token: str, seed: int) -> None:
        self.problems: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self._cloud = cloud
        self._random = random.Random(seed)
        self._mutator = Mutator(self._random, tokens(cloud, webhook_token))
        self._goods = [good(route) for route in cloud.router.routes()]
        self._weights = [weight(found) for found in self._goods]
        self._watch = sqlite3.connect(cloud.home.database)
        self._state = state(self._watch)

    def run(self, count: int) -> None:
        for found in self._random.choices(self._goods, self._weights, k=count):
            self._send(found, self._mutator.request(found))
        # What was let in has to be good enough to be read.
        for found in self._goods:
            if found.route.method == "GET":
                self._send(found, self._mutator.plain(found))
        failed = [body for (_, _), body in self._state.items() if "met an internal error" in body]
        self.problems.update("an operation met an internal error" for _ in failed)
        self._watch.close()

    def _send(self, found: Good, request: Request) -> None:
        try:
            reply = self._cloud.router.handle(request)
            reply.encoded()
        except Exception as error:  # noqa: BLE001 -- that there is none is what is tested
            self._note(request, found, f"{type(error).__name__}: {_place(error)}")
            self._state = self._settled()
            return
        self.statuses[reply.status] += 1
        wrong = problem(found, reply)
        if wrong:
            self._note(request, found, f"{reply.status} {wrong}")
        self._compare(found, request, reply)

    def _compare(self, found: Good, request: Request, reply: Reply) -> None:
        before, self._state = self._state, self._settled()
        if reply.status >= 400 and before != self._state:
            changed = {key[0] for key in before.items() ^ self._state.items() for key in [key[0]]}
            self._note(request, found, f"{reply.status}, but it changed {sorted(changed)}")

    def _settled(self) -> Documents:
        join_workers()
        return state(self._watch)

    def _note(self, request: Request, found: Good, what: str) -> None:
        if what not in self.problems:
            asked = f"{found.route.operation}: {request.method} {request.path[:200]}"
            print(what, asked, str(request.query)[:300], request.body[:1500], sep="\n    ")  # noqa: T201 -- the first of each kind
        self.problems[what] += 1


def _place(error: Exception) -> str:
    """The innermost line of the local Azure in the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/rehearsal/" in frame.filename]
    frame = (own or frames)[-1]
    return f"{str(error)[:120]} at {frame.filename.rpartition('/rehearsal/')[2]}:{frame.lineno}"


def test_malformed_requests_are_refused_and_change_nothing(seeded: Seeded, tmp_path: Path) -> None:
    problems: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    for seed in range(WORLDS):
        cloud = seeded.start(tmp_path / str(seed))
        trial = Trial(cloud, seeded.webhook_token, seed)
        trial.run(REQUESTS // WORLDS)
        cloud.store.close()
        problems.update(trial.problems)
        statuses.update(trial.statuses)
    assert not problems, f"{len(problems)} problems; above is the first request of each: {problems}"
    accepted = sum(count for status, count in statuses.items() if status < 400)
    refused = statuses.total() - accepted
    assert min(accepted, refused) > REQUESTS / 4, f"too mild or too wild: {statuses}"

"""Sends bad requests to a local Azure, and notes what is wrong about the replies."""

from __future__ import annotations

import sqlite3
import traceback
from collections import Counter
from typing import TYPE_CHECKING

from tests.property.cloud.malformed.replies import problem
from tests.property.cloud.malformed.serving import served
from tests.support.arm import RecordingRuntime, join_workers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply, Request
    from tests.property.cloud.malformed.corpus import Good
    from tests.property.cloud.malformed.mutation import Mutator

# Codes and tokens are used up by the try, however it ends, as RFC 6749 and RFC 8628 want.
USED_UP = frozenset({"device-code", "authorization-code", "refresh-token"})
# One request in so many goes through the server's shell as well, which takes its time.
SERVED = 40
ERROR = 400

State = dict[tuple[str, str], str]


class Trial:
    """One local Azure, what it was sent, and what was wrong about its replies."""

    def __init__(self, cloud: Cloud, runtime: RecordingRuntime, mutator: Mutator) -> None:
        self.problems: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        """Of the replies to the requests that are malformed."""
        self.hit: Counter[str] = Counter()
        """How many malformed requests have reached a route, by method and pattern."""
        self._cloud = cloud
        self._runtime = runtime
        self._mutator = mutator
        self._watch = sqlite3.connect(cloud.home.database)
        self._state = self._settled()

    def send_malformed(self, goods: Iterable[Good]) -> None:
        """Send a bad version of each."""
        for number, found in enumerate(goods):
            request = self._mutator.request(found)
            if self._cloud.router.find(request)[0].operation == found.route.operation:
                self.hit[f"{found.route.method} {found.route.pattern}"] += 1
            reply = self._reply(found, request, through_server=number % SERVED == 0)
            if reply is not None:
                self.statuses[reply.status] += 1

    def read(self, goods: Iterable[Good]) -> None:
        """Send each as it is, since what was let in has to be good enough to be read."""
        for found in goods:
            self._reply(found, self._mutator.plain(found))
        failed = [text for text in self._state.values() if "met an internal error" in text]
        self.problems.update("an operation met an internal error" for _ in failed)
        self._watch.close()

    def _reply(
        self, found: Good, request: Request, *, through_server: bool = False
    ) -> Reply | None:
        try:
            if through_server:
                reply = served(self._cloud, request)
            else:
                reply = self._cloud.router.handle(request)
                reply.encoded()
        except Exception as error:  # noqa: BLE001 -- that there is none is what is tested
            self._note(request, found, f"{type(error).__name__}: {_place(error)}")
            self._state = self._settled()
            return None
        wrong = problem(found, reply)
        if wrong:
            self._note(request, found, f"{reply.status} {wrong}")
        self._compare(found, request, reply)
        return reply

    def _compare(self, found: Good, request: Request, reply: Reply) -> None:
        before, self._state = self._state, self._settled()
        if reply.status < ERROR:
            return
        changed = {key[0] for key, _ in before.items() ^ self._state.items()}
        if found.plane == "entra":
            changed -= USED_UP
        if changed:
            self._note(request, found, f"{reply.status}, but it changed {sorted(changed)}")

    def _settled(self) -> State:
        """All that is kept, and how often each thing was asked of the clusters' runtime."""
        join_workers()
        rows = self._watch.execute("SELECT kind, key, body FROM documents")
        runtime = self._runtime
        asked = {"ensure": runtime.ensured, "stop": runtime.stopped, "delete": runtime.deleted}
        return {
            **{(kind, key): body for kind, key, body in rows},
            **{("a cluster's runtime", name): str(len(calls)) for name, calls in asked.items()},
        }

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

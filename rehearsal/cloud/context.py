"""The one object that every plane of the local Azure gets: its state, its time, its identity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rehearsal.cloud.arm.operations import Operations
from rehearsal.cloud.requests import Handled, request_log

if TYPE_CHECKING:
    from collections import deque

    from rehearsal.cloud.aks.runtime import ClusterRuntime
    from rehearsal.cloud.clock import Clock
    from rehearsal.cloud.faults import Faults
    from rehearsal.cloud.graph.directory import Directory
    from rehearsal.cloud.keys import SigningKeys
    from rehearsal.cloud.store import Store
    from rehearsal.cloud.web import Router
    from rehearsal.home import Home


@dataclass
class Cloud:
    """A local Azure.

    The server makes one, seeds an empty store from world.yaml (`rehearsal.cloud.graph.seed` the
    directory, `rehearsal.cloud.arm.seed(cloud, world)` the subscription and its role assignments),
    calls `register(cloud)` of each plane, and at last `rehearsal.cloud.arm.resume(cloud)`.
    """

    store: Store
    clock: Clock
    home: Home
    origin: str
    """`https://localhost:PORT`, without a slash at its end; the same over restarts."""
    keys: SigningKeys
    directory: Directory
    runtime: ClusterRuntime
    router: Router
    faults: Faults
    """What goes wrong on purpose."""
    operations: Operations = field(default_factory=Operations)
    """ARM's long-running operations."""
    recent: deque[Handled] = field(default_factory=request_log)
    """The last requests, the newest at the end."""

"""A process that runs a cluster, for tests that kill it: HOME ORIGIN (started | ready)."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from rehearsal import toolchain
from rehearsal.cloud.aks.runtime_local import LocalRuntime
from rehearsal.home import Home
from tests.support.clusters import cluster_id, cluster_spec


def main() -> None:
    """Print the process ids of the components, at once or when the cluster is ready; then wait."""
    root, origin, when = sys.argv[1:]
    runtime = LocalRuntime(Home(Path(root)), toolchain.find(), origin)
    ensuring = threading.Thread(target=runtime.ensure, args=(cluster_spec(),), daemon=True)
    ensuring.start()
    if when == "ready":
        ensuring.join()
    while not any(runtime.process_ids(cluster_id()).values()):
        time.sleep(0.01)
    pids = list(runtime.process_ids(cluster_id()).values())
    sys.stdout.write(f"{json.dumps(pids)}\n")
    sys.stdout.flush()
    time.sleep(1000)


main()

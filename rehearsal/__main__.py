"""`python -m rehearsal`."""

from __future__ import annotations

import os
import sys

# gRPC reports every closed connection on stderr; it reads this when it is first imported.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

from rehearsal.cli import INTERRUPTED, main

status = main(sys.argv[1:])
if status == INTERRUPTED:
    sys.stdout.flush()
    # Python would wait for threads, and those for what a person no longer wants to wait for.
    os._exit(status)
sys.exit(status)

"""`python -m rehearsal`."""

from __future__ import annotations

import os
import sys

# gRPC reports every closed connection on stderr; it reads this when it is first imported.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

from rehearsal.cli import main

sys.exit(main(sys.argv[1:]))

"""The portal: pages that show what is in the tenant, to whoever asks why somebody cannot get in.

Open to anyone on this machine, without logging in: the local Azure listens on loopback only, the
accounts and passwords of its tenant stand in world.yaml for everybody to read, and no page shows a
secret, a key or a token. The pages only read. A web site that gets its own name resolved to
loopback (DNS rebinding) is refused by its Host header.
"""

from __future__ import annotations

from rehearsal.cloud.portal.plane import register

__all__ = ["register"]

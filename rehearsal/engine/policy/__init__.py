"""CrossGuard policy packs: the host that runs one, its configuration, what it is asked."""

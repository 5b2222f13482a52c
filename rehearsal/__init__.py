"""Everything needed to run the program on one machine: a local Azure, an engine, providers."""

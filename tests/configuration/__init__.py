"""The page of settings, docs/configuration.md: `python -m tests.configuration` writes it."""

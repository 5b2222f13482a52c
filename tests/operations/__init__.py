"""The table of operations, docs/operations.md: `python -m tests.operations` writes it."""

"""Runs that are killed on purpose: the program, its provider, the killer, and what is compared."""

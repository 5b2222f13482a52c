"""The workflows, and the program that checks them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rehearsal import toolchain, toolchain_build
from rehearsal.toolchain_progress import LineProgress

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def actionlint() -> Path:
    """The pinned actionlint, built once into the user's cache of tools."""
    binary = toolchain.actionlint()
    if not binary.path.exists():
        toolchain_build.build_binary(binary, LineProgress(sys.stderr))
    return binary.path

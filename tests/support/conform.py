"""The recorded provider `conform`, for runs that are no recordings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROVIDER = ROOT / "tests" / "conformance" / "provider"
"""Where its plugin is, and the module that programs import."""


def environment(folder: Path, *, plugins: Path = PROVIDER) -> dict[str, str]:
    """The environment of a run: of the engine, its program and its providers.

    Args:
        folder: Gets the provider's world, `world.json`, and the log of its calls, `calls.jsonl`.
        plugins: The directory of the plugin.
    """
    path = (plugins, Path(sys.executable).parent, os.environ["PATH"])
    return {
        **os.environ,
        "CONFORM_WORLD": str(folder / "world.json"),
        "CONFORM_LOG": str(folder / "calls.jsonl"),
        "PATH": os.pathsep.join(map(str, path)),
        "PYTHONPATH": os.pathsep.join(map(str, (PROVIDER, ROOT))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

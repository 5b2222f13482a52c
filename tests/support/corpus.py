"""Configurations that the program refuses, kept as data in tests/corpus."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.engine import yamls

FOLDER = Path(__file__).parents[1] / "corpus"


@dataclass(frozen=True)
class Case:
    """One bad configuration."""

    name: str
    """File, number and key."""
    config: dict[str, Any]
    """What a stack file has below `config` besides the least, keys without a prefix."""
    key: str
    """Where a problem is, without a prefix."""
    message: str
    """A part of what is said about it."""
    problems: int = 1
    """How many are told."""
    secret: list[str] = field(default_factory=list[str])
    """Keys whose values are secret."""
    full: bool = False
    """Whether the keys have prefixes of their own."""
    says: str = ""
    """The rule that is broken, as the documentation tells it."""


def cases() -> list[Case]:
    """Every case of every file, read as the engine reads a stack file."""
    return [
        Case(f"{file.stem} {index}: {each['key']}", **each)
        for file in sorted(FOLDER.glob("*.yaml"))
        for index, each in enumerate(yamls.read(file))
    ]

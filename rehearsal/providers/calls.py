"""What a provider is asked, and what it answers, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json


@dataclass(frozen=True)
class Call:
    """Which resource a call is about; `timeout_seconds` is 0 where the user set none."""

    urn: str
    id: str = ""
    timeout_seconds: float = 0
    preview: bool = False

    @property
    def type(self) -> str:
        """The type token, such as `azuread:index/group:Group`."""
        return self.urn.split("::")[2].rsplit("$", 1)[-1]

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True)
class Found:
    """An object that was read: its id, outputs, and the inputs that would make it."""

    id: str
    outputs: Json
    inputs: Json


@dataclass(frozen=True)
class Checked:
    """Inputs with their defaults, and what is wrong with them as (property or "", reason)."""

    inputs: Json
    failures: tuple[tuple[str, str], ...] = ()

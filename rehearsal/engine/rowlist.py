"""Rows in the order of a state, with the text of each kept as long as the row stays the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rehearsal.engine.state import Resource

_BLOCK_ROWS = 64
"""A change makes the text of one block anew; a snapshot of 5,000 rows then has 80 texts to write
instead of 5,000 to join."""


@dataclass
class _Block:
    rows: dict[int, Resource] = field(default_factory=dict[int, "Resource"])
    texts: dict[int, bytes] = field(default_factory=dict[int, bytes])
    joined: bytes | None = None


class RowList:
    """Rows in order, found by identity; `encode` makes the text of one."""

    def __init__(self, encode: Callable[[Resource], bytes]) -> None:
        self._encode = encode
        self._blocks: list[_Block] = []
        self._places: dict[int, int] = {}
        self._next = 0

    def __contains__(self, row: Resource) -> bool:
        return id(row) in self._places

    def __iter__(self) -> Iterator[Resource]:
        for block in self._blocks:
            yield from block.rows.values()

    def append(self, row: Resource) -> None:
        """Put a row behind the others."""
        index = self._next // _BLOCK_ROWS
        if index == len(self._blocks):
            self._blocks.append(_Block())
        self._set(self._next, row)
        self._next += 1

    def put(self, old: Resource, new: Resource | None) -> None:
        """Put `new` in the place of `old`, or take it out."""
        place = self._places.pop(id(old))
        if new is not None:
            self._set(place, new)
            return
        block = self._blocks[place // _BLOCK_ROWS]
        del block.rows[place]
        block.texts.pop(place, None)
        block.joined = None

    def _set(self, place: int, row: Resource) -> None:
        block = self._blocks[place // _BLOCK_ROWS]
        block.rows[place] = row
        block.texts.pop(place, None)
        block.joined = None
        self._places[id(row)] = place

    def pieces(self) -> Iterator[bytes]:
        """The texts of the rows, several in each piece, with commas between those of a piece."""
        for block in self._blocks:
            if block.joined is None:
                for place in block.rows.keys() - block.texts.keys():
                    block.texts[place] = self._encode(block.rows[place])
                block.joined = b",".join(block.texts[place] for place in block.rows)
            if block.rows:
                yield block.joined

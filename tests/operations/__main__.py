"""Write docs/operations.md."""

from __future__ import annotations

from tests.operations.table import DOCUMENT, document

DOCUMENT.write_text(document(), encoding="utf-8")

"""Write docs/configuration.md."""

from __future__ import annotations

from tests.configuration.page import PAGE, page

PAGE.write_text(page(), encoding="utf-8")

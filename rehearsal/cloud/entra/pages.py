"""The pages on which a person logs in."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

STYLE = (
    "body{font-family:sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem}"
    "label{display:block;margin-top:1rem}input{width:100%;padding:.5rem;box-sizing:border-box}"
    "button{margin-top:1.5rem;padding:.5rem 1.5rem}.error{color:#a00}"
)
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    # No scripts, nothing from elsewhere, in nobody's frame: the page takes passwords.
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
}


def message_page(title: str, text: str, status: int = 200) -> Reply:
    """A page that only says something."""
    return _page(title, f"<p>{html.escape(text)}</p>", status)


def form_page(
    title: str,
    fields: Mapping[str, str],
    *,
    hidden: Mapping[str, str] | None = None,
    buttons: Mapping[str, str] | None = None,
    error: str = "",
) -> Reply:
    """A page with a form that is posted back to its own address.

    Args:
        title: Heading.
        fields: Labels by field name; of `password` the text is not shown.
        hidden: Values by field name that go along unseen, or that a shown field starts with.
        buttons: Labels by the value that `action` gets.
        error: What was wrong with the last try.
    """
    values = hidden or {}
    parts = [f'<p class="error">{html.escape(error)}</p>'] if error else []
    for name, label in fields.items():
        kind = "password" if name == "password" else "text"
        value = html.escape(values.get(name, ""), quote=True)
        parts.append(
            f'<label>{html.escape(label)}<input name="{name}" type="{kind}" value="{value}"'
            f' autocomplete="off" required></label>'
        )
    for name, value in values.items():
        if name not in fields:
            shown = html.escape(value, quote=True)
            parts.append(f'<input type="hidden" name="{html.escape(name)}" value="{shown}">')
    for value, label in (buttons or {"login": "Sign in"}).items():
        # Declining must work without filling the fields in.
        skip = "" if value == "login" else " formnovalidate"
        parts.append(f'<button name="action" value="{value}"{skip}>{html.escape(label)}</button> ')
    form = f'<form method="post">{"".join(parts)}</form>'
    return _page(title, form, 400 if error else 200)


def _page(title: str, content: str, status: int) -> Reply:
    shown = html.escape(title)
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{shown}</title>'
        f"<style>{STYLE}</style></head><body><h1>{shown}</h1>{content}"
        "<p><small>Local Azure of a rehearsal. Accounts and passwords are in"
        " rehearsal/world.yaml.</small></p></body></html>"
    )
    return Reply(status, text.encode(), HEADERS)

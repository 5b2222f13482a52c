"""The pages on which a person logs in: readable and usable without a script, at any width."""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from rehearsal.cloud.web import CloudError, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rehearsal.cloud.web import Request

STYLE = (
    "body{margin:0;background:#f2f2f2;color:#1b1b1b;font:1rem/1.4 'Segoe UI',system-ui,sans-serif;"
    "overflow-wrap:anywhere}"
    "main{box-sizing:border-box;max-width:27.5rem;margin:8vh auto 0;padding:2rem;background:#fff;"
    "box-shadow:0 2px 6px #0003}"
    "@media(max-width:30rem){main{margin:0;padding:1.25rem;box-shadow:none}}"
    "h1{font-size:1.4rem;text-wrap:balance;font-weight:600;line-height:1.25;margin:0 0 .75rem}"
    "label{display:block;margin-top:1rem;font-weight:600}"
    "input{box-sizing:border-box;width:100%;margin-top:.25rem;padding:.5rem;font:inherit;"
    "border:1px solid #666;border-radius:2px}input[aria-invalid]{border-color:#a4262c}"
    "button{margin:1.5rem .5rem 0 0;padding:.5rem 1.5rem;font:inherit;border:1px solid #666;"
    "border-radius:2px;background:#fff;color:inherit;cursor:pointer}"
    "button.first{background:#0067b8;border-color:#0067b8;color:#fff}"
    ":focus-visible{outline:3px solid #0067b8;outline-offset:2px}"
    ".error{color:#a4262c;font-weight:600}footer{max-width:27.5rem;margin:1rem auto;"
    "padding:0 1.25rem;font-size:.8rem;color:#505050}"
)
SUBMIT = "document.forms[0].submit()"
_SUBMIT_DIGEST = base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    # Nothing from elsewhere, in nobody's frame: the page takes passwords. The one script is ours.
    "content-security-policy": (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_SUBMIT_DIGEST}';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    # Its address has the client's state.
    "referrer-policy": "same-origin",
}


@dataclass(frozen=True)
class Field:
    """A field to fill in; `value` is what it starts with."""

    name: str
    label: str
    kind: Literal["text", "password"] = "text"
    autocomplete: str = "off"
    value: str = ""


@dataclass(frozen=True)
class Mistake:
    """What was wrong with the last try, and in which field."""

    text: str
    field: str


def message_page(title: str, text: str, status: int = 200) -> Reply:
    """A page that only says something."""
    return _page(title, f"<p>{html.escape(text)}</p>", status)


def form_page(  # noqa: PLR0913 -- each is one part of the page
    title: str,
    text: str,
    fields: Sequence[Field],
    buttons: Mapping[str, str],
    *,
    hidden: Mapping[str, str],
    mistake: Mistake | None = None,
) -> Reply:
    """A page with a form that is posted back to its own address.

    Args:
        title: Heading.
        text: What this is about.
        fields: To fill in; the cursor starts in the wrong one, else in the first empty one.
        buttons: Labels by the value that `action` gets; Enter presses the first, and the others
            work without filling anything in.
        hidden: Values by field name that go along unseen.
        mistake: What was wrong with the last try; the page then has status 400.
    """
    empty = [field.name for field in fields if not field.value]
    focus = mistake.field if mistake else (empty or [fields[-1].name])[0]
    parts = [f"<p>{html.escape(text)}</p>"]
    if mistake:
        parts.append(f'<p class="error" id="error" role="alert">{html.escape(mistake.text)}</p>')
    parts += [_field(field, focus, mistake) for field in fields]
    parts += [_hidden(name, value) for name, value in hidden.items()]
    for number, (action, label) in enumerate(buttons.items()):
        kind = " formnovalidate" if number else ' class="first"'
        parts.append(f'<button name="action" value="{action}"{kind}>{html.escape(label)}</button>')
    return _page(title, f'<form method="post">{"".join(parts)}</form>', 400 if mistake else 200)


def posting_page(address: str, values: Mapping[str, str]) -> Reply:
    """A page that posts the values to another address by itself, or at the press of a button."""
    fields = "".join(_hidden(name, value) for name, value in values.items())
    form = (
        f'<form method="post" action="{html.escape(address, quote=True)}">{fields}'
        f'<button class="first">Continue</button></form><script>{SUBMIT}</script>'
    )
    return _page("Going back to the application", form, 200)


def require_own_page(request: Request) -> None:
    """Let a form pass only if no page of another site has sent it.

    Browsers say who sends a form, and pages cannot make them lie; clients that are no browsers say
    nothing, and can be led astray by no page.

    Raises:
        CloudError: another site has sent it.
    """
    headers = request.headers
    site = headers.get("sec-fetch-site")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        origin = headers.get("origin")
        own = origin is None or _host_of(origin) == headers.get("host")
    if not own:
        text = (
            "Another site has sent this form. Open the page from your application, and try again."
        )
        raise CloudError(message_page("This sign-in was stopped", text, 403))


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _field(field: Field, focus: str, mistake: Mistake | None) -> str:
    more = ' autocapitalize="off" spellcheck="false"' if field.kind == "text" else ""
    if field.name == focus:
        more += " autofocus"
    if mistake and mistake.field == field.name:
        more += ' aria-invalid="true" aria-describedby="error"'
    return (
        f'<label for="{field.name}">{html.escape(field.label)}</label>'
        f'<input id="{field.name}" name="{field.name}" type="{field.kind}"'
        f' value="{html.escape(field.value, quote=True)}" autocomplete="{field.autocomplete}"'
        f" required{more}>"
    )


def _hidden(name: str, value: str) -> str:
    shown = html.escape(value, quote=True)
    return f'<input type="hidden" name="{html.escape(name, quote=True)}" value="{shown}">'


def _page(title: str, content: str, status: int) -> Reply:
    shown = html.escape(title)
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{shown}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{shown}</h1>{content}</main>"
        "<footer>Local Azure of a rehearsal: what is typed here stays on this machine. Accounts,"
        " passwords and codes are in rehearsal/world.yaml.</footer></body></html>"
    )
    return Reply(status, text.encode(errors="replace"), HEADERS)

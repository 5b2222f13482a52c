"""From a template to a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from rehearsal.cloud.entra.pages import HEADERS
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.directory import PrincipalKind

ROOT = "/_portal"
_FOLDERS: dict[PrincipalKind, str] = {
    "User": "users",
    "Group": "groups",
    "ServicePrincipal": "servicePrincipals",
}


def principal_address(kind: PrincipalKind, object_id: str) -> str:
    """The page of a user, group or service principal."""
    return f"{ROOT}/{_FOLDERS[kind]}/{quote(object_id, safe='')}"


def resource_address(resource_id: str) -> str:
    """The page of a resource group or a resource; that of a subscription is the overview."""
    is_below = len(resource_id.strip("/").split("/")) > len(("subscriptions", "id"))
    return f"{ROOT}/resources{quote(resource_id)}" if is_below else "/"


_TEMPLATES = Environment(
    loader=PackageLoader(__package__ or ""),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
cast("dict[str, Any]", _TEMPLATES.globals).update(
    root=ROOT, principal_address=principal_address, resource_address=resource_address
)


def page(template: str, status: int = 200, **shown: Any) -> Reply:
    """The page that a template of `templates/` makes of what it is to show."""
    return Reply(
        status, _TEMPLATES.get_template(template).render(shown).encode(errors="replace"), HEADERS
    )


def missing(what: str, name: str) -> Reply:
    """The page for something that is not there."""
    text = f"There is no {what} {name} in this tenant; it may have been deleted."
    return page("message.html", 404, title="Not found", text=text)

"""The routes of the portal: `/` and what is below `/_portal/`, a name that no API of Azure has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rehearsal.cloud.portal import directory_pages, resource_pages
from rehearsal.cloud.portal.render import ROOT, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply, Request

    Page = Callable[[Cloud, Request], Reply]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")

_PAGES: tuple[tuple[str, str, Page], ...] = (
    ("/", "Overview", resource_pages.overview),
    (f"{ROOT}/groups", "Groups", directory_pages.groups),
    (f"{ROOT}/groups/{{id}}", "Group", directory_pages.group),
    (f"{ROOT}/users", "Users", directory_pages.users),
    (f"{ROOT}/users/{{id}}", "User", directory_pages.user),
    (f"{ROOT}/servicePrincipals", "ServicePrincipals", directory_pages.service_principals),
    (f"{ROOT}/servicePrincipals/{{id}}", "ServicePrincipal", directory_pages.service_principal),
    (f"{ROOT}/resources{{id*}}", "Resource", resource_pages.resource),
    (f"{ROOT}/roleAssignments", "RoleAssignments", resource_pages.role_assignments),
    (f"{ROOT}/providers", "Providers", resource_pages.registrations),
    (f"{ROOT}/requests", "Requests", resource_pages.requests),
)


def register(cloud: Cloud) -> None:
    """Add the portal's routes."""
    for pattern, name, show in _PAGES:
        for method in ("GET", "HEAD"):
            cloud.router.add(method, pattern, f"Portal_{name}", partial(_answer, cloud, show))


def _answer(cloud: Cloud, show: Page, request: Request) -> Reply:
    if not _is_own_host(request.headers.get("host", "")):
        text = f"This is the local Azure at {cloud.origin}; open it by that name."
        return page("message.html", 421, title="Another host", text=text)
    return show(cloud, request)


def _is_own_host(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _LOOPBACK
    except ValueError:
        return False

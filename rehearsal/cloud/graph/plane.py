"""The routes of Microsoft Graph, each under /v1.0 and /beta."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rehearsal.cloud.graph import (
    app_roles,
    applications,
    batch,
    collections,
    directory_objects,
    federated,
    groups,
    invitations,
    membership,
    recycle_bin,
    references,
    users,
)
from rehearsal.cloud.graph.call import VERSIONS, Call, begin
from rehearsal.cloud.graph.navigation import OF_KIND
from rehearsal.cloud.graph.options import read_options
from rehearsal.cloud.graph.pages import SETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.call import Version
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.graph.relations import Relation
    from rehearsal.cloud.web import Reply, Request

    Handler = Callable[[Call], Reply]
    Row = tuple[str, str, str, Handler]

PATHS: dict[ObjectKind, tuple[str, ...]] = {
    "User": ("/me", "/users('{id}')", "/users/{id}"),
    "Group": ("/groups/{id}",),
    "ServicePrincipal": ("/servicePrincipals(appId='{appid}')", "/servicePrincipals/{id}"),
    "Application": ("/applications(appId='{appid}')", "/applications/{id}"),
}
"""How the routes name one object of a kind; those of the same operations come first to last."""

CREATE: dict[ObjectKind, Handler] = {
    "User": users.create_user,
    "Group": groups.create_group,
    "ServicePrincipal": applications.create_service_principal,
    "Application": applications.create_application,
}
UPDATE: dict[ObjectKind, Handler] = {
    "User": users.update_user,
    "Group": groups.update_group,
    "ServicePrincipal": partial(applications.update, kind="ServicePrincipal"),
    "Application": partial(applications.update, kind="Application"),
}
DELETE: dict[ObjectKind, Handler] = {
    "User": users.delete_user,
    "Group": groups.delete_group,
    "ServicePrincipal": partial(applications.delete, kind="ServicePrincipal"),
    "Application": partial(applications.delete, kind="Application"),
}
LINKED: dict[ObjectKind, tuple[Relation, ...]] = {
    "Group": ("members", "owners"),
    "ServicePrincipal": ("owners",),
    "Application": ("owners",),
}
"""Relations that can be changed by reference."""


def register(cloud: Cloud) -> None:
    """Add Graph's routes."""
    for version in VERSIONS:
        for method, pattern, operation, handler in _rows():
            route = partial(_authenticated, cloud, version, handler)
            cloud.router.add(method, f"/{version}{pattern}", operation, route)


def _authenticated(cloud: Cloud, version: Version, handler: Handler, request: Request) -> Reply:
    call = begin(cloud, request, version)
    # Options that cannot be obeyed are refused before anything is changed.
    read_options(call)
    return handler(call)


def _rows() -> Iterator[Row]:
    yield "POST", "/$batch", "Batch", batch.run_batch
    yield "GET", "/organization", "Organization_List", directory_objects.organization
    yield "POST", "/directoryObjects/getByIds", "Objects_GetByIds", directory_objects.get_by_ids
    yield "GET", "/directoryObjects/{id}", "Objects_Get", directory_objects.get_object
    yield "POST", "/invitations", "Invitations_Create", invitations.invite
    yield from _deleted_rows()
    for kind in PATHS:
        yield from _kind_rows(kind)
    yield from _membership_rows("/directoryObjects/{id}", "Object", None)


def _kind_rows(kind: ObjectKind) -> Iterator[Row]:
    path, name = f"/{SETS[kind]}", f"{SETS[kind][0].upper()}{SETS[kind][1:]}"
    listed = partial(collections.list_all, kind=kind)
    yield "GET", path, f"{name}_List", listed
    yield "GET", f"{path}/$count", f"{name}_Count", listed
    yield "POST", path, f"{name}_Create", CREATE[kind]
    for one in PATHS[kind]:
        yield "GET", one, f"{name}_Get", partial(collections.get_one, kind=kind)
        yield "PATCH", one, f"{name}_Update", UPDATE[kind]
        yield "DELETE", one, f"{name}_Delete", DELETE[kind]
        for navigation in OF_KIND[kind]:
            yield from _navigation_rows(one, name, kind, navigation)
        for relation in LINKED.get(kind, ()):
            yield from _link_rows(f"{one}/{relation}", f"{name}_{relation}", kind, relation)
        if kind == "User":
            yield from _password_rows(one, name)
        if kind in ("Application", "ServicePrincipal"):
            yield from _secret_rows(one, name, kind)
        if kind == "ServicePrincipal":
            yield from _grant_rows(f"{one}/appRoleAssignments", name)
        if kind == "Application":
            yield from _federated_rows(f"{one}/federatedIdentityCredentials", name)
        else:
            yield from _question_rows(one, name, kind)


def _navigation_rows(
    path: str, name: str, kind: ObjectKind | None, navigation: str
) -> Iterator[Row]:
    listed = partial(references.list_related, kind=kind, navigation=navigation)
    links = partial(references.list_links, kind=kind, navigation=navigation)
    whole, operation = f"{path}/{navigation}", f"{name}_{navigation}"
    yield "GET", whole, f"{operation}_List", listed
    yield "GET", f"{whole}/$ref", f"{operation}_ListRef", links
    yield "GET", f"{whole}/$count", f"{operation}_Count", listed
    yield "GET", f"{whole}/{{cast}}", f"{operation}_ListOfType", listed
    yield "GET", f"{whole}/{{cast}}/$count", f"{operation}_CountOfType", listed


def _link_rows(path: str, name: str, kind: ObjectKind, relation: Relation) -> Iterator[Row]:
    add = partial(references.add_link, kind=kind, relation=relation)
    remove = partial(references.remove_link, kind=kind, relation=relation)
    yield "POST", f"{path}/$ref", f"{name}_AddRef", add
    yield "DELETE", f"{path}/{{object}}/$ref", f"{name}_RemoveRef", remove


def _password_rows(path: str, name: str) -> Iterator[Row]:
    yield "POST", f"{path}/revokeSignInSessions", f"{name}_RevokeSessions", users.revoke_sessions
    if path == "/me":
        yield "POST", f"{path}/changePassword", f"{name}_ChangePassword", users.change_password


def _secret_rows(path: str, name: str, kind: applications.Kind) -> Iterator[Row]:
    add = partial(applications.add_password, kind=kind)
    remove = partial(applications.remove_password, kind=kind)
    yield "POST", f"{path}/addPassword", f"{name}_AddPassword", add
    yield "POST", f"{path}/removePassword", f"{name}_RemovePassword", remove


def _grant_rows(path: str, name: str) -> Iterator[Row]:
    operation = f"{name}_AppRoleAssignments"
    yield "GET", path, f"{operation}_List", app_roles.list_assignments
    yield "POST", path, f"{operation}_Create", app_roles.create_assignment
    yield "DELETE", f"{path}/{{assignment}}", f"{operation}_Delete", app_roles.delete_assignment


def _federated_rows(path: str, name: str) -> Iterator[Row]:
    operation = f"{name}_FederatedCredentials"
    yield "GET", path, f"{operation}_List", federated.list_credentials
    yield "POST", path, f"{operation}_Create", federated.create_credential
    yield "GET", f"{path}/{{credential}}", f"{operation}_Get", federated.get_credential
    yield "PATCH", f"{path}/{{credential}}", f"{operation}_Update", federated.update_credential
    yield "DELETE", f"{path}/{{credential}}", f"{operation}_Delete", federated.delete_credential


def _membership_rows(path: str, name: str, kind: ObjectKind | None) -> Iterator[Row]:
    for navigation in sorted(references.UP):
        yield from _navigation_rows(path, name, kind, navigation)
    yield from _question_rows(path, name, kind)


def _question_rows(path: str, name: str, kind: ObjectKind | None) -> Iterator[Row]:
    groups_of = partial(membership.get_member_groups, kind=kind)
    for segment, handler in (
        ("getMemberGroups", groups_of),
        ("getMemberObjects", groups_of),
        ("checkMemberGroups", partial(membership.check_member_groups, kind=kind)),
        ("checkMemberObjects", partial(membership.check_member_objects, kind=kind)),
    ):
        yield "POST", f"{path}/{segment}", f"{name}_{segment}", handler


def _deleted_rows() -> Iterator[Row]:
    path, name = "/directory/deletedItems", "DeletedItems"
    for namespace in ("microsoft.graph", "graph"):
        yield "GET", f"{path}/{namespace}.{{type}}", f"{name}_List", recycle_bin.list_deleted
    yield "GET", f"{path}/{{id}}", f"{name}_Get", recycle_bin.get_deleted
    yield "DELETE", f"{path}/{{id}}", f"{name}_Delete", recycle_bin.purge_deleted
    yield "POST", f"{path}/{{id}}/restore", f"{name}_Restore", recycle_bin.restore_deleted

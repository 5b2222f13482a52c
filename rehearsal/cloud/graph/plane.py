"""The routes of Microsoft Graph, each under /v1.0 and /beta."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rehearsal.cloud.graph import (
    applications,
    directory_objects,
    groups,
    membership,
    references,
    users,
)
from rehearsal.cloud.graph.call import VERSIONS, Call, begin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.call import Version
    from rehearsal.cloud.graph.directory import ObjectKind, Relation
    from rehearsal.cloud.web import Reply, Request

    Row = tuple[str, str, str, Callable[[Call], Reply]]


def register(cloud: Cloud) -> None:
    """Add Graph's routes."""
    for version in VERSIONS:
        for method, pattern, operation, handler in _rows():
            route = partial(_authenticated, cloud, version, handler)
            cloud.router.add(method, f"/{version}{pattern}", operation, route)


def _authenticated(
    cloud: Cloud, version: Version, handler: Callable[[Call], Reply], request: Request
) -> Reply:
    return handler(begin(cloud, request, version))


def _rows() -> Iterator[Row]:
    yield "GET", "/me", "Me_Get", users.get_me
    yield "GET", "/me/ownedObjects", "Me_ListOwnedObjects", users.owned_by_me
    yield "GET", "/organization", "Organization_List", directory_objects.organization
    yield "POST", "/directoryObjects/getByIds", "Objects_GetByIds", directory_objects.get_by_ids
    yield "GET", "/directoryObjects/{id}", "Objects_Get", directory_objects.get_object
    yield from _group_rows()
    yield from _user_rows()
    yield from _application_rows()
    yield from _membership_rows("/me", None)
    yield from _membership_rows("/directoryObjects/{id}", None)
    yield from _membership_rows("/groups/{id}", "Group")
    yield from _membership_rows("/users/{id}", "User")
    yield from _membership_rows("/servicePrincipals/{id}", "ServicePrincipal")


def _group_rows() -> Iterator[Row]:
    yield "GET", "/groups", "Groups_List", groups.list_groups
    yield "POST", "/groups", "Groups_Create", groups.create_group
    yield "GET", "/groups/{id}", "Groups_Get", groups.get_group
    yield "PATCH", "/groups/{id}", "Groups_Update", groups.update_group
    yield "DELETE", "/groups/{id}", "Groups_Delete", groups.delete_group
    yield from _reference_rows("/groups/{id}", "Group", "members")
    yield from _reference_rows("/groups/{id}", "Group", "owners")
    all_members = partial(
        references.list_related, kind="Group", relation="members", transitive=True
    )
    path = "/groups/{id}/transitiveMembers"
    yield "GET", path, "Groups_ListTransitiveMembers", all_members
    yield "GET", f"{path}/{{cast}}", "Groups_ListTransitiveMembersOfType", all_members


def _user_rows() -> Iterator[Row]:
    yield "GET", "/users", "Users_List", users.list_users
    yield "POST", "/users", "Users_Create", users.create_user
    yield "GET", "/users/{id}", "Users_Get", users.get_user
    yield "PATCH", "/users/{id}", "Users_Update", users.update_user
    yield "DELETE", "/users/{id}", "Users_Delete", users.delete_user


def _application_rows() -> Iterator[Row]:
    yield "POST", "/applications", "Applications_Create", applications.create_application
    yield (
        "POST",
        "/servicePrincipals",
        "ServicePrincipals_Create",
        applications.create_service_principal,
    )
    kinds: tuple[tuple[str, applications.Kind], ...] = (
        ("applications", "Application"),
        ("servicePrincipals", "ServicePrincipal"),
    )
    for path, kind in kinds:
        name = f"{path[0].upper()}{path[1:]}"
        yield "GET", f"/{path}", f"{name}_List", partial(applications.list_all, kind=kind)
        for one in (f"/{path}(appId='{{appid}}')", f"/{path}/{{id}}"):
            yield "GET", one, f"{name}_Get", partial(applications.get_one, kind=kind)
            yield "PATCH", one, f"{name}_Update", partial(applications.update, kind=kind)
            yield "DELETE", one, f"{name}_Delete", partial(applications.delete, kind=kind)
            yield (
                "POST",
                f"{one}/addPassword",
                f"{name}_AddPassword",
                partial(applications.add_password, kind=kind),
            )
            yield (
                "POST",
                f"{one}/removePassword",
                f"{name}_RemovePassword",
                partial(applications.remove_password, kind=kind),
            )
        yield from _reference_rows(f"/{path}/{{id}}", kind, "owners")


def _reference_rows(path: str, kind: ObjectKind, relation: Relation) -> Iterator[Row]:
    name = f"{kind}_{relation}"
    listed = partial(references.list_related, kind=kind, relation=relation)
    links = partial(references.list_links, kind=kind, relation=relation)
    yield "GET", f"{path}/{relation}", f"{name}_List", listed
    yield "GET", f"{path}/{relation}/$ref", f"{name}_ListRef", links
    yield "GET", f"{path}/{relation}/{{cast}}", f"{name}_ListOfType", listed
    add = partial(references.add_link, kind=kind, relation=relation)
    yield "POST", f"{path}/{relation}/$ref", f"{name}_AddRef", add
    remove = partial(references.remove_link, kind=kind, relation=relation)
    yield "DELETE", f"{path}/{relation}/{{object}}/$ref", f"{name}_RemoveRef", remove


def _membership_rows(path: str, kind: ObjectKind | None) -> Iterator[Row]:
    name = kind or "Object"
    direct = partial(membership.member_of, kind=kind)
    everything = partial(membership.member_of, kind=kind, transitive=True)
    for segment, handler in (("memberOf", direct), ("transitiveMemberOf", everything)):
        yield "GET", f"{path}/{segment}", f"{name}_{segment}", handler
        yield "GET", f"{path}/{segment}/{{cast}}", f"{name}_{segment}OfType", handler
    groups_of = partial(membership.get_member_groups, kind=kind)
    for segment in ("getMemberGroups", "getMemberObjects"):
        yield "POST", f"{path}/{segment}", f"{name}_{segment}", groups_of
    check = partial(membership.check_member_groups, kind=kind)
    yield "POST", f"{path}/checkMemberGroups", f"{name}_checkMemberGroups", check

"""The pages of Entra: groups, users, service principals, and what each of them reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.entra.federation import KIND as FEDERATED
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.portal.access import cluster_access, clusters, held
from rehearsal.cloud.portal.membership import by_name, member_tree, memberships
from rehearsal.cloud.portal.render import missing, page

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.directory import ObjectKind, PrincipalKind
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Reply, Request


def groups(cloud: Cloud, _request: Request) -> Reply:
    """All groups."""
    rows = [
        (group, cloud.directory.members(group["id"]))
        for group in sorted(cloud.directory.all("Group"), key=by_name)
    ]
    return page("groups.html", rows=rows)


def group(cloud: Cloud, request: Request) -> Reply:
    """A group: its members, the groups and roles it has, the clusters it is an admin group of."""
    object_id = request.params["id"]
    document = cloud.directory.get("Group", object_id)
    if document is None:
        return missing("group", object_id)
    return page(
        "group.html",
        group=document,
        members=member_tree(cloud.directory, object_id),
        owners=[cloud.directory.principal(owner) for owner in cloud.directory.owners(object_id)],
        memberships=memberships(cloud.directory, object_id),
        held=held(cloud, object_id),
        administered=[row for row in clusters(cloud) if object_id.lower() in _admin_groups(row)],
    )


def _admin_groups(cluster: Json) -> list[str]:
    entra: Json = cluster["properties"].get("aadProfile") or {}
    return [group_id.lower() for group_id in entra.get("adminGroupObjectIDs") or ()]


def users(cloud: Cloud, _request: Request) -> Reply:
    """All users."""
    rows = sorted(cloud.directory.all("User"), key=by_name)
    return page("users.html", rows=rows)


def user(cloud: Cloud, request: Request) -> Reply:
    """A user: groups, roles, and what lets them into each cluster."""
    return _principal(cloud, "User", request.params["id"])


def service_principals(cloud: Cloud, _request: Request) -> Reply:
    """All service principals, those of this tenant first."""
    tenant_id = cloud.directory.tenant().id
    rows = cloud.directory.all("ServicePrincipal")
    rows.sort(key=lambda row: (row["appOwnerOrganizationId"] != tenant_id, by_name(row)))
    return page("service_principals.html", rows=rows, tenant_id=tenant_id)


def service_principal(cloud: Cloud, request: Request) -> Reply:
    """A service principal: as a user, and when its credentials expire."""
    return _principal(cloud, "ServicePrincipal", request.params["id"])


def _principal(cloud: Cloud, kind: PrincipalKind, object_id: str) -> Reply:
    document = cloud.directory.get(kind, object_id)
    principal = cloud.directory.principal(object_id)
    if document is None or principal is None:
        return missing("user" if kind == "User" else "service principal", object_id)
    return page(
        "principal.html",
        principal=principal,
        document=document,
        memberships=memberships(cloud.directory, object_id),
        held=held(cloud, object_id),
        access=cluster_access(cloud, principal),
        credentials=_credentials(cloud, principal.app_id) if principal.app_id else [],
        permissions=sorted(cloud.directory.permissions(object_id)),
        directory_roles=sorted(cloud.directory.directory_roles(object_id)),
        now=wire_time(cloud.clock.now()),
    )


def _credentials(cloud: Cloud, app_id: str) -> list[tuple[str, str, str, str]]:
    """(kind, name, which, end) of each credential of an application; never a secret's text."""
    kinds: tuple[ObjectKind, ...] = ("Application", "ServicePrincipal")
    certificates: list[Json] = [
        row
        for kind in kinds
        for document in cloud.directory.all(kind)
        if document["appId"] == app_id
        for row in document["keyCredentials"]
    ]
    secrets = Credentials(cloud.store, cloud.clock).shown(app_id)
    own = [("Secret", row) for row in secrets] + [("Certificate", row) for row in certificates]
    federated = [row for _, row in cloud.store.all(FEDERATED, f"{app_id.lower()}/")]
    return [
        *((kind, *_texts(row, "displayName", "keyId", "endDateTime")) for kind, row in own),
        *(("Federated identity", *_texts(row, "issuer", "subject", "")) for row in federated),
    ]


def _texts(row: Json, *names: str) -> tuple[str, str, str]:
    """Three members of a credential; of what a client left out, an empty text."""
    first, second, third = (str(row.get(name) or "") for name in names)
    return first, second, third

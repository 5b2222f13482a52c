"""The pages of Azure: subscription, groups, clusters, role assignments, registrations, requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.cloud.aks.resource_document import TYPE as CLUSTER
from rehearsal.cloud.arm import features, providers
from rehearsal.cloud.arm.deployments_record import DEPLOYMENTS
from rehearsal.cloud.arm.dispatch import SUBSCRIPTIONS
from rehearsal.cloud.arm.resources import GROUPS, RESOURCES, resources_in
from rehearsal.cloud.portal.access import assignments, clusters, reaching
from rehearsal.cloud.portal.membership import member_tree
from rehearsal.cloud.portal.render import missing, page

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.requests import Handled
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Reply, Request

_OWN_PAGES = ("/_portal", "/_local")


def overview(cloud: Cloud, _request: Request) -> Reply:
    """The tenant at a glance."""
    kinds = ("Group", "User", "ServicePrincipal")
    return page(
        "overview.html",
        tenant=cloud.directory.tenant(),
        origin=cloud.origin,
        subscriptions=[row for _, row in cloud.store.all(SUBSCRIPTIONS)],
        groups=[(row, resources_in(cloud, row["id"])) for _, row in cloud.store.all(GROUPS)],
        clusters=clusters(cloud),
        counts={kind: len(cloud.directory.all(kind)) for kind in kinds},
        assignments=assignments(cloud),
        faults=cloud.faults.describe(),
        requests=_requests(cloud)[:10],
    )


def resource(cloud: Cloud, request: Request) -> Reply:
    """A resource group or a resource; of a cluster, who gets in as well."""
    given = request.params["id"].rstrip("/")
    document = cloud.store.get(RESOURCES, given.lower()) or cloud.store.get(GROUPS, given.lower())
    if document is None:
        return missing("resource", given)
    shown: dict[str, Any] = {
        "resource": document,
        "contents": [row for row in resources_in(cloud, given) if row["id"] != document["id"]],
        "deployments": [
            row["document"]
            for key, row in cloud.store.all(DEPLOYMENTS, f"{given.lower()}/")
            if key.startswith(f"{given.lower()}/providers/microsoft.resources/")
        ],
        "assignments": reaching(cloud, given),
    }
    if document["type"] != CLUSTER:
        return page("resource.html", **shown)
    entra: Json = document["properties"].get("aadProfile") or {}
    ids: list[str] = entra.get("adminGroupObjectIDs") or []
    admins = [
        (group_id, cloud.directory.principal(group_id), member_tree(cloud.directory, group_id))
        for group_id in ids
    ]
    return page("cluster.html", **shown, entra=entra, admins=admins)


def role_assignments(cloud: Cloud, _request: Request) -> Reply:
    """All role assignments."""
    return page("role_assignments.html", assignments=assignments(cloud))


def registrations(cloud: Cloud, _request: Request) -> Reply:
    """The states of resource providers and preview features in each subscription."""
    rows = [
        (
            subscription,
            providers.states(cloud, subscription["subscriptionId"]),
            features.states(cloud, subscription["subscriptionId"]),
        )
        for _, subscription in cloud.store.all(SUBSCRIPTIONS)
    ]
    return page("providers.html", rows=rows)


def requests(cloud: Cloud, _request: Request) -> Reply:
    """The last requests, the newest first, and the faults in force."""
    return page("requests.html", requests=_requests(cloud), faults=cloud.faults.describe())


def _requests(cloud: Cloud) -> list[tuple[Handled, Principal | None]]:
    """What clients have asked, and who; not what these pages and the command line have."""
    rows = [
        row
        for row in reversed(list(cloud.recent))
        if row.path not in {"/", "/favicon.ico"} and not row.path.startswith(_OWN_PAGES)
    ]
    find = cloud.directory
    callers = {
        caller: find.find_by_upn(caller) or find.find_by_app_id(caller) or find.principal(caller)
        for caller in {row.caller for row in rows}
        if caller
    }
    return [(row, callers.get(row.caller)) for row in rows]

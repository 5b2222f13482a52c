"""Tenants, subscriptions and their locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm import authorization
from rehearsal.cloud.arm.dispatch import SUBSCRIPTIONS
from rehearsal.cloud.arm.locations import REGIONS
from rehearsal.cloud.arm.scopes import covers
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

_READ = "Microsoft.Resources/subscriptions/read"


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    one = "/subscriptions/{subscription}"
    routes.add("GET", "/tenants", "Tenants_List", _tenants)
    routes.add("GET", "/subscriptions", "Subscriptions_List", _list)
    routes.add("GET", one, "Subscriptions_Get", _get)
    routes.add("GET", f"{one}/locations", "Subscriptions_ListLocations", _locations)


def put(cloud: Cloud, *, subscription_id: str, display_name: str, tenant_id: str) -> None:
    """Write a subscription."""
    document: Json = {
        "id": f"/subscriptions/{subscription_id}",
        "subscriptionId": subscription_id,
        "displayName": display_name,
        "state": "Enabled",
        "tenantId": tenant_id,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }
    cloud.store.put(SUBSCRIPTIONS, subscription_id.lower(), document)


def tenant_of(cloud: Cloud, subscription_id: str) -> str:
    """The tenant of a subscription that exists."""
    document = cloud.store.get(SUBSCRIPTIONS, subscription_id.lower())
    if document is None:
        raise KeyError(subscription_id)
    return document["tenantId"]


def _tenants(call: Call) -> Reply:
    tenant = call.cloud.directory.tenant()
    row = {
        "id": f"/tenants/{tenant.id}",
        "tenantId": tenant.id,
        "displayName": tenant.display_name,
        "defaultDomain": tenant.domain,
        "domains": [tenant.domain],
        "tenantCategory": "Home",
        "countryCode": None,
        "tenantType": "AAD",
    }
    return Reply(200, {"value": [row]})


def _list(call: Call) -> Reply:
    rows = [row for _, row in call.cloud.store.all(SUBSCRIPTIONS) if _is_seen(call, row["id"])]
    return Reply(200, {"value": rows, "count": {"type": "Total", "value": len(rows)}})


def _get(call: Call) -> Reply:
    scope = f"/subscriptions/{call.param('subscription')}"
    if not _is_seen(call, scope):
        call.require(_READ, scope)
    return Reply(200, call.cloud.store.get(SUBSCRIPTIONS, call.param("subscription").lower()))


def _locations(call: Call) -> Reply:
    scope = f"/subscriptions/{call.param('subscription')}"
    if not _is_seen(call, scope):
        call.require("Microsoft.Resources/subscriptions/locations/read", scope)
    rows = [
        {
            "id": f"{scope}/locations/{name}",
            "name": name,
            "type": "Region",
            "displayName": display_name,
            "regionalDisplayName": display_name,
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        }
        for name, display_name in REGIONS.items()
    ]
    return Reply(200, {"value": rows})


def _is_seen(call: Call, scope: str) -> bool:
    """Whether the caller has any role at the subscription or at anything in it.

    So a person with one role on one cluster finds the subscription when logging in with az.
    """
    own = authorization.identities(call.cloud, call.caller.object_id)
    return any(
        grant.principal_id.lower() in own
        and (covers(scope, grant.scope) or covers(grant.scope, scope))
        for grant in authorization.grants(call.cloud)
    )

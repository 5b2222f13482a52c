"""Good requests, one for each route, which the generator then makes bad."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from rehearsal.cloud.aks.runtime import cluster_key
from rehearsal.cloud.faults_rules import plane_of
from rehearsal.cloud.world import made_up_id
from tests.property.cloud.malformed.bodies import (
    APPLICATION,
    AUTHORIZE,
    BODIES,
    CLUSTER,
    ENDINGS,
    GUID,
    LOG_IN,
    USER,
)
from tests.support.arm import SUBSCRIPTION, WORLD
from tests.support.identity import SG_PAYMENTS

if TYPE_CHECKING:
    from rehearsal.cloud.web import Route

# What stands for a parameter of a path, by the segment before it, else by the parameter's name.
_BEFORE = {
    "userassignedidentities": "id-a",
    "workspaces": "ws-a",
    "roleassignments": GUID,
    "roledefinitions": GUID,
    "locks": "lock-a",
    "diagnosticsettings": "diag-a",
    "federatedidentitycredentials": "fed-a",
    "maintenanceconfigurations": "default",
    "managedclusters": "aks-a",
    "groups": SG_PAYMENTS,
    "users": USER.object_id,
    "serviceprincipals": APPLICATION.object_id,
    "directoryobjects": USER.object_id,
    "applications": made_up_id(WORLD.tenant_id, f"application {APPLICATION.app_id}"),
    "deployments": "dep-a",
    "resources": CLUSTER,
    "_aks": cluster_key(CLUSTER),
    "diagnosticsettingscategories": "kube-audit-admin",
}
_NAMED = {
    "subscription": WORLD.subscription_id,
    "group": "rg-a",
    "cluster": "aks-a",
    "pool": "user1",
    "scope": SUBSCRIPTION,
    "namespace": "Microsoft.ContainerService",
    "feature": "AAD-V2",
    "location": "westeurope",
    "tenant": WORLD.tenant_id,
    "appid": APPLICATION.app_id,
    "cast": "microsoft.graph.user",
    "object": USER.object_id,
    "upn": USER.upn,
    "role": "clusterUser",
}


_ENDING = frozenset({"Providers_Unregister", "ManagedClusters_Stop", "ServicePrincipals_Update"})


@dataclass(frozen=True)
class Good:
    """A request that is well-formed; `body` is a JSON value, or the fields of a form."""

    route: Route
    plane: str
    params: dict[str, str]
    body: Any = None
    form: dict[str, str] = field(default_factory=dict[str, str])

    def path(self, params: dict[str, str]) -> str:
        """The path with these parameters."""
        return re.sub(r"\{(\w+)\*?\}", lambda found: params[found[1]], self.route.pattern)

    @property
    def query(self) -> dict[str, str]:
        """The query that it needs."""
        if self.route.operation.startswith("Authorize"):
            return dict(AUTHORIZE)
        return {"api-version": "2025-09-01"} if self.plane == "arm" else {}

    @property
    def headers(self) -> dict[str, str]:
        """The headers that it needs, beside that for its caller."""
        counts = self.route.pattern.endswith("/$count")
        return {"host": "localhost", **({"consistencylevel": "eventual"} if counts else {})}

    @property
    def personal(self) -> bool:
        """Whether only a person can send it."""
        return re.search(r"/me(/|$)", self.route.pattern) is not None

    @property
    def size(self) -> int:
        """How many values its body has."""
        return len(self.form) or _size(self.body)


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(_size(each) for each in cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return 1 + sum(_size(each) for each in cast("list[Any]", value))
    return 0 if value is None else 1


def good(route: Route) -> Good:
    """The good request of a route."""
    pattern = route.pattern
    plane = "arm" if pattern.startswith("{scope*}") else plane_of(pattern)
    params = {
        found[2]: _BEFORE.get(found[1].lower(), _NAMED.get(found[2], "a"))
        for found in re.finditer(r"(\w*)(?:/|\('|\(\w+=')?\{(\w+)\*?\}", pattern)
    }
    if "Microsoft.Insights" in pattern:
        params["scope"] = CLUSTER
    if "Microsoft.Authorization/locks" in pattern:
        # A lock on more would keep the other requests from deleting anything.
        params["scope"] = f"{SUBSCRIPTION}/resourceGroups/MC_rg-a_aks-a_westeurope"
    if route.method not in {"PUT", "POST", "PATCH"}:
        return Good(route, plane, params)
    if plane == "entra":
        return Good(route, plane, params, form={**LOG_IN, "action": "login"})
    ends = [body for ending, body in ENDINGS if route.operation.endswith(ending)]
    return Good(route, plane, params, BODIES.get(route.operation, ends[0] if ends else {}))


def form_body(fields: dict[str, str]) -> bytes:
    """A form as it is sent; what UTF-8 cannot hold becomes a question mark."""
    return urlencode(fields, errors="replace").encode()


def ends_something(found: Good) -> bool:
    """Whether others would find nothing left once it has passed."""
    return found.route.method == "DELETE" or found.route.operation in _ENDING

"""Clusters with the old Entra integration, which Azure no longer makes but still has.

No call makes one here either. `make_legacy` turns an existing cluster into one, to rehearse what
happens when a program meets it. PUT with `aadProfile: {managed: true}` makes it managed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm.resources import RESOURCES

if TYPE_CHECKING:
    from rehearsal.cloud.store import Store


def make_legacy(store: Store, cluster_id: str, *, server_app_id: str, client_app_id: str) -> None:
    """Give a cluster with managed Entra the `aadProfile` of a legacy one.

    Works on the store of a local Azure that runs, in any process. The cluster itself goes on as it
    is until something changes it; from then on it takes no Entra token.

    Args:
        store: The local Azure's state.
        cluster_id: The cluster's ARM id, in any case.
        server_app_id: Application id of the customer's server application.
        client_app_id: Application id of the customer's client application.

    Raises:
        KeyError: there is no such cluster, or it has no Entra integration.
    """
    with store.transaction():
        document = store.get(RESOURCES, cluster_id.lower())
        if document is None:
            raise KeyError(cluster_id)
        properties = document["properties"]
        properties["aadProfile"] = {
            "clientAppID": client_app_id,
            "serverAppID": server_app_id,
            "tenantID": properties["aadProfile"]["tenantID"],
        }
        store.put(RESOURCES, document["id"].lower(), document)

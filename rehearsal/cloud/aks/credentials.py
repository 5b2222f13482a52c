"""The calls that hand out kubeconfigs.

Which one a person gets is a matter of Azure roles; what it allows inside the cluster is not.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.cluster_call import (
    FIRST_VERSION,
    PATH,
    find,
    refuse_stopped,
    refuse_while_busy,
    write,
)
from rehearsal.cloud.aks.kubeconfig import (
    admin_kubeconfig,
    certificate_kubeconfig,
    user_kubeconfig,
)
from rehearsal.cloud.aks.pool_validation import invalid_parameter, missing_parameter
from rehearsal.cloud.aks.resource_document import ACTION
from rehearsal.cloud.aks.resource_members import canonical
from rehearsal.cloud.aks.resource_validation import LEGACY_APPS, is_legacy
from rehearsal.cloud.arm.errors import CloudError, bad_request, provider_error
from rehearsal.cloud.arm.operation_status import poll_headers
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.store import Json

_FORMATS = ("exec", "azure")


def add_routes(routes: Routes) -> None:
    """Add the operations."""
    calls: dict[str, Callable[[Call], Reply]] = {
        "listClusterUserCredential": _user,
        "listClusterAdminCredential": _admin,
        "listClusterMonitoringUserCredential": _monitoring_user,
        "resetAADProfile": _reset_entra,
    }
    for name, handler in calls.items():
        routes.add(
            "POST",
            f"{PATH}/{name}",
            f"ManagedClusters_{name[0].upper()}{name[1:]}",
            handler,
            action=f"{ACTION}/{name}/action",
            scope=PATH,
            first_version=FIRST_VERSION,
        )
    profile = f"{PATH}/accessProfiles/{{role}}"
    routes.add(
        "POST",
        f"{profile}/listCredential",
        "ManagedClusters_GetAccessProfile",
        _access_profile,
        action=f"{ACTION}/accessProfiles/listCredential/action",
        scope=profile,
        first_version=FIRST_VERSION,
    )


def _user(call: Call) -> Reply:
    return _results("clusterUser", _user_file(call, find(call)))


def _admin(call: Call) -> Reply:
    return _results("clusterAdmin", _admin_file(call, find(call)))


def _monitoring_user(call: Call) -> Reply:
    return _results("clusterMonitoringUser", _user_file(call, find(call)))


def _reset_entra(call: Call) -> Reply:
    """Give a legacy cluster other applications; nothing else can be reset."""
    with call.cloud.store.transaction():
        cluster = find(call)
        old = _entra(cluster)
        if not is_legacy(old):
            # Wording of the first seen in hashicorp/terraform-provider-azurerm#7325.
            kind = "managed AAD" if old else "non AAD"
            message = f"Operation 'resetAADProfile' is not allowed for {kind} enabled cluster."
            raise bad_request(message)
        refuse_while_busy(call, cluster)
        refuse_stopped(cluster)
        body = canonical({"properties": {"aadProfile": call.body()}}, "managedCluster")
        given: Json = body["properties"]["aadProfile"]
        for name in LEGACY_APPS:
            if not given.get(name):
                raise missing_parameter(f"aadProfile.{name}")
            old[name] = given[name]
        operation = write(call, cluster, "Updating")
    call.cloud.operations.launch(call.cloud, operation)
    return Reply(202, None, poll_headers(call, operation))


def _access_profile(call: Call) -> Reply:
    cluster, role = find(call), call.param("role")
    if role.lower() == "clusteradmin":
        content = _admin_file(call, cluster)
    elif role.lower() == "clusteruser":
        content = _user_file(call, cluster)
    else:
        raise provider_error(404, "NotFound", f"Could not find role name {role}.")
    body = {
        "id": f"{cluster['id']}/accessProfiles/{role}",
        "name": role,
        "type": f"{ACTION}/AccessProfiles",
        "location": cluster["location"],
        "properties": {"kubeConfig": base64.b64encode(content).decode()},
    }
    return Reply(200, body)


def _results(name: str, content: bytes) -> Reply:
    value = base64.b64encode(content).decode()
    return Reply(200, {"kubeconfigs": [{"name": name, "value": value}]})


def _entra(cluster: Json) -> Json:
    return cluster["properties"].get("aadProfile") or {}


def _group(cluster: Json) -> str:
    return cluster["id"].split("/")[4]


def _user_file(call: Call, cluster: Json) -> bytes:
    wanted = call.query("format") or "exec"
    if wanted not in _FORMATS:
        raise invalid_parameter("format", f"'{wanted}' is not one of {', '.join(_FORMATS)}.")
    entra = _entra(cluster)
    if not entra:
        _require_local_accounts(cluster)
    _require_running(cluster)
    try:
        endpoint = call.cloud.runtime.endpoint(cluster["id"].lower())
        if not entra:
            return certificate_kubeconfig(
                name=cluster["name"],
                resource_group=_group(cluster),
                endpoint=endpoint,
                certificate=call.cloud.runtime.admin_certificate(cluster["id"].lower()),
            )
    except KeyError:
        raise _no_control_plane(cluster) from None
    return user_kubeconfig(
        name=cluster["name"],
        resource_group=_group(cluster),
        tenant_id=entra["tenantID"],
        endpoint=endpoint,
        origin=call.cloud.origin,
        kubeconfig_format=wanted,
        legacy_apps=(entra["serverAppID"], entra["clientAppID"]) if is_legacy(entra) else None,
    )


def _admin_file(call: Call, cluster: Json) -> bytes:
    _require_local_accounts(cluster)
    _require_running(cluster)
    try:
        return admin_kubeconfig(
            name=cluster["name"],
            resource_group=_group(cluster),
            endpoint=call.cloud.runtime.endpoint(cluster["id"].lower()),
            certificate=call.cloud.runtime.admin_certificate(cluster["id"].lower()),
        )
    except KeyError:
        raise _no_control_plane(cluster) from None


def _require_local_accounts(cluster: Json) -> None:
    # Wording seen in hashicorp/terraform-provider-azurerm#15489.
    if cluster["properties"]["disableLocalAccounts"]:
        raise bad_request(
            "Getting static credential is not allowed because this cluster is set to disable local"
            " accounts."
        )


def _require_running(cluster: Json) -> None:
    if cluster["properties"]["powerState"]["code"] == "Stopped":
        raise _no_control_plane(cluster)


def _no_control_plane(cluster: Json) -> CloudError:
    uid = cluster["properties"]["resourceUID"]
    return provider_error(
        404,
        "ControlPlaneNotFound",
        f"Could not find control plane with ID {uid}. Please check if the cluster is being"
        " created, was stopped or was deleted.",
    )

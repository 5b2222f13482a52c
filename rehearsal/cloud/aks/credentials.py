"""The calls that hand out kubeconfigs.

Which one a person gets is a matter of Azure roles; what it allows inside the cluster is not.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from rehearsal.cloud.aks.kubeconfig import (
    admin_kubeconfig,
    certificate_kubeconfig,
    user_kubeconfig,
)
from rehearsal.cloud.aks.resource import ACTION, FIRST_VERSION, PATH, find
from rehearsal.cloud.aks.resource_validation import invalid_parameter
from rehearsal.cloud.arm.errors import CloudError, bad_request, provider_error
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
    # Wording seen in hashicorp/terraform-provider-azurerm#7325.
    if _has_entra(find(call)):
        raise bad_request(
            "Operation 'resetAADProfile' is not allowed for managed AAD enabled cluster."
        )
    raise bad_request("Operation 'resetAADProfile' is not allowed for non AAD enabled cluster.")


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


def _has_entra(cluster: Json) -> bool:
    profile: Json = cluster["properties"].get("aadProfile") or {}
    return bool(profile.get("managed"))


def _group(cluster: Json) -> str:
    return cluster["id"].split("/")[4]


def _user_file(call: Call, cluster: Json) -> bytes:
    wanted = call.query("format") or "exec"
    if wanted not in _FORMATS:
        raise invalid_parameter("format", f"'{wanted}' is not one of {', '.join(_FORMATS)}.")
    if not _has_entra(cluster):
        _require_local_accounts(cluster)
    try:
        endpoint = call.cloud.runtime.endpoint(cluster["id"].lower())
        if not _has_entra(cluster):
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
        tenant_id=cluster["properties"]["aadProfile"]["tenantID"],
        endpoint=endpoint,
        origin=call.cloud.origin,
        kubeconfig_format=wanted,
    )


def _admin_file(call: Call, cluster: Json) -> bytes:
    _require_local_accounts(cluster)
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


def _no_control_plane(cluster: Json) -> CloudError:
    uid = cluster["properties"]["resourceUID"]
    return provider_error(
        404,
        "ControlPlaneNotFound",
        f"Could not find control plane with ID {uid}. Please check if the cluster is being"
        " created, was stopped or was deleted.",
    )

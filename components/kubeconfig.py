"""The kubeconfig by which a program enters the cluster: Azure's own, with another way to log in.

Azure's user kubeconfig logs in by a device code, for which nobody waits in a pipeline
(https://github.com/Azure/kubelogin, `get-token`). It never holds a key here: one with a key is
refused.
"""

import json
from dataclasses import dataclass
from typing import Any, cast

import yaml

LOGINS = ("azurecli", "workloadidentity", "spn", "msi", "devicecode")
"""The ways to log in that kubelogin knows and a deployment may use."""

_CARRIED = ("--environment", "--server-id", "--tenant-id", "--authority-host")
_CARRIED_SWITCHES = ("--disable-instance-discovery",)
_ALONE = "--disable-environment-override"
"""Makes kubelogin read no variable."""
_AS_PULUMI = "--use-azurerm-env-vars"
"""Makes kubelogin read ARM_CLIENT_ID and so on, as Pulumi's Azure providers do, in the place of
AAD_SERVICE_PRINCIPAL_* and AZURE_*."""
_SOURCES = {
    "azurecli": _ALONE,
    "workloadidentity": _AS_PULUMI,
    "spn": _AS_PULUMI,
    "msi": _AS_PULUMI,
    "devicecode": _ALONE,
}
"""Where each login takes its client, and its secret if it has one, from. Variables beat flags in
kubelogin (v0.2.21, `pkg/internal/token/options.go`, `UpdateFromEnv`)."""


class KubeconfigError(ValueError):
    """A kubeconfig that cannot be used to enter the cluster with Entra ID."""


@dataclass(frozen=True)
class ExecKubeconfig:
    """A kubeconfig without a key in it, and the API server it leads to."""

    text: str
    """JSON, which is YAML too."""
    server: str
    """URL of the API server."""


def for_login(served: str, login: str) -> ExecKubeconfig:
    """The served user kubeconfig with `login`, one of `LOGINS`, as its way to log in.

    Args:
        served: YAML as `listClusterUserCredential` answers it, format `exec`.
        login: How kubelogin is to get a token.

    Raises:
        KubeconfigError: It is no kubeconfig, or its user is not an exec entry.
    """
    try:
        document: Any = yaml.safe_load(served)
        cluster = document["clusters"][0]
        user_name = str(document["users"][0]["name"])
        user = cast("dict[str, Any]", document["users"][0]["user"])
        server = str(cluster["cluster"]["server"])
    except (yaml.YAMLError, KeyError, IndexError, TypeError):
        # The parser's own words may quote the text, and a key with it.
        raise KubeconfigError(
            "Azure's answer is not a kubeconfig with a cluster and a user"
        ) from None
    if set(user) != {"exec"}:
        raise KubeconfigError(
            "Azure's user kubeconfig does not log in with Entra ID (its user has "
            f"{', '.join(sorted(user)) or 'nothing'} instead of exec): the cluster has no managed "
            "Entra integration; enable it with az aks update --enable-aad"
        )
    arguments = cast("list[str]", user["exec"].get("args") or [])
    context = {"cluster": cluster["name"], "user": user_name}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [cluster],
        "users": [{"name": user_name, "user": {"exec": _exec(arguments, login)}}],
        "contexts": [{"name": cluster["name"], "context": context}],
        "current-context": cluster["name"],
    }
    return ExecKubeconfig(json.dumps(document), server)


def _exec(served: list[str], login: str) -> dict[str, Any]:
    interactive = login == "devicecode"
    carried = (*_CARRIED, "--client-id") if interactive else _CARRIED
    flags = {flag: served[served.index(flag) + 1] for flag in carried if flag in served[:-1]}
    return {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "kubelogin",
        "args": [
            *("get-token", "--login", login),
            *(word for flag in flags.items() for word in flag),
            *(switch for switch in _CARRIED_SWITCHES if switch in served),
            _SOURCES[login],
        ],
        "env": [{"name": name, "value": value} for name, value in _pinned(flags, login).items()],
        "interactiveMode": "IfAvailable" if interactive else "Never",
        "provideClusterInfo": False,
    }


def _pinned(flags: dict[str, str], login: str) -> dict[str, str]:
    """What kubelogin still reads besides the client, at the values that the flags have.

    A client sets these over the variables around it. An empty authority is the one of
    `--environment`.
    """
    if _SOURCES[login] == _ALONE:
        return {}
    pinned = {"AAD_LOGIN_METHOD": login}
    if "--tenant-id" in flags:
        pinned["ARM_TENANT_ID"] = flags["--tenant-id"]
    if login == "workloadidentity":
        pinned["AZURE_AUTHORITY_HOST"] = flags.get("--authority-host", "")
    return pinned

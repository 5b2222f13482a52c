"""The command lines of a cluster's components, and the configuration files they name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import yaml

from rehearsal.cloud.files import write

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.aks.runtime import ClusterSpec
    from rehearsal.cloud.aks.runtime_files import ClusterFiles, Ports

# What the pinned kube-apiserver says to --emulated-version: kube=1.33..1.36.
OLDEST_EMULATED_MINOR = 33
BINARY_MINOR = 36

# AKS's default service range (networkProfile.serviceCidr).
_SERVICE_RANGE = "10.0.0.0/16"
_INNER_ISSUER = "https://kubernetes.default.svc.cluster.local"
_WEBHOOK_CACHE = "2s"
# The last segments of the webhooks' addresses.
_AUTHENTICATION, _AUTHORIZATION = "tokenreview", "subjectaccessreview"
# There is no kubelet to renew a lease, so nothing may judge nodes by their leases.
_CONTROLLERS = "*,-node-lifecycle-controller,-node-ipam-controller,-cloud-node-lifecycle-controller"

# Metadata never holds a body, so neither Secrets nor tokens reach the log. What the components and
# AKS do on their own is left out, as it would bury what people do.
_COMPONENTS = ["system:apiserver", "system:kube-controller-manager", "aksService"]
_AUDIT_POLICY: dict[str, Any] = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "users": _COMPONENTS},
        {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
        {"level": "None", "nonResourceURLs": ["/healthz*", "/livez*", "/readyz*", "/version"]},
        {"level": "Metadata"},
    ],
}


def etcd_command(etcd: Path, files: ClusterFiles, ports: Ports) -> list[str]:
    """An etcd of one member, which only takes the cluster's own certificates."""
    client = f"https://127.0.0.1:{ports.etcd}"
    peer = f"https://127.0.0.1:{ports.etcd_peer}"
    tls = {
        "cert-file": files.certificate("etcd"),
        "key-file": files.key("etcd"),
        "trusted-ca-file": files.ca_certificate,
    }
    flags: dict[str, object] = {
        "name": "default",
        "data-dir": files.etcd_data,
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
        "client-cert-auth": "true",
        "peer-client-cert-auth": "true",
        **tls,
        **{f"peer-{flag}": path for flag, path in tls.items()},
        "enable-grpc-gateway": "false",
        "log-level": "warn",
    }
    return [str(etcd), *_flags(flags)]


def api_server_command(
    controlplane: Path, files: ClusterFiles, ports: Ports, spec: ClusterSpec, azure_url: str
) -> list[str]:
    """kube-apiserver as AKS runs it: RBAC on, no anonymous requests, Entra and Azure by webhooks.

    Args:
        controlplane: The program.
        files: The cluster's directory.
        ports: The cluster's ports.
        spec: What the cluster is to be.
        azure_url: As `cluster_url`.
    """
    flags: dict[str, object] = {
        "bind-address": "127.0.0.1",
        "secure-port": ports.api_server,
        # Without it a machine with no network beyond loopback has no address to advertise.
        "advertise-address": "127.0.0.1",
        "endpoint-reconciler-type": "none",
        "tls-cert-file": files.certificate("kube-apiserver"),
        "tls-private-key-file": files.key("kube-apiserver"),
        "client-ca-file": files.ca_certificate,
        "etcd-servers": f"https://127.0.0.1:{ports.etcd}",
        "etcd-cafile": files.ca_certificate,
        "etcd-certfile": files.certificate("etcd-client"),
        "etcd-keyfile": files.key("etcd-client"),
        "service-cluster-ip-range": _SERVICE_RANGE,
        "service-account-key-file": files.service_account_key,
        "service-account-signing-key-file": files.service_account_key,
        "anonymous-auth": "false",
        "authorization-mode": ",".join(authorization_modes(spec)),
        "enable-admission-plugins": "NodeRestriction",
        # It taints new nodes until the node lifecycle controller, which is off, finds them Ready.
        "disable-admission-plugins": "TaintNodesByCondition",
        "allow-privileged": "true",
        "profiling": "false",
        "audit-policy-file": _audit_policy_path(files),
        "audit-log-path": files.audit_log,
        "audit-log-maxsize": 50,
        "audit-log-maxbackup": 2,
        **_issuers(spec, azure_url),
        **_emulation(spec),
    }
    if spec.entra:
        flags["authentication-token-webhook-config-file"] = _webhook_path(files, _AUTHENTICATION)
        flags["authentication-token-webhook-version"] = "v1"
        flags["authentication-token-webhook-cache-ttl"] = _WEBHOOK_CACHE
    if spec.azure_rbac:
        flags["authorization-webhook-config-file"] = _webhook_path(files, _AUTHORIZATION)
        flags["authorization-webhook-version"] = "v1"
        flags["authorization-webhook-cache-authorized-ttl"] = _WEBHOOK_CACHE
        flags["authorization-webhook-cache-unauthorized-ttl"] = _WEBHOOK_CACHE
    return [str(controlplane), "kube-apiserver", *_flags(flags)]


def controller_manager_command(
    controlplane: Path, files: ClusterFiles, ports: Ports, spec: ClusterSpec
) -> list[str]:
    """kube-controller-manager: aggregates roles, ends namespaces, makes service accounts."""
    kubeconfig = _controller_manager_kubeconfig_path(files)
    flags: dict[str, object] = {
        "bind-address": "127.0.0.1",
        "secure-port": ports.controller_manager,
        "cert-dir": files.root / "controller-manager",
        "kubeconfig": kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "service-account-private-key-file": files.service_account_key,
        "root-ca-file": files.ca_certificate,
        "use-service-account-credentials": "true",
        "controllers": _CONTROLLERS,
        "leader-elect": "false",
        "profiling": "false",
        **_emulation(spec),
    }
    return [str(controlplane), "kube-controller-manager", *_flags(flags)]


def authorization_modes(spec: ClusterSpec) -> tuple[str, ...]:
    """Who decides, in this order; one that has no opinion leaves it to the next.

    Azure comes last, as it denies whoever of the tenant it does not allow.
    """
    return ("Node", "RBAC", *(["Webhook"] if spec.azure_rbac else []))


def write_configuration(files: ClusterFiles, ports: Ports, azure_url: str, ca: bytes) -> None:
    """Write the files that the command lines name.

    Args:
        files: The cluster's directory.
        ports: The cluster's ports.
        azure_url: As `cluster_url`.
        ca: PEM of the CA that signed the local Azure's certificate.
    """
    write(_audit_policy_path(files), yaml.safe_dump(_AUDIT_POLICY).encode())
    write(files.root / "origin-ca.crt", ca)
    for webhook in (_AUTHENTICATION, _AUTHORIZATION):
        kubeconfig = _kubeconfig(
            {
                "server": f"{azure_url}/{webhook}",
                "certificate-authority": str(files.root / "origin-ca.crt"),
            },
            {"token": files.webhook_token.read_text()},
        )
        write(_webhook_path(files, webhook), json.dumps(kubeconfig).encode())
    controller_manager = _kubeconfig(
        {
            "server": f"https://127.0.0.1:{ports.api_server}",
            "certificate-authority": str(files.ca_certificate),
        },
        {
            "client-certificate": str(files.certificate("controller-manager")),
            "client-key": str(files.key("controller-manager")),
        },
    )
    write(_controller_manager_kubeconfig_path(files), json.dumps(controller_manager).encode())


def _kubeconfig(cluster: dict[str, str], user: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "local", "cluster": cluster}],
        "users": [{"name": "local", "user": user}],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": "local"}}],
        "current-context": "local",
    }


def _issuers(spec: ClusterSpec, azure_url: str) -> dict[str, object]:
    """The first issuer signs; tokens of the inner one stay good when the other is switched on."""
    if not spec.oidc_issuer:
        return {"service-account-issuer": _INNER_ISSUER}
    issuer = f"{azure_url}/oidc/"
    return {
        "service-account-issuer": (issuer, _INNER_ISSUER),
        "service-account-jwks-uri": f"{issuer}openid/v1/jwks",
    }


def _emulation(spec: ClusterSpec) -> dict[str, object]:
    minor = int(spec.kubernetes_version.split(".")[1])
    if OLDEST_EMULATED_MINOR <= minor < BINARY_MINOR:
        return {"emulated-version": f"1.{minor}"}
    return {}


def _flags(flags: dict[str, object]) -> list[str]:
    """Each flag; one whose value is a tuple is given once for each member."""
    given: list[str] = []
    for name, value in flags.items():
        members = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
        given += [f"--{name}={member}" for member in members]
    return given


def _audit_policy_path(files: ClusterFiles) -> Path:
    return files.root / "audit-policy.yaml"


def _webhook_path(files: ClusterFiles, webhook: str) -> Path:
    return files.root / f"{webhook}.json"


def _controller_manager_kubeconfig_path(files: ClusterFiles) -> Path:
    return files.root / "controller-manager.json"

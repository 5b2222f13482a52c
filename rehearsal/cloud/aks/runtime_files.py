"""The directory of one cluster: its certificates, ports, tokens, logs and etcd data.

Everything in it is written whole or not at all, so that a start after a kill finds either nothing
or something usable.
"""

from __future__ import annotations

import dataclasses
import json
import random
import secrets
import shutil
import socket
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from rehearsal.cloud.authority import Authority
from rehearsal.cloud.files import write
from rehearsal.home import Home

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.aks.runtime import ClusterSpec

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Below the range from which Linux takes the ports of outgoing connections (ip_local_port_range),
# so that no client sits on a cluster's port while the cluster is stopped.
_PORTS = range(20000, 32000)


@dataclass(frozen=True)
class Ports:
    """Loopback ports; only the API server's is known to clients."""

    api_server: int
    controller_manager: int
    etcd: int
    etcd_peer: int


@dataclass(frozen=True)
class ClusterFiles:
    """The paths of one cluster, and what is made in them once and kept."""

    root: Path

    @property
    def etcd_data(self) -> Path:
        """Data directory of etcd."""
        return self.root / "etcd"

    @property
    def audit_log(self) -> Path:
        """The API server's audit log, a JSON event a line."""
        return self.root / "kube-audit.log"

    @property
    def guard_log(self) -> Path:
        """What the authenticator decided, a JSON object a line."""
        return self.root / "guard.log"

    @property
    def webhook_token(self) -> Path:
        """The bearer token by which the API server shows itself to the authenticator."""
        return self.root / "webhook.token"

    @property
    def service_account_key(self) -> Path:
        """PEM of the private key that signs the service accounts' tokens."""
        return self.root / "service-account.key"

    @property
    def ca_certificate(self) -> Path:
        """PEM of the cluster's own CA."""
        return self._authority_home.ca_certificate

    def log(self, component: str) -> Path:
        """The output of a component."""
        return self.root / f"{component}.log"

    def record(self, component: str) -> Path:
        """The note of a component's running process."""
        return self.root / f"{component}.pid.json"

    def certificate(self, name: str) -> Path:
        """PEM of one of the certificates that `prepare` issues."""
        return self._authority_home.root / f"{name}.crt"

    def key(self, name: str) -> Path:
        """PEM of that certificate's key."""
        return self._authority_home.root / f"{name}.key"

    def prepare(self, spec: ClusterSpec) -> None:
        """Make what is not there yet, and note the spec."""
        for directory in (self.root, self._authority_home.root, self.etcd_data):
            directory.mkdir(parents=True, exist_ok=True)
            directory.chmod(0o700)
        authority = Authority(self._authority_home)
        self._issue(authority, "kube-apiserver", client=False)
        self._issue(authority, "etcd", client=False)
        self._issue(authority, "etcd-client", client=True)
        controller_manager = "system:kube-controller-manager"
        self._issue(authority, "controller-manager", controller_manager, client=True)
        # As AKS calls itself in the audit log, and the subject of its clusterAdmin certificate.
        self._issue(authority, "aks-service", "aksService", ("system:masters",), client=True)
        self._issue(authority, "admin", "masterclient", ("system:masters",), client=True)
        if not self.webhook_token.exists():
            write(self.webhook_token, secrets.token_urlsafe(32).encode())
        if not self.service_account_key.exists():
            write(self.service_account_key, _rsa_key())
        write(self._spec, json.dumps(dataclasses.asdict(spec), indent=1).encode())

    def discard_unformed_data(self) -> None:
        """Empty etcd's directory unless the cluster was ready at some time.

        An etcd killed while it writes its first log entries never elects itself again; nobody has
        been told of anything in it.
        """
        if not self._formed.exists():
            shutil.rmtree(self.etcd_data, ignore_errors=True)
            self.etcd_data.mkdir(mode=0o700)

    def mark_formed(self) -> None:
        """Note that the cluster was ready, so that its data is kept from now on."""
        if not self._formed.exists():
            write(self._formed, b"")

    def spec(self) -> dict[str, Any] | None:
        """The fields of the ClusterSpec that was last prepared, or None."""
        return _read_json(self._spec)

    def ports(self) -> Ports | None:
        """The ports that were last chosen, or None."""
        noted = _read_json(self._ports)
        return None if noted is None else Ports(**noted)

    def choose_ports(self) -> Ports:
        """The same ports as last time where they are free, else new ones; noted at once."""
        noted = _read_json(self._ports) or {}
        chosen: dict[str, int] = {}
        for field in dataclasses.fields(Ports):
            kept: int | None = noted.get(field.name)
            usable = kept is not None and _is_free(kept)
            chosen[field.name] = kept if kept and usable else _free_port({*chosen.values()})
        write(self._ports, json.dumps(chosen).encode())
        return Ports(**chosen)

    def remove(self) -> None:
        """Remove the directory; what a kill leaves of it is swept by `sweep`."""
        if self.root.exists():
            doomed = self.root.with_name(f"{_DOOMED}{uuid.uuid4().hex}")
            self.root.rename(doomed)
            shutil.rmtree(doomed)

    @property
    def _authority_home(self) -> Home:
        return Home(self.root / "pki")

    @property
    def _formed(self) -> Path:
        return self.root / "formed"

    @property
    def _spec(self) -> Path:
        return self.root / "spec.json"

    @property
    def _ports(self) -> Path:
        return self.root / "ports.json"

    def _issue(
        self,
        authority: Authority,
        name: str,
        common_name: str = "",
        organizations: tuple[str, ...] = (),
        *,
        client: bool,
    ) -> None:
        if not self.certificate(name).exists():
            sans = () if client else _LOOPBACK
            certificate, key = authority.issue(
                common_name or name, sans, organizations, client=client
            )
            write(self.key(name), key)
            write(self.certificate(name), certificate)


_DOOMED = ".deleted-"


def sweep(clusters: Path) -> None:
    """Remove what a killed deletion left in the directory of all clusters."""
    for doomed in clusters.glob(f"{_DOOMED}*"):
        shutil.rmtree(doomed)


def _read_json(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text()) if path.exists() else None


def _rsa_key() -> bytes:
    return rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a connection that is still closing does not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port(taken: set[int]) -> int:
    for port in random.sample(_PORTS, len(_PORTS)):
        if port not in taken and _is_free(port):
            return port
    raise OSError(f"no free port on 127.0.0.1 from {_PORTS.start} to {_PORTS.stop - 1}")

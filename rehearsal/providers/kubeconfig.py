"""A kubeconfig, and the credential of its user: a token, a certificate, or a command's answer.

Commands are run as client-go runs them
(https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import yaml

from rehearsal.providers.account import require_loopback
from rehearsal.providers.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.providers.codec import Json

_LOGIN_TIMEOUT_SECONDS: Final = 120
_EXPIRY_MARGIN: Final = timedelta(seconds=60)
_SECRET_VARIABLES: Final = (
    "ARM_CLIENT_SECRET",
    "AZURE_CLIENT_SECRET",
    "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
)


@dataclass(frozen=True)
class Access:
    """One context of a kubeconfig: the API server, how to trust it, and its user's entry."""

    server: str
    cluster: Json
    user: Json
    namespace: str

    @classmethod
    def parse(cls, text: str, context: str = "", cluster: str = "") -> Access:
        """Read YAML or JSON; `context` and `cluster` override what it says.

        Raises:
            ProviderError: It is not a kubeconfig, or its server is not on this machine.
        """
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ProviderError("the provider's kubeconfig is not YAML or JSON") from error
        if not isinstance(document, dict):
            raise ProviderError("the provider's kubeconfig is not a kubeconfig document")
        config = cast("Json", document)
        chosen = _named(config, "contexts", "context", context or config.get("current-context", ""))
        target = _named(config, "clusters", "cluster", cluster or chosen.get("cluster", ""))
        server = str(target.get("server", ""))
        require_loopback(server, "the kubeconfig's server")
        user = _named(config, "users", "user", chosen.get("user", ""))
        return cls(server.rstrip("/"), target, user, str(chosen.get("namespace", "default")))

    def tls(self) -> ssl.SSLContext:
        """How to trust the server, and the user's client certificate if it has one."""
        data = self.cluster.get("certificate-authority-data")
        context = ssl.create_default_context(
            cafile=self.cluster.get("certificate-authority"),
            cadata=base64.b64decode(data).decode() if data else None,
        )
        certificate, key = (self.user.get(f"client-{part}-data") for part in ("certificate", "key"))
        if certificate and key:
            # The library reads certificates from files only.
            with tempfile.NamedTemporaryFile() as file:
                file.write(base64.b64decode(certificate) + b"\n" + base64.b64decode(key))
                file.flush()
                context.load_cert_chain(file.name)
        return context


def _named(config: Json, plural: str, singular: str, name: str) -> Json:
    entries = cast("list[Json]", config.get(plural) or [])
    for entry in entries:
        if entry.get("name") == name:
            return cast("Json", entry.get(singular) or {})
    known = ", ".join(str(entry.get("name")) for entry in entries) or "none"
    raise ProviderError(f"the provider's kubeconfig has no {singular} '{name}'; it has {known}")


class Credential:
    """The user's token, asked for once and kept until it expires; safe to use from threads."""

    def __init__(self, access: Access, environment: Mapping[str, str]) -> None:
        self._user = access.user
        self._server = access.server
        # kubelogin keeps tokens in the user's cache directory for an hour, and with them the groups
        # of that hour: a group that this deployment makes anew would not be among them.
        cache = tempfile.mkdtemp(prefix="rehearsal-login-")
        weakref.finalize(self, shutil.rmtree, cache, ignore_errors=True)
        self._environment = {**environment, "XDG_CACHE_HOME": cache}
        self._lock = threading.Lock()
        self._token = ""
        self._expires: datetime | None = None

    def token(self, *, renew: bool = False) -> str:
        """The bearer token; "" for a user who has none (a client certificate).

        Raises:
            ProviderError: The command is missing, or the login failed, in the command's words.
        """
        entry = self._user.get("exec")
        if not isinstance(entry, dict):
            return str(self._user.get("token", ""))
        with self._lock:
            now = datetime.now(UTC)
            if self._token and not renew and (self._expires is None or now < self._expires):
                return self._token
            status = self._run(cast("Json", entry))
            self._token = str(status.get("token", ""))
            expires = status.get("expirationTimestamp")
            self._expires = (
                datetime.fromisoformat(str(expires)) - _EXPIRY_MARGIN if expires else None
            )
            return self._token

    def _run(self, entry: Json) -> Json:
        command = str(entry.get("command", ""))
        program = shutil.which(command, path=self._environment.get("PATH", os.defpath))
        if program is None:
            raise ProviderError(
                f"the kubeconfig's user logs in with '{command}', which is not on PATH:"
                " `make setup` builds it for a rehearsal (https://azure.github.io/kubelogin/install.html)"
            )
        environment = cast("list[Json]", entry.get("env") or [])
        extra = {str(item["name"]): str(item["value"]) for item in environment}
        information = {
            "apiVersion": entry.get("apiVersion"),
            "kind": "ExecCredential",
            "spec": {"interactive": False, "cluster": {"server": self._server}},
        }
        arguments = cast("list[object]", entry.get("args") or [])
        line = [program, *(str(argument) for argument in arguments)]
        try:
            done = subprocess.run(  # noqa: S603 - a kubeconfig names the command to log in with
                line,
                env={**self._environment, **extra, "KUBERNETES_EXEC_INFO": json.dumps(information)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_LOGIN_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ProviderError(
                f"'{command}' did not log in within {_LOGIN_TIMEOUT_SECONDS} s: a deployment cannot"
                " answer a prompt; use a login mode that needs no person (spn, workloadidentity,"
                " azurecli, msi)"
            ) from error
        if done.returncode != 0:
            raise ProviderError(f"'{command}' could not log in: {self._last_line(done.stderr)}")
        return _status(command, done.stdout)

    def _last_line(self, text: str) -> str:
        lines = [line.strip() for line in text.strip().split("\n") if line.strip()]
        last = lines[-1] if lines else "it says nothing"
        for name in _SECRET_VARIABLES:
            if self._environment.get(name):
                last = last.replace(self._environment[name], "[secret]")
        return last


def _status(command: str, output: str) -> Json:
    try:
        answer: Any = json.loads(output)
        status: Any = answer["status"]
        if not status["token"]:
            raise KeyError("token")  # noqa: TRY301 - handled as the key's absence is
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"'{command}' gave no ExecCredential with a token") from error
    return cast("Json", status)

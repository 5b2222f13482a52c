"""Real kubelogin, as kubeconfigs call it, against a local Azure."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import jwt

from rehearsal import toolchain
from rehearsal.cloud.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rehearsal.cloud.world import Account

AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
AKS_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
PROMPT = re.compile(r"open the page (\S+) and enter the code (\S+)")
# What the stand-in for the desktop's opener says it was given.
OPENED = re.compile(r"^opened (https://\S+)$")
OPENER = '#!/bin/sh\necho opened "$1" >&2\n'


class Kubelogin:
    """kubelogin with caches of its own, below `cache`."""

    def __init__(self, origin: str, ca_file: str, cache: Path) -> None:
        self.origin = origin
        self.cache = cache
        self._ca_file = ca_file
        self.tool = str(toolchain.find().kubelogin)

    def _arguments(self, mode: str, *flags: str) -> list[str]:
        return [
            *("get-token", "--login", mode, "--environment", "AzurePublicCloud"),
            *("--server-id", AKS_SERVER, "--tenant-id", World.load().tenant_id),
            *("--authority-host", f"{self.origin}/", "--disable-instance-discovery"),
            *("--cache-dir", str(self.cache), *flags),
        ]

    def environment(self, **variables: str) -> dict[str, str]:
        """The whole environment of the command; a browser that it opens is only named."""
        desktop = self.cache / "desktop"
        desktop.mkdir(exist_ok=True)
        (desktop / "xdg-open").write_text(OPENER)
        (desktop / "xdg-open").chmod(0o700)
        return {
            "PATH": f"{desktop}:{os.environ['PATH']}",
            "HOME": str(self.cache),
            "XDG_CACHE_HOME": str(self.cache),
            "SSL_CERT_FILE": self._ca_file,
            **variables,
        }

    def check_cache(self) -> None:
        """Fail with the reason where the machine lets kubelogin remember nothing."""
        message = (
            "kubelogin keeps no token: the key of its cache is in the kernel's user keyring, which"
            " this machine forbids (in a container: allow the system calls keyctl and add_key)"
        )
        assert (self.cache / ".IdentityService" / "msal.cache").exists(), message

    def run(self, words: Sequence[str], **variables: str) -> subprocess.Popen[str]:
        """The running command."""
        return subprocess.Popen(
            [self.tool, *words],
            env=self.environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, mode: str, *flags: str, **variables: str) -> subprocess.Popen[str]:
        """The running `get-token`, logging in by `mode`."""
        return self.run(self._arguments(mode, *flags), **variables)

    def log_in(self, mode: str, *flags: str, **variables: str) -> dict[str, Any]:
        """Claims of the token of a log-in that needs nobody."""
        return claims_from(self.start(mode, *flags, **variables))


def printed_by(process: subprocess.Popen[str]) -> str:
    """What a command that has to end well prints."""
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return printed


def refusal_of(process: subprocess.Popen[str]) -> str:
    """What a command that has to fail says."""
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    return said


def claims_from(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Claims of the token in the ExecCredential that kubelogin prints."""
    credential = json.loads(printed_by(process))
    assert credential["kind"] == "ExecCredential"
    assert credential["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    return jwt.decode(credential["status"]["token"], options={"verify_signature": False})


def prompted(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Address and code of the page where kubelogin or kubectl sends a person."""
    address, code = _awaited(process, PROMPT).groups()
    return address, code


def opened(process: subprocess.Popen[str]) -> str:
    """The address for which kubelogin opens the desktop's browser."""
    return _awaited(process, OPENED)[1]


def _awaited(process: subprocess.Popen[str], pattern: re.Pattern[str]) -> re.Match[str]:
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        found = pattern.search(line.rstrip())
        if found:
            return found
    message = f"it ended without asking anybody to log in: {''.join(said)}"
    raise AssertionError(message)


def password_variables(account: Account) -> dict[str, str]:
    """The variables from which kubelogin takes a person's name and password."""
    return {
        "AAD_USER_PRINCIPAL_NAME": account.upn,
        "AAD_USER_PRINCIPAL_PASSWORD": account.secret,
    }


def secret_variables(account: Account) -> dict[str, str]:
    """The variables from which kubelogin takes a service principal's id and secret."""
    return {
        "AAD_SERVICE_PRINCIPAL_CLIENT_ID": account.app_id,
        "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET": account.secret,
    }

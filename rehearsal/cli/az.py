"""`python -m rehearsal as ACCOUNT -- az ...`: az, in which the account is logged in.

People log in by a code on the local Azure's page, service principals by their secret. az sends a
person's password to port 443 only: MSAL drops the authority's port when it looks up the realm.
"""

from __future__ import annotations

import json
import re
import ssl
import subprocess
from typing import TYPE_CHECKING

import httpx

from rehearsal import toolchain_az
from rehearsal.cli.problem import Problem
from rehearsal.cli.workplace import bare_environment
from rehearsal.cloud.environment import az_environment

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.daemon import Endpoint
    from rehearsal.cloud.world import Account
    from rehearsal.home import Home

# What az says on stderr, in Entra's words.
PROMPT = re.compile(r"open the page (?P<page>\S+) and enter the code (?P<code>\S+)")


def logged_in(home: Home, endpoint: Endpoint, account: Account) -> dict[str, str]:
    """The environment in which az is logged in as the account.

    Raises:
        Problem: there is no az, or it or Entra refuses, in their words.
    """
    if toolchain_az.find() is None:
        message = (
            "there is no az on PATH; install the one that the rehearsal is tested with by:"
            " python -m rehearsal.toolchain_az"
        )
        raise Problem(message, 127)
    environment = bare_environment() | az_environment(home, endpoint.origin, account.name)
    environment["KUBECONFIG"] = str(home.kubeconfigs / f"az-{account.name}.yaml")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        environment[name] = str(home.ca_certificate)
    if not _has_subscription(home.az(account.name)):
        _log_in(account, environment)
    return environment


def _has_subscription(directory: Path) -> bool:
    """Whether a login is kept; one that found no subscription is tried again, as roles change."""
    try:
        # az writes a byte order mark.
        text = (directory / "azureProfile.json").read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return False
    return any(kept["id"] != kept["tenantId"] for kept in json.loads(text)["subscriptions"])


def _log_in(account: Account, environment: dict[str, str]) -> None:
    words = ["az", "login", "--tenant", account.tenant_id, "--allow-no-subscriptions"]
    words += ["--output", "none"]
    if account.kind == "ServicePrincipal":
        words += ["--service-principal", "-u", account.app_id, "-p", account.secret]
    else:
        words += ["--use-device-code"]
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 -- az, found above
        words, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as login:
        for line in login.stderr or ():
            said.append(line)
            prompt = PROMPT.search(line)
            if prompt:
                answer_prompt(prompt["page"], prompt["code"], account, environment["SSL_CERT_FILE"])
    if login.returncode != 0:
        raise Problem(f"az cannot log in as {account.name}: {''.join(said).strip()}")


def answer_prompt(page: str, code: str, account: Account, ca_file: str) -> None:
    """Do on the page what the person would: type the code, the name and the password."""
    form = {
        "user_code": code,
        "username": account.upn,
        "password": account.secret,
        "action": "login",
    }
    trust = ssl.create_default_context(cafile=ca_file)
    httpx.post(page, data=form, verify=trust, timeout=30, trust_env=False)

"""`python -m rehearsal as ACCOUNT -- CMD`: a command as one of the tenant's accounts.

Nothing is short-cut: the account logs in to Entra, asks ARM for the cluster's user credentials, and
kubelogin logs in again when kubectl needs a token.
"""

from __future__ import annotations

import base64
import ssl
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from rehearsal.cli import az
from rehearsal.cli.grammar import add_stack
from rehearsal.cli.problem import Problem
from rehearsal.cli.stored import deployed_outputs
from rehearsal.cli.workplace import bare_environment, ensure_cloud
from rehearsal.cloud.files import write
from rehearsal.cloud.world import DEFAULT, World, WorldError
from rehearsal.home import Home

if TYPE_CHECKING:
    import argparse

    from rehearsal.cli.grammar import Commands
    from rehearsal.cloud.daemon import Endpoint
    from rehearsal.cloud.world import Account

# The public client of the Azure CLI, which people log in to ARM with.
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
AKS_API_VERSION = "2025-09-01"


def add_commands(commands: Commands) -> None:
    """Add `as`."""
    parser = commands.add_parser("as", help="run a command as an account of world.yaml")
    add_stack(parser)
    parser.add_argument(
        "--kubeconfig",
        type=Path,
        help="use this user kubeconfig instead of asking ARM for one",
    )
    parser.add_argument("account", metavar="ACCOUNT", help="platform-admin, payments-dev, ...")
    parser.usage = f"{parser.prog} [-s STACK] [--kubeconfig KUBECONFIG] ACCOUNT -- CMD..."
    parser.set_defaults(command=run_as)


def run_as(options: argparse.Namespace) -> int:
    """Run the command with a kubeconfig of the account's own, or az logged in; its exit status.

    Raises:
        Problem: no such account, no deployed cluster, or ARM refuses the credentials.
    """
    words: list[str] = options.child
    if not words:
        message = (
            "no command given; for example:"
            " python -m rehearsal as platform-admin -- kubectl get nodes"
        )
        raise Problem(message, 2)
    account = find_account(options.account)
    home = Home.from_environment()
    endpoint = ensure_cloud(home)
    if words[0] == "az":
        return run(words, az.logged_in(home, endpoint, account))
    served = (
        given_kubeconfig(options.kubeconfig)
        if options.kubeconfig
        else user_credentials(home, endpoint, account, options.stack)
    )
    kubeconfig = home.kubeconfigs / f"{options.stack}-{account.name}.yaml"
    write(kubeconfig, logging_in_as(account, served, home).encode())
    environment = (
        bare_environment()
        | login_environment(account)
        | {
            "KUBECONFIG": str(kubeconfig),
            "SSL_CERT_FILE": str(home.ca_certificate),
        }
    )
    return run(words, environment)


def run(words: list[str], environment: dict[str, str]) -> int:
    """Run the user's command; its exit status.

    Raises:
        Problem: there is no such command.
    """
    try:
        return subprocess.run(words, env=environment, check=False).returncode  # noqa: S603 -- the user's own command
    except FileNotFoundError:
        message = f"there is no command '{words[0]}'"
        raise Problem(message, 127) from None


def given_kubeconfig(path: Path) -> str:
    """The text of a user kubeconfig that somebody names.

    Raises:
        Problem: it cannot be read, or is none whose login kubelogin does.
    """
    text = ""
    plugins: list[list[str]] = []
    try:
        text = path.read_text(encoding="utf-8")
        plugins = [user["user"]["exec"]["args"] for user in yaml.safe_load(text)["users"]]
    except OSError as error:
        raise Problem(f"--kubeconfig {path}: {error.strerror}", 2) from None
    except (ValueError, yaml.YAMLError, KeyError, TypeError):
        pass  # told below
    if not plugins:
        message = (
            f"--kubeconfig {path}: it is no user kubeconfig (YAML, users[].user.exec.args);"
            " leave the option out to ask ARM for one"
        )
        raise Problem(message, 2)
    return text


def find_account(name: str) -> Account:
    """The account called `name`.

    Raises:
        Problem: there is none, or world.yaml is wrong; the message lists those there are.
    """
    try:
        world = World.load()
    except WorldError as error:
        raise Problem(str(error), 2) from None
    try:
        return world.account(name)
    except KeyError:
        known = ", ".join(account.name for account in world.accounts())
        message = f"{DEFAULT.name} has no account '{name}'; it has {known}"
        raise Problem(message, 2) from None


def user_credentials(home: Home, endpoint: Endpoint, account: Account, stack: str) -> str:
    """The user kubeconfig that ARM gives this account for the stack's cluster.

    Raises:
        Problem: Entra or ARM refuses, in their own words.
    """
    cluster_id = deployed_outputs(home, stack).get("clusterId")
    if not cluster_id:
        message = (
            f"stack '{stack}' has no cluster; deploy it with: python -m rehearsal up -s {stack}"
        )
        raise Problem(message)
    trust = ssl.create_default_context(cafile=str(home.ca_certificate))
    with httpx.Client(base_url=endpoint.origin, verify=trust, timeout=30) as client:
        token = answer(
            client.post(f"/{account.tenant_id}/oauth2/v2.0/token", data=grant(account, endpoint))
        )["access_token"]
        found = answer(
            client.post(
                f"{cluster_id}/listClusterUserCredential",
                params={"api-version": AKS_API_VERSION},
                headers={"Authorization": f"Bearer {token}"},
            )
        )
    return base64.b64decode(found["kubeconfigs"][0]["value"]).decode()


def grant(account: Account, endpoint: Endpoint) -> dict[str, str]:
    """The token request by which the account logs in to ARM."""
    scope = f"{endpoint.origin}/.default"
    if account.kind == "ServicePrincipal":
        return {
            "grant_type": "client_credentials",
            "client_id": account.app_id,
            "client_secret": account.secret,
            "scope": scope,
        }
    return {
        "grant_type": "password",
        "client_id": AZURE_CLI,
        "username": account.upn,
        "password": account.secret,
        "scope": scope,
    }


def answer(reply: httpx.Response) -> dict[str, Any]:
    """The reply's JSON object.

    Raises:
        Problem: it is a refusal; the message is the service's own.
    """
    body: dict[str, Any] = reply.json()
    if reply.is_success:
        return body
    error = body.get("error", body)
    if isinstance(error, dict):
        raise Problem(f"{reply.status_code} {error['code']}: {error['message']}")
    raise Problem(f"{reply.status_code} {error}: {body.get('error_description', '')}")


def logging_in_as(account: Account, served: str, home: Home) -> str:
    """The served kubeconfig with kubelogin's login mode set to one that needs no person.

    The account's secret is not in it: kubelogin takes it from `login_environment`.
    """
    document = yaml.safe_load(served)
    mode = "spn" if account.kind == "ServicePrincipal" else "ropc"
    for user in document["users"]:
        plugin = user["user"]["exec"]
        set_flag(plugin["args"], "--login", mode)
        # Tokens of a rehearsal must not meet those of another, nor the user's own.
        tokens = str(home.kubeconfigs / f"tokens-{account.name}")
        set_flag(plugin["args"], "--cache-dir", tokens)
        plugin["env"] = [{"name": "XDG_CACHE_HOME", "value": tokens}]
    return yaml.safe_dump(document, sort_keys=False)


def set_flag(arguments: list[str], name: str, value: str) -> None:
    """Give the flag this value, whether it is there or not."""
    if name in arguments:
        arguments[arguments.index(name) + 1] = value
    else:
        arguments += [name, value]


def login_environment(account: Account) -> dict[str, str]:
    """The variables from which kubelogin takes who logs in."""
    if account.kind == "ServicePrincipal":
        return {
            "AAD_SERVICE_PRINCIPAL_CLIENT_ID": account.app_id,
            "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET": account.secret,
        }
    return {
        "AAD_USER_PRINCIPAL_NAME": account.upn,
        "AAD_USER_PRINCIPAL_PASSWORD": account.secret,
    }

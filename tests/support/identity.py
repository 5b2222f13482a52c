"""Calls to the Entra and Graph planes of a local Azure that is not served."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from rehearsal.cloud.assembly import ToollessRuntime, assemble
from rehearsal.cloud.clock import ManualClock
from rehearsal.cloud.store import Store
from rehearsal.cloud.web import Reply, Request
from rehearsal.cloud.world import World
from rehearsal.home import Home

if TYPE_CHECKING:
    from rehearsal.cloud.clock import Clock
    from rehearsal.cloud.context import Cloud

WORLD = World.load()
TENANT = WORLD.tenant_id
PORT = 8443
ORIGIN = f"https://localhost:{PORT}"
AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
AKS_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
TOKEN_V1 = f"/{TENANT}/oauth2/token"
TOKEN_V2 = f"/{TENANT}/oauth2/v2.0/token"
GRAPH = "https://graph.microsoft.com"
SG_ADMINS = "0a1b2c3d-0000-4000-8000-000000000401"
SG_PAYMENTS = "0a1b2c3d-0000-4000-8000-000000000402"


def unserved_cloud(root: Path, clock: Clock) -> Cloud:
    """A local Azure with its state below `root`."""
    home = Home(root).create()
    home.database.write_bytes(_seeded_database())
    return _assembled(home, clock)


@cache
def _seeded_database() -> bytes:
    """A database with the tenant and a signing key, which take their time to make."""
    with TemporaryDirectory() as directory:
        home = Home(Path(directory) / "home").create()
        cloud = _assembled(home, ManualClock())
        cloud.keys.current()
        cloud.store.close()
        return home.database.read_bytes()


def _assembled(home: Home, clock: Clock) -> Cloud:
    runtime = ToollessRuntime("no tools")
    return assemble(home, Store(home.database), PORT, clock=clock, runtime=runtime)


def claims_of(token: str) -> dict[str, Any]:
    """What stands in a token, whoever signed it."""
    return jwt.decode(token, options={"verify_signature": False})


class Identity:
    """Requests, as a client that is not logged in yet or as an account of world.yaml."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def request(
        self,
        method: str,
        address: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """The reply to a raw request; the address may have a query."""
        parts = urlsplit(address.removeprefix(ORIGIN))
        query = {key.lower(): value for key, value in parse_qsl(parts.query)}
        return self.cloud.router.handle(Request(method, parts.path, query, headers or {}, body))

    def post_form(self, address: str, **fields: str) -> Reply:
        """The reply to a form."""
        return self.request("POST", address, urlencode(fields).encode())

    def token_reply(self, **fields: str) -> Reply:
        """The v2 token endpoint's reply."""
        return self.post_form(TOKEN_V2, **fields)

    def password_fields(self, who: str, **changes: str) -> dict[str, str]:
        """A person's log-in through kubelogin's client, for the AKS server, with fields changed."""
        account = WORLD.account(who)
        return {
            "grant_type": "password",
            "client_id": AKS_CLIENT,
            "username": account.upn,
            "password": account.secret,
            "scope": f"{AKS_SERVER}/.default openid offline_access profile",
            **changes,
        }

    def secret_fields(self, who: str, **changes: str) -> dict[str, str]:
        """A service principal's log-in for the AKS server, with fields changed."""
        account = WORLD.account(who)
        return {
            "grant_type": "client_credentials",
            "client_id": account.app_id,
            "client_secret": account.secret,
            "scope": f"{AKS_SERVER}/.default",
            **changes,
        }

    def log_in(self, who: str, scope: str = f"{AKS_SERVER}/.default") -> dict[str, Any]:
        """The reply to an account's good log-in."""
        if WORLD.account(who).kind == "User":
            fields = self.password_fields(who, client_id=AZURE_CLI, scope=f"{scope} openid")
        else:
            fields = self.secret_fields(who, scope=scope)
        reply = self.token_reply(**fields)
        assert reply.status == 200, reply.body
        return reply.body

    def graph(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "deployer",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Graph's reply; the path is below `/v1.0` unless it names a version."""
        token = self.log_in(who, f"{GRAPH}/.default")["access_token"]
        address = path if path.startswith(("/beta/", ORIGIN)) else f"/v1.0{path}"
        content = b"" if body is None else json.dumps(body).encode()
        sent = {"authorization": f"Bearer {token}", **(headers or {})}
        return self.request(method, address, content, sent)

    def new_group(self, name: str, **properties: Any) -> dict[str, Any]:
        """A security group that the deployer has just made."""
        body = {
            "displayName": name,
            "mailNickname": name,
            "mailEnabled": False,
            "securityEnabled": True,
            **properties,
        }
        reply = self.graph("POST", "/groups", body)
        assert reply.status == 201, reply.body
        return reply.body


def error_of(reply: Reply) -> tuple[int, str, int]:
    """Status, OAuth error and AADSTS number of Entra's refusal."""
    return reply.status, reply.body["error"], reply.body["error_codes"][0]


def graph_error(reply: Reply) -> tuple[int, str]:
    """Status and code of Graph's refusal."""
    return reply.status, reply.body["error"]["code"]


def link(object_id: str) -> dict[str, str]:
    """A reference to a directory object, as clients send it."""
    return {"@odata.id": f"{ORIGIN}/v1.0/directoryObjects/{object_id}"}

"""The cloud's side, asked over HTTPS as the deploying service principal."""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

CLUSTERS = "Microsoft.ContainerService/managedClusters"


class Azure:
    """ARM and Graph of a rehearsal."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._environment = rehearsal.json("cloud", "env")
        self.tenant_id: str = self._environment["AZURE_TENANT_ID"]
        self.origin: str = self._environment["ARM_ENDPOINT"].rstrip("/")
        self.subscription = f"/subscriptions/{self._environment['ARM_SUBSCRIPTION_ID']}"
        self._trust = ssl.create_default_context(cafile=self._environment["SSL_CERT_FILE"])
        self._graph: str = self._environment["GRAPH_ENDPOINT"].rstrip("/")
        self._tokens: dict[str, str] = {}

    def _request(self, method: str, url: str, **details: Any) -> httpx.Response:
        return httpx.request(method, url, verify=self._trust, timeout=60, **details)

    def token(self, scope: str) -> str:
        """The deployer's access token for a scope."""
        if scope not in self._tokens:
            reply = self._request(
                "POST",
                f"{self.origin}/{self.tenant_id}/oauth2/v2.0/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": self._environment["ARM_CLIENT_ID"],
                    "client_secret": self._environment["ARM_CLIENT_SECRET"],
                    "scope": scope,
                },
            )
            assert reply.is_success, reply.text
            self._tokens[scope] = reply.json()["access_token"]
        return self._tokens[scope]

    def arm(
        self, path: str, version: str, method: str = "GET", body: Any = None, **parameters: str
    ) -> httpx.Response:
        """An ARM call."""
        return self._request(
            method,
            f"{self.origin}{path}",
            params={"api-version": version, **parameters},
            json=body,
            headers={"Authorization": f"Bearer {self.token(f'{self.origin}/.default')}"},
        )

    def graph(self, path: str, method: str = "GET", body: Any = None) -> httpx.Response:
        """A Graph call below `/v1.0`."""
        return self._request(
            method,
            f"{self._graph}/v1.0{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token(f'{self._graph}/.default')}"},
        )

    def asked(self) -> list[str]:
        """What clients have asked lately, newest first.

        Without tokens and what the command line asks before each run, which say nothing.
        """
        page = self._request("GET", f"{self.origin}/_portal/requests").text
        rows = re.findall(r'<span class="id">([A-Z]+ /[^<]*)</span>', page)
        idle = re.compile(
            r"GET /subscriptions|GET /metadata/\S*|\S+ /\S*/(oauth2|\.well-known)/\S*"
        )
        return [row for row in rows if not idle.fullmatch(row)]

    def clusters(self) -> list[dict[str, Any]]:
        """Every cluster of the subscription."""
        reply = self.arm(f"{self.subscription}/providers/{CLUSTERS}", "2025-09-01")
        assert reply.is_success, reply.text
        return reply.json()["value"]

    def cluster(self) -> dict[str, Any]:
        """The only cluster."""
        found = self.clusters()
        assert len(found) == 1, [cluster["id"] for cluster in found]
        return found[0]

    def resource_groups(self) -> list[str]:
        """Names of the subscription's resource groups."""
        reply = self.arm(f"{self.subscription}/resourcegroups", "2024-03-01")
        assert reply.is_success, reply.text
        return [group["name"] for group in reply.json()["value"]]

    def role_assignments(self, scope: str) -> list[dict[str, Any]]:
        """The assignments made at exactly this scope."""
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments"
        reply = self.arm(path, "2022-04-01")
        assert reply.is_success, reply.text
        return [
            assignment
            for assignment in reply.json()["value"]
            if assignment["properties"]["scope"].lower() == scope.lower()
        ]

    def groups(self) -> list[dict[str, Any]]:
        """Every group of the tenant."""
        reply = self.graph("/groups?$top=999")
        assert reply.is_success, reply.text
        return reply.json()["value"]

    def group_id(self, name: str) -> str:
        """Object id of the only group of this display name."""
        found = [group["id"] for group in self.groups() if group["displayName"] == name]
        assert len(found) == 1, f"{len(found)} groups are called {name}"
        return found[0]

    def user_id(self, upn: str) -> str:
        """Object id of a user."""
        reply = self.graph(f"/users/{upn}")
        assert reply.is_success, reply.text
        return reply.json()["id"]

"""A cluster's API server as its webhooks see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.aks.runtime import cluster_key
from rehearsal.cloud.web import Request
from tests.support.clusters import cluster_id

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime_files import ClusterFiles
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply


@dataclass(frozen=True)
class ApiServer:
    """Asks the webhooks of the cluster `aks-dev`."""

    cloud: Cloud
    files: ClusterFiles

    def send(self, webhook: str, body: Any, bearer: str | None = None) -> Reply:
        """The reply to any body; the bearer token is the right one unless given."""
        shown = self.files.webhook_token.read_text() if bearer is None else bearer
        path = f"/_aks/{cluster_key(cluster_id())}/{webhook}"
        headers = {"authorization": f"Bearer {shown}"}
        request = Request("POST", path, headers=headers, body=json.dumps(body).encode())
        return self.cloud.router.handle(request)

    def authorize(self, **spec: Any) -> dict[str, Any]:
        """The `status` of the answer to a SubjectAccessReview."""
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": spec,
        }
        reply = self.send("subjectaccessreview", body)
        assert reply.status == 200, reply.body
        return reply.body["status"]

    def guard_log(self) -> list[dict[str, Any]]:
        """The entries of the cluster's guard log."""
        return [json.loads(line) for line in self.files.guard_log.read_text().splitlines()]

"""How the API server asks the authentication webhook."""

from __future__ import annotations

from pathlib import Path

from rehearsal.cloud.aks import runtime_commands
from rehearsal.cloud.aks.runtime_files import ClusterFiles, Ports
from tests.support.clusters import cluster_spec


def test_the_api_server_sends_v1_and_forgets_answers_soon() -> None:
    """Its own defaults are v1beta1, which the webhook refuses, and two minutes."""
    command = runtime_commands.api_server_command(
        Path("/controlplane"),
        ClusterFiles(Path("/clusters/one")),
        Ports(api_server=1, controller_manager=2, etcd=3, etcd_peer=4),
        cluster_spec(),
        "https://localhost:8443/_aks/one",
    )
    assert "--authentication-token-webhook-version=v1" in command
    (cache,) = (flag for flag in command if "token-webhook-cache-ttl" in flag)
    assert cache.partition("=")[2] in {"1s", "2s"}

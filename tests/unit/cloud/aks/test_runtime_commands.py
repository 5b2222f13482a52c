from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rehearsal import toolchain
from rehearsal.cloud.aks import runtime_commands
from rehearsal.cloud.aks.runtime_files import ClusterFiles, Ports
from tests.support.clusters import cluster_spec

FILES = ClusterFiles(Path("/clusters/one"))
PORTS = Ports(api_server=1, controller_manager=2, etcd=3, etcd_peer=4)
AZURE = "https://localhost:8443/_aks/aks-dev-0123456789"


def api_server(**changes: Any) -> list[str]:
    spec = cluster_spec(**changes)
    return runtime_commands.api_server_command(Path("/controlplane"), FILES, PORTS, spec, AZURE)


def test_requests_are_authorised_by_rbac_and_anonymous_ones_refused() -> None:
    command = api_server()
    assert "--authorization-mode=Node,RBAC" in command
    assert "--anonymous-auth=false" in command


def test_tokens_go_to_the_webhook_only_where_entra_is_on() -> None:
    assert "--authentication-token-webhook-version=v1" in api_server()
    without = api_server(entra=False)
    assert not [flag for flag in without if "webhook" in flag]


def test_azure_is_asked_last_and_only_where_its_roles_decide() -> None:
    command = api_server(azure_rbac=True)
    assert "--authorization-mode=Node,RBAC,Webhook" in command
    assert "--authorization-webhook-version=v1" in command
    assert "--authorization-webhook-config-file=/clusters/one/subjectaccessreview.json" in command
    assert not [flag for flag in api_server() if "authorization-webhook" in flag]


def test_a_cluster_that_is_an_issuer_signs_as_that_and_takes_its_older_tokens() -> None:
    inner = "--service-account-issuer=https://kubernetes.default.svc.cluster.local"
    issuers = [flag for flag in api_server(oidc_issuer=True) if "account-issuer" in flag]
    assert issuers == [f"--service-account-issuer={AZURE}/oidc/", inner]
    assert [flag for flag in api_server() if "account-issuer" in flag] == [inner]


def test_everything_listens_on_loopback() -> None:
    files, spec, program = FILES, cluster_spec(), Path("/program")
    commands = [
        runtime_commands.etcd_command(program, files, PORTS),
        runtime_commands.api_server_command(program, files, PORTS, spec, AZURE),
        runtime_commands.controller_manager_command(program, files, PORTS, spec),
    ]
    for command in commands:
        listening = [flag for flag in command if re.search(r"--(bind-|listen-)", flag)]
        assert listening
        assert all("127.0.0.1" in flag for flag in listening)


@pytest.mark.parametrize(
    ("version", "emulated"),
    [("1.33.7", "1.33"), ("1.34", "1.34"), ("1.36.1", None), ("1.32.0", None), ("1.40", None)],
)
def test_an_older_kubernetes_is_emulated_as_far_as_the_binary_can(
    version: str, emulated: str | None
) -> None:
    found = [flag for flag in api_server(kubernetes_version=version) if "emulated" in flag]
    assert found == ([f"--emulated-version={emulated}"] if emulated else [])


def test_the_newest_minor_version_is_the_pinned_ones() -> None:
    controlplane, _ = toolchain.go_binaries()
    pinned = toolchain.parse_version(controlplane.what)
    assert pinned[1] == runtime_commands.BINARY_MINOR

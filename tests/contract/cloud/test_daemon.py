"""The local Azure as a process: started, found, stopped, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from rehearsal.cloud import daemon
from rehearsal.cloud.environment import client_environment
from rehearsal.cloud.lock import holder
from rehearsal.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.cloud.daemon import Endpoint


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home").create()
    yield made
    daemon.stop(made)


def key_ids(home: Home, endpoint: Endpoint) -> list[str]:
    """Ids of the signing keys, which are made once and kept."""
    trust = ssl.create_default_context(cafile=str(home.ca_certificate))
    reply = httpx.get(f"{endpoint.origin}/common/discovery/keys", verify=trust, trust_env=False)
    return [key["kid"] for key in reply.json()["keys"]]


def servers_of(home: Home) -> set[int]:
    """Process ids of all servers of this home, whether they serve or not."""
    setting = f"REHEARSAL_HOME={home.root}".encode()
    found: set[int] = set()
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            words = (directory / "cmdline").read_bytes()
            variables = (directory / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"rehearsal.cloud.server" in words and setting in variables:
            found.add(int(directory.name))
    return found


def log_in(home: Home, endpoint: Endpoint) -> None:
    environment = client_environment(home)
    trust = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    form = {
        "grant_type": "client_credentials",
        "client_id": environment["ARM_CLIENT_ID"],
        "client_secret": environment["ARM_CLIENT_SECRET"],
        "scope": f"{endpoint.origin}/.default",
    }
    address = f"{endpoint.origin}/{environment['ARM_TENANT_ID']}/oauth2/v2.0/token"
    assert httpx.post(address, data=form, verify=trust, trust_env=False).is_success


def test_it_is_started_found_and_stopped(home: Home) -> None:
    assert daemon.status(home) is None
    endpoint = daemon.start(home)
    assert daemon.status(home) == endpoint
    assert daemon.start(home) == endpoint, "a second start finds the first"
    assert daemon.stop(home)
    assert daemon.status(home) is None
    assert not daemon.stop(home)
    assert not home.endpoint.exists()


def test_killed_it_comes_back_at_the_same_place_with_the_same_state(home: Home) -> None:
    first = daemon.start(home)
    log_in(home, first)
    keys = key_ids(home, first)
    assert keys
    os.kill(first.pid, signal.SIGKILL)
    assert home.endpoint.exists(), "a killed process cannot tidy up"

    second = daemon.start(home)

    assert second.pid != first.pid
    assert second.origin == first.origin
    assert key_ids(home, second) == keys
    log_in(home, second)


def test_a_file_of_a_process_that_is_gone_is_not_believed(home: Home) -> None:
    # This very process has that id, and it is no local Azure.
    document = {"pid": os.getpid(), "port": 1, "origin": "https://localhost:1"}
    home.endpoint.write_text(json.dumps(document), encoding="utf-8")
    assert daemon.status(home) is None
    assert not daemon.stop(home), "nobody else's process is stopped"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_broken_file_is_not_believed(home: Home, text: str) -> None:
    home.endpoint.write_text(text, encoding="utf-8")
    assert daemon.status(home) is None


def test_two_who_start_it_at_once_get_the_same_one(home: Home) -> None:
    found: list[Endpoint] = []
    threads = [threading.Thread(target=lambda: found.append(daemon.start(home))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0].pid == found[1].pid == holder(home)
    assert servers_of(home) == {found[0].pid}, "a process is left that waits for its turn"


def serve_in_foreground(home: Home) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rehearsal.cloud.server"],
        cwd=daemon.PROJECT,
        env=os.environ | {"REHEARSAL_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_second_server_of_the_same_home_is_refused(home: Home) -> None:
    daemon.start(home)
    second = serve_in_foreground(home)
    assert second.returncode == 1
    assert "another process serves" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_that_somebody_took_is_said(home: Home) -> None:
    endpoint = daemon.start(home)
    daemon.stop(home)
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taker.bind(("127.0.0.1", endpoint.port))
        taker.listen()
        with pytest.raises(daemon.DaemonError, match=f"port {endpoint.port}"):
            daemon.start(home)


def test_it_listens_on_loopback_only(home: Home) -> None:
    endpoint = daemon.start(home)
    with socket.socket() as probe:
        # Another address of this machine, which a listener on all of them would answer at.
        assert probe.connect_ex(("127.0.0.2", endpoint.port)) != 0


def test_no_other_user_can_read_what_it_keeps(home: Home) -> None:
    daemon.start(home)
    assert home.root.stat().st_mode & 0o077 == 0
    for name in ("server.key", "ca.key"):
        assert (home.root / name).stat().st_mode & 0o077 == 0


def test_the_environment_has_what_the_clients_read(home: Home) -> None:
    endpoint = daemon.start(home)
    environment = client_environment(home)
    assert set(environment) == {
        *("AZURE_TENANT_ID", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID", "ARM_CLIENT_ID"),
        *("ARM_CLIENT_SECRET", "ARM_METADATA_HOSTNAME", "AZURE_AUTHORITY_HOST", "ARM_ENDPOINT"),
        *("GRAPH_ENDPOINT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
        *("ARM_CLOUD_METADATA_URL", "AZURE_CONFIG_DIR"),
        *("AZURE_CORE_INSTANCE_DISCOVERY", "AZURE_CORE_COLLECT_TELEMETRY"),
    }
    assert environment["ARM_METADATA_HOSTNAME"] == f"localhost:{endpoint.port}"
    assert environment["AZURE_AUTHORITY_HOST"] == f"{endpoint.origin}/"

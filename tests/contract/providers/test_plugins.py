from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

PLUGINS = Path(__file__).parents[3] / "rehearsal/providers/bin"


@pytest.mark.parametrize(
    ("package", "version"),
    [("azure-native", "3.29.0"), ("azuread", "6.11.1"), ("kubernetes", "4.34.2")],
)
def test_a_plugin_tells_its_port_and_the_sdks_version(
    package: str, version: str, tmp_path: Path
) -> None:
    command = [PLUGINS / f"pulumi-resource-{package}", "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path, env=os.environ) as plugin:
        assert plugin.stdout is not None
        port = int(plugin.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
            answer = stub.GetPluginInfo(empty_pb2.Empty())
        plugin.kill()
    assert answer.version == version

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from rehearsal.engine import urns
from rehearsal.engine.launcher import EXCEPTION, INTERRUPTED, RUN_ERROR, Program, RunInfo
from rehearsal.engine.processes import Spawner

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class FakeEngine(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Accepts every resource, and keeps what it is told."""

    address: str = ""
    logs: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    registered: list[resource_pb2.RegisterResourceRequest] = field(
        default_factory=list[resource_pb2.RegisterResourceRequest]
    )

    def SupportsFeature(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.SupportsFeatureRequest, context: grpc.ServicerContext
    ) -> resource_pb2.SupportsFeatureResponse:
        del request, context
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        del context
        self.registered.append(request)
        urn = urns.make("dev", "shop", request.parent, request.type, request.name)
        return resource_pb2.RegisterResourceResponse(urn=urn)

    def RegisterResourceOutputs(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        del request, context
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(  # noqa: N802 - the protocol's name
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        del context
        return request

    def Log(  # noqa: N802 - the protocol's name
        self, request: engine_pb2.LogRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        del context
        self.logs.append((request.severity, request.message))
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    fake = FakeEngine()
    with ThreadPoolExecutor(16) as pool:
        server = grpc.server(pool)  # pyright: ignore[reportUnknownMemberType] - its handlers are generic
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(fake, server)
        engine_pb2_grpc.add_EngineServicer_to_server(fake, server)
        fake.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        yield fake
        server.stop(None).wait()


@dataclass
class Run:
    """How a program ended, and the lines that it wrote."""

    status: int
    lines: list[tuple[str, bool]]


def run(engine: FakeEngine, folder: Path, text: str, config: dict[str, str] | None = None) -> Run:
    (folder / "__main__.py").write_text(text)
    info = RunInfo(str(folder), str(folder), "shop", "dev", engine.address, dry_run=True)
    lines: list[tuple[str, bool]] = []
    with Spawner() as spawner:
        program = Program.start(
            spawner,
            Path(sys.executable),
            info,
            os.environ,
            config=config or {},
            secret_keys=["shop:token"],
            on_line=lambda line, is_error: lines.append((line, is_error)),
        )
        return Run(program.wait(), lines)


def test_a_program_registers_its_stack_and_is_told_its_settings(
    engine: FakeEngine, tmp_path: Path
) -> None:
    (tmp_path / "helper.py").write_text("NAME = 'helper'\n")
    text = (
        "import os, sys, secrets, pulumi, helper\n"
        "config = pulumi.Config()\n"
        "print(config.require('size'), pulumi.get_stack(), pulumi.runtime.is_dry_run())\n"
        "print(helper.NAME, os.getcwd() == os.path.dirname(__file__), callable(secrets.choice))\n"
        "print('to stderr', file=sys.stderr)\n"
        "pulumi.log.debug('a detail')\n"
        "pulumi.log.info('a message')\n"
    )
    found = run(engine, tmp_path, text, {"shop:size": "3"})
    assert found.status == 0
    assert [line for line, is_error in found.lines if not is_error] == [
        "3 dev True",
        "helper True True",
    ]
    assert [line for line, is_error in found.lines if is_error] == ["to stderr"]
    assert [request.type for request in engine.registered] == [urns.STACK_TYPE]
    assert engine.logs == [(1, "a message")], "debug messages are muted"


def test_a_run_error_is_told_by_its_message_alone(engine: FakeEngine, tmp_path: Path) -> None:
    found = run(engine, tmp_path, "import pulumi\nraise pulumi.RunError('no such size')\n")
    assert found.status == RUN_ERROR
    assert engine.logs == [(3, "no such size")]


def test_another_exception_is_told_from_the_programs_first_frame_on(
    engine: FakeEngine, tmp_path: Path
) -> None:
    found = run(engine, tmp_path, "def f():\n    raise ValueError('no such size')\nf()\n")
    assert found.status == EXCEPTION
    ((severity, message),) = engine.logs
    assert severity == 3
    assert message.startswith("Program failed with an unhandled exception:\nTraceback")
    assert "no such size" in message
    assert "launcher.py" not in message


def test_the_exit_status_of_a_program_that_exits_is_its_own(
    engine: FakeEngine, tmp_path: Path
) -> None:
    assert run(engine, tmp_path, "raise SystemExit(7)\n").status == 7


def test_a_syntax_error_is_an_exception_of_the_program(engine: FakeEngine, tmp_path: Path) -> None:
    assert run(engine, tmp_path, "def\n").status == EXCEPTION
    assert "SyntaxError" in engine.logs[0][1]


def test_an_interrupted_program_ends_without_a_traceback(
    engine: FakeEngine, tmp_path: Path
) -> None:
    (tmp_path / "__main__.py").write_text("import time\nprint('up')\ntime.sleep(60)\n")
    info = RunInfo(str(tmp_path), str(tmp_path), "shop", "dev", engine.address, dry_run=False)
    with Spawner() as spawner:
        started: list[Program] = []
        lines: list[str] = []

        def on_line(line: str, is_error: bool) -> None:  # noqa: FBT001 - the interface's
            lines.append(line)
            if line == "up" and not is_error:
                started[0].interrupt()

        started.append(
            Program.start(
                spawner,
                Path(sys.executable),
                info,
                os.environ,
                config={},
                secret_keys=[],
                on_line=on_line,
            )
        )
        assert started[0].wait() == INTERRUPTED
    assert lines == ["up"]


def test_a_task_left_behind_by_a_failure_is_no_news(engine: FakeEngine, tmp_path: Path) -> None:
    left = "asyncio.get_event_loop().create_task(asyncio.sleep(60))"
    text = f"import asyncio, pulumi\n{left}\nraise pulumi.RunError('key size is wrong')\n"
    ended = run(engine, tmp_path, text)
    assert ended.status == RUN_ERROR
    assert [line for line in ended.lines if "Task was destroyed" in line[0]] == []

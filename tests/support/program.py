"""Runs the program, or a piece of it, against a recording double of the engine."""

from __future__ import annotations

import asyncio
import contextvars
import json
import runpy
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pulumi
import yaml
from google.protobuf import empty_pb2
from pulumi.runtime import mocks, rpc, set_all_config
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS, configure
from pulumi.runtime.stack import run_in_stack

from tests.support.directory_double import PROJECT, Double, World

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

ROOT = Path(__file__).parents[2]
SECRET = "<secret>"
UNKNOWN = "<unknown>"


@dataclass
class Registered:
    """One resource of a run."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    """Secret ones are shown as they are; `UNKNOWN` stands for an unknown one."""
    provider: str
    protect: bool
    dependencies: list[str]
    ignore_changes: list[str]
    secret_inputs: set[str]
    aliases: list[str]
    """Older URNs, those that follow from its parents' included."""
    replace_on_changes: list[str]
    """Properties that replace it because the program says so."""

    @property
    def parent_types(self) -> list[str]:
        """Types of its parents, outermost first."""
        return self.urn.split("::")[2].split("$")[:-1]


@dataclass
class Run:
    """What a run of the program left behind."""

    resources: list[Registered] = field(default_factory=list[Registered])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    """Outputs of the stack; `SECRET` and `UNKNOWN` stand for what they name."""
    calls: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]]
    )

    def of(self, type_suffix: str) -> list[Registered]:
        """The resources whose type ends so."""
        return [each for each in self.resources if each.type.endswith(type_suffix)]

    def one(self, type_suffix: str) -> Registered:
        """The only resource whose type ends so."""
        found = self.of(type_suffix)
        assert len(found) == 1, [each.name for each in found]
        return found[0]

    def called(self, token_suffix: str) -> list[dict[str, Any]]:
        """Arguments of the calls of a function."""
        return [arguments for token, arguments in self.calls if token.endswith(token_suffix)]

    def graph(self) -> list[str]:
        """Every resource as `TYPE$TYPE::NAME`, sorted."""
        return sorted(_place(each.urn) for each in self.resources)

    def known_as(self) -> set[str]:
        """As `graph`, with the places in which a state may have the resources from before."""
        return {_place(urn) for each in self.resources for urn in (each.urn, *each.aliases)}


def _place(urn: str) -> str:
    return "::".join(urn.split("::")[2:])


class _Monitor(mocks.MockMonitor):
    """Records what the plain double does not see: options and the stack's outputs."""

    def __init__(self, double: Double, run: Run) -> None:
        super().__init__(double)
        self._run = run

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802 -- the protocol's name
        """Without this feature the SDK sends each alias as the URN that it stands for."""
        info = cast("Any", super()).GetDeploymentInfo(request)
        info.supportedFeatures.remove(resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS)
        return info

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 -- the protocol's name
        reply = cast("Any", super()).RegisterResource(request)
        if request.type == "pulumi:pulumi:Stack":
            return reply
        assert reply.urn not in {each.urn for each in self._run.resources}, f"twice: {reply.urn}"
        inputs = rpc.deserialize_properties(request.object)
        self._run.resources.append(
            Registered(
                urn=reply.urn,
                type=request.type,
                name=request.name,
                inputs={key: _readable(value) for key, value in inputs.items()},
                provider=request.provider,
                protect=request.protect,
                dependencies=sorted(request.dependencies),
                ignore_changes=list(request.ignoreChanges),
                secret_inputs={key for key, value in inputs.items() if rpc.is_rpc_secret(value)},
                aliases=list(request.aliasURNs),
                replace_on_changes=list(request.replaceOnChanges),
            )
        )
        return reply

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 -- as above
        if request.urn.endswith(f"::pulumi:pulumi:Stack::{PROJECT}-{pulumi.get_stack()}"):
            outputs = rpc.deserialize_properties(request.outputs)
            self._run.outputs = {
                key: SECRET if rpc.is_rpc_secret(value) else _readable(value)
                for key, value in outputs.items()
            }
        return empty_pb2.Empty()


def _readable(value: Any) -> Any:
    """The value with what stands for unknowns and secrets made comparable."""
    if isinstance(value, pulumi.output.Unknown):
        return UNKNOWN
    if rpc.is_rpc_secret(value):
        return _readable(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: _readable(each) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_readable(each) for each in cast("list[Any]", value)]
    return value


def run(  # noqa: PLR0913 -- what a run is told are just so many things
    body: Callable[[], None],
    *,
    stack: str = "local",
    config: Mapping[str, Any] | None = None,
    secret_keys: list[str] | None = None,
    world: World | None = None,
    preview: bool = False,
) -> Run:
    """Run `body` as a program of a stack with the given configuration, full keys to values.

    Raises:
        Exception: Whatever the body raises, at once or later inside an output.
    """
    recorded = Run()
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in (config or {}).items()
    }

    def isolated() -> None:
        double = Double(world or World(), preview=preview)
        set_all_config(texts, secret_keys or [])
        configure(
            # As set_mocks does, but for the stack resource, which run_in_stack makes.
            mocks.MockSettings(
                monitor=_Monitor(double, recorded),
                monitor_features=None,
                engine=mocks.MockEngine(None),
                project=PROJECT,
                stack=stack,
                dry_run=preview,
                organization=None,
                callbacks=None,
            )
        )
        cast(
            "Any", SETTINGS
        ).outputs.clear()  # those of a failed run belong to its closed event loop
        try:
            _in_event_loop(run_in_stack(body))
        finally:
            recorded.calls = double.calls

    contextvars.copy_context().run(isolated)
    return recorded


def _in_event_loop(body: Coroutine[Any, Any, None]) -> None:
    """Await `body`; close the event loops that the SDK wants on the threads that serve it."""
    loops: list[asyncio.AbstractEventLoop] = []

    def give_loop() -> None:
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    try:
        with asyncio.Runner() as runner:
            runner.get_loop().set_default_executor(ThreadPoolExecutor(32, initializer=give_loop))
            runner.run(body)
    finally:
        for loop in loops:
            loop.close()


def stack_config(stack: str) -> dict[str, Any]:
    """The configuration of a stack as the engine gives it: its file over the project's defaults."""
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    declared = {
        f"{PROJECT}:{key}": declaration["default"]
        for key, declaration in project.items()
        if "default" in declaration
    }
    file = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text())
    return {**declared, **cast("dict[str, Any]", file["config"])}


def run_program(
    config: Mapping[str, Any],
    *,
    stack: str = "local",
    world: World | None = None,
    preview: bool = False,
) -> Run:
    """Run `__main__.py` as the engine does."""

    def main() -> None:
        sys.modules.pop("settings", None)
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    return run(main, stack=stack, config=config, world=world, preview=preview)

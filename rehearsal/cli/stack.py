"""`python -m rehearsal stack ls|output|export|import` and `engine env`: the state."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cli.deployer import job_environment
from rehearsal.cli.grammar import add_stack
from rehearsal.cli.problem import Problem
from rehearsal.cli.stored import deployed_outputs, refusals, stored_stack
from rehearsal.cli.workplace import ensure_cloud, passphrase, print_exports, tool_directories
from rehearsal.engine.backend import Backend
from rehearsal.engine.stored import StackSummary
from rehearsal.engine.values import Secret
from rehearsal.home import Home

if TYPE_CHECKING:
    import argparse

    from rehearsal.cli.grammar import Commands

HIDDEN = "[secret]"
PLUGINS = Path(__file__).parents[1] / "providers" / "bin"


def add_commands(commands: Commands) -> None:
    """Add `stack` with what stands below it, and `engine env`."""
    group = commands.add_parser("stack", help="the stacks' state").add_subparsers(
        required=True, metavar="ACTION"
    )
    listing = group.add_parser("ls", help="the stacks that have a state")
    listing.set_defaults(command=list_stacks)
    output = group.add_parser("output", help="the outputs of a stack, as JSON")
    output.add_argument("name", nargs="?", help="one output only")
    output.add_argument("--show-secrets", action="store_true", help=f"instead of {HIDDEN}")
    output.set_defaults(command=show_outputs)
    for parser in (listing, output):
        parser.add_argument("--json", action="store_true", help="JSON, whatever is shown")
    export = group.add_parser("export", help="the state as JSON; secrets stay encrypted")
    export.add_argument("--show-secrets", action="store_true", help="in clear instead")
    export.set_defaults(command=export_state)
    take = group.add_parser("import", help="take a state, exported or a backup")
    take.add_argument("file", nargs="?", type=Path, help="where it is (default: stdin)")
    take.set_defaults(command=import_state)
    engine = commands.add_parser("engine", help="the engine").add_subparsers(
        required=True, metavar="ACTION"
    )
    env = engine.add_parser("env", help="exports under which the real Pulumi CLI works here")
    env.set_defaults(command=engine_environment)
    for parser in (output, export, take, env):
        add_stack(parser)


def list_stacks(options: argparse.Namespace) -> int:
    """A line a stack, or a list of objects with the keys of `pulumi stack ls --json`."""
    backend = Backend(Home.from_environment().backend)
    with refusals():
        stacks = backend.stacks()
        found = [StackSummary.of(backend.files(one.project, one.stack)) for one in stacks]
    if not options.json:
        for one in found:
            print(one.name)
        return 0
    listed = [
        {
            "name": one.name,
            "lastUpdate": one.last_update,
            "updateInProgress": one.update_in_progress,
            "resourceCount": one.resource_count,
        }
        for one in found
    ]
    print(json.dumps(listed, indent=2))
    return 0


def show_outputs(options: argparse.Namespace) -> int:
    """The outputs, or one of them.

    Raises:
        Problem: there is no output of that name.
    """
    outputs = deployed_outputs(Home.from_environment(), options.stack)
    visible = {name: opened(value, options.show_secrets) for name, value in outputs.items()}
    if options.name is None:
        print(json.dumps(visible, indent=2))
        return 0
    if options.name not in visible:
        known = ", ".join(sorted(visible)) or "none"
        message = f"stack '{options.stack}' has no output '{options.name}'; it has {known}"
        raise Problem(message)
    value = visible[options.name]
    is_text = isinstance(value, str) and not options.json
    print(value if is_text else json.dumps(value, indent=2))
    return 0


def opened(value: Any, show_secrets: bool) -> Any:  # noqa: FBT001 -- one flag, named by its caller
    """The value as JSON can hold it, what a secret holds only if asked for."""
    if isinstance(value, Secret):
        return opened(value.value, show_secrets) if show_secrets else HIDDEN
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: opened(item, show_secrets) for name, item in members.items()}
    if isinstance(value, list):
        return [opened(item, show_secrets) for item in cast("list[Any]", value)]
    return value


def export_state(options: argparse.Namespace) -> int:
    """The state on stdout."""
    with refusals():
        stored = stored_stack(Home.from_environment(), options.stack)
        print(stored.exported(show_secrets=options.show_secrets))
    return 0


def import_state(options: argparse.Namespace) -> int:
    """Take the state from a file or from stdin.

    Raises:
        Problem: the file cannot be read, or is no state that this engine can use.
    """
    try:
        text = options.file.read_text(encoding="utf-8") if options.file else sys.stdin.read()
    except OSError as error:
        message = f"{options.file}: {error.strerror}"
        raise Problem(message, 2) from None
    except UnicodeDecodeError:
        message = f"{options.file or 'stdin'}: it is no exported state: not UTF-8 text"
        raise Problem(message, 2) from None
    with refusals():
        stored_stack(Home.from_environment(), options.stack).take_over(text)
    print(f"stack '{options.stack}' has the given state")
    return 0


def engine_environment(options: argparse.Namespace) -> int:
    """The exports for the real Pulumi CLI: same state, same cloud, our provider plugins."""
    home = Home.from_environment()
    endpoint = ensure_cloud(home)
    searched = (PLUGINS, *tool_directories(), os.environ.get("PATH", ""))
    print_exports(
        {
            "PULUMI_BACKEND_URL": home.backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": passphrase(home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **job_environment(home, endpoint.origin, options.stack),
            "PATH": os.pathsep.join(map(str, searched)),
        }
    )
    return 0

"""`python -m rehearsal up|preview|destroy|refresh|import|down`: the engine over the local Azure."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal import engine
from rehearsal.cli.access import print_access
from rehearsal.cli.cloud import forget
from rehearsal.cli.deployer import deployer_environment
from rehearsal.cli.grammar import add_stack, refuse_targeting
from rehearsal.cli.problem import Problem
from rehearsal.cli.stored import refusals
from rehearsal.cli.workplace import passphrase, say
from rehearsal.engine.backend import Backend
from rehearsal.engine.display import display, outcome_json
from rehearsal.engine.opening import stack_file_of
from rehearsal.engine.project import load_project
from rehearsal.home import Home
from rehearsal.providers import servicers

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from rehearsal.cli.grammar import Commands
    from rehearsal.engine.events import Operation

OPERATIONS: dict[Operation, str] = {
    "up": "make the cloud as the program says",
    "preview": "show what `up` would do",
    "refresh": "read the cloud and take what it says into the state",
    "destroy": "delete everything that the stack made",
    "import": "take an object that exists into the state; the program is written after it",
}

ACCESS = "access"
"""The stack output that says who can do what."""


def add_commands(commands: Commands) -> None:
    """Add the operations and `down`."""
    for operation, text in OPERATIONS.items():
        parser = commands.add_parser(operation, help=text)
        add_stack(parser)
        refuse_targeting(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
        parser.add_argument("--expect-no-changes", action="store_true", help="exit 3 on a change")
        parser.add_argument("--policy-pack", type=Path, metavar="DIR", help="judge by this pack")
        parser.add_argument("--policy-config", type=Path, metavar="FILE", help="its levels, JSON")
        parser.set_defaults(
            command=deploy, operation=operation, clear_pending_creates=False, refresh=False
        )
        if operation in {"up", "preview", "destroy"}:
            parser.add_argument("--refresh", action="store_true", help="refresh the state first")
        elif operation == "import":
            _add_object(parser)
        else:
            parser.add_argument(
                "--clear-pending-creates",
                action="store_true",
                help="forget the creates that a killed run began; an up has finished them",
            )
    down = commands.add_parser("down", help="destroy every stack, stop the local Azure, forget it")
    down.set_defaults(command=take_down)


def _add_object(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE", help="such as azuread:index/group:Group")
    parser.add_argument("name", metavar="NAME", help="of the resource in the program")
    parser.add_argument("id", metavar="ID", help="what its provider reads it by")
    parser.add_argument("--parent", metavar="URN", default="", help="default: the Stack")
    parser.add_argument("--provider", metavar="URN", default="", help="default: the default one")
    parser.add_argument(
        "--no-protect", dest="protect", action="store_false", help="let an up delete it again"
    )


def adoptions(options: argparse.Namespace) -> tuple[engine.Adoption, ...]:
    """The object that the words of `import` name."""
    if options.operation != "import":
        return ()
    found = engine.Adoption(
        options.type,
        options.name,
        options.id,
        protect=options.protect,
        parent=options.parent,
        provider=options.provider,
    )
    return (found,)


def deploy(options: argparse.Namespace) -> int:
    """Run the operation that the words name; the exit status."""
    home = Home.from_environment()
    packs = policy_packs(options)
    with refusals():
        # Before the local Azure is started for a misspelled stack.
        stack_file_of(load_project(Path.cwd()), options.stack)
    wanted = replace(
        request(home, options.operation, options.stack),
        policy_packs=packs,
        expect_no_changes=options.expect_no_changes,
        clear_pending_creates=options.clear_pending_creates,
        refresh=options.refresh,
        adoptions=adoptions(options),
    )
    stream = sys.stderr if options.json else sys.stdout
    outcome = judged(wanted, stream) if options.operation == "up" else None
    outcome = outcome or run(wanted, stream)
    if options.json:
        print(json.dumps(outcome_json(outcome), indent=2))
    elif ACCESS in outcome.outputs and outcome.result in {"succeeded", "changes"}:
        print()
        print_access(outcome.outputs[ACCESS])
    return outcome.exit_code


def judged(wanted: engine.Run, stream: TextIO) -> engine.Outcome | None:
    """The preview that forbids an `up`, or None if the policies let it pass.

    Without it an `up` would stop at the resource that a policy refuses, with those before it made.
    The real CLI previews before `up` for the same reason.
    """
    if not wanted.policy_packs:
        return None
    say("judging a preview by the policies")
    seen: list[engine.Event] = []
    preview = replace(
        wanted, operation="preview", expect_no_changes=False, clear_pending_creates=False
    )
    outcome = engine.run(preview, seen.append)
    if outcome.exit_code == 0:
        return None
    with display(stream) as show:
        for event in seen:
            show(event)
    return outcome


def policy_packs(options: argparse.Namespace) -> tuple[engine.PolicyPackRef, ...]:
    """The pack that the words name, if any.

    Raises:
        Problem: levels without a pack, or a file or directory that is not there.
    """
    pack: Path | None = options.policy_pack
    levels: Path | None = options.policy_config
    if pack is None:
        if levels is not None:
            message = "--policy-config says how strict a pack is; name it with --policy-pack DIR"
            raise Problem(message, 2)
        return ()
    if not (pack / "PulumiPolicy.yaml").is_file():
        raise Problem(f"--policy-pack {pack}: there is no {pack / 'PulumiPolicy.yaml'}", 2)
    if levels is not None and not levels.is_file():
        raise Problem(f"--policy-config {levels}: there is no such file", 2)
    return (engine.PolicyPackRef(pack.absolute(), levels.absolute() if levels else None),)


def run(wanted: engine.Run, stream: TextIO = sys.stdout) -> engine.Outcome:
    """Run an operation and show it on `stream`."""
    with display(stream) as show:
        return engine.run(wanted, lambda event: show(without_access(event)))


def without_access(event: engine.Event) -> engine.Event:
    """The event as it is shown: the access matrix gets a table of its own."""
    if not isinstance(event, engine.Summary):
        return event
    outputs = {name: value for name, value in event.outputs.items() if name != ACCESS}
    return replace(event, outputs=outputs)


def request(home: Home, operation: Operation, stack: str) -> engine.Run:
    """What the engine is to do, as the deploying service principal.

    Raises:
        Problem: the local Azure does not start, or the deployer cannot log in there.
    """
    environment = deployer_environment(home, stack, operation)
    return engine.Run(
        operation=operation,
        project_dir=Path.cwd(),
        stack=stack,
        backend=home.backend,
        passphrase=passphrase(home),
        python=Path(sys.executable),
        environment=environment,
        providers=servicers(environment),
        spares_protected=True,
        reads_half_deleted=True,
        # A stack file as docs/pipelines.md makes it has the salt of the real stack's passphrase.
        ignores_idle_salt=True,
    )


def take_down(_options: argparse.Namespace) -> int:
    """Destroy every stack of the home, then stop the local Azure and remove the home.

    Raises:
        Problem: a stack could not be destroyed; everything is left for a second try.
    """
    home = Home.from_environment()
    for found in Backend(home.backend).stacks():
        say(f"destroying stack '{found.stack}'")
        if run(request(home, "destroy", found.stack)).exit_code:
            message = (
                f"stack '{found.stack}' is not destroyed; mend what is said above, or drop the"
                " whole rehearsal with: python -m rehearsal cloud reset"
            )
            raise Problem(message)
    forget(home)
    say("nothing is left")
    return 0

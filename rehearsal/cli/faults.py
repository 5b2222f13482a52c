"""`python -m rehearsal cloud faults [set FILE | add ... | clear]`: what goes wrong on purpose."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from rehearsal.cli.problem import Problem
from rehearsal.cloud import daemon
from rehearsal.cloud.faults_admin import PATH, secret_file
from rehearsal.home import Home

if TYPE_CHECKING:
    import argparse

    from rehearsal.cli.grammar import Commands

Json = dict[str, Any]

# (flag, the rule's key, what argparse makes of the word, help)
_FLAGS: tuple[tuple[str, str, type, str], ...] = (
    ("--route", "route", str, "'[METHOD ]PATH' or '[METHOD ]OPERATION', * for any text"),
    ("--plane", "plane", str, "arm, entra or graph"),
    ("--status", "status", int, "answer with this error, 400 to 599"),
    ("--retry-after", "retryAfter", int, "seconds that the error asks to wait; 1 if it is a 429"),
    ("--code", "code", str, "the error's code"),
    ("--message", "message", str, "the error's text"),
    ("--delay", "delay", float, "seconds before anything happens"),
    ("--probability", "probability", float, "act by chance, from 0 to 1"),
    ("--skip", "skip", int, "let the first ones pass"),
    ("--count", "count", int, "act so many times only"),
)


def add_commands(commands: Commands) -> None:
    """Add `faults` and what stands below it."""
    faults = commands.add_parser(
        "faults",
        help="what goes wrong on purpose, and how often it did",
        description="Without an ACTION: the rules in force, and how often each did something.",
    )
    faults.add_argument("--json", action="store_true", help="one JSON object")
    faults.set_defaults(command=show)
    group = faults.add_subparsers(metavar="ACTION")
    put = group.add_parser("set", help="take the rules of a YAML or JSON file instead")
    put.add_argument("file", type=Path, metavar="FILE")
    put.set_defaults(command=replace)
    add = group.add_parser("add", help="one more rule, or lag")
    for flag, key, kind, text in _FLAGS:
        add.add_argument(flag, dest=key, type=kind, metavar="X", help=text)
    for flag, text in (
        ("--drop", "close the connection without an answer"),
        ("--after", "do the work, and lose its answer then"),
    ):
        add.add_argument(flag, action="store_const", const=True, help=text)
    add.add_argument("--seed", type=int, help="decides, for all rules, what is left to chance")
    add.add_argument("--sequence", help="a step a match: 429,pass,503,drop")
    add.add_argument(
        "--lag",
        action="append",
        metavar="WHAT=SECONDS",
        help="eventual consistency of graph or roleAssignments",
    )
    add.set_defaults(command=add_one)
    clear = group.add_parser("clear", help="nothing goes wrong any more")
    clear.set_defaults(command=replace, file=None)


def show(options: argparse.Namespace) -> int:
    """Print the rules in force."""
    print_faults(_call("GET"), as_json=options.json)
    return 0


def replace(options: argparse.Namespace) -> int:
    """Put the file's rules, or none, in the place of those in force."""
    print_faults(_call("PUT", read(options.file) if options.file else {}), as_json=options.json)
    return 0


def add_one(options: argparse.Namespace) -> int:
    """Add what the flags say to the rules in force."""
    print_faults(_call("POST", document_of(options)), as_json=options.json)
    return 0


def read(path: Path) -> Any:
    """The document in a YAML or JSON file.

    Raises:
        Problem: it cannot be read.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}", 2) from None
    except (ValueError, yaml.YAMLError) as error:
        raise Problem(f"{path}: not YAML: {error}", 2) from None


def document_of(options: argparse.Namespace) -> Json:
    """The faults that the flags of `add` stand for.

    Raises:
        Problem: a flag is not of its form.
    """
    given = vars(options)
    keys = ("drop", "after", *(key for _, key, _, _ in _FLAGS))
    rule = {key: given[key] for key in keys if given[key] is not None}
    if options.sequence:
        steps = options.sequence.split(",")
        rule["sequence"] = [int(step) if step.isdecimal() else step for step in steps]
    lag: dict[str, float] = {}
    for word in options.lag or ():
        what, _, seconds = word.partition("=")
        try:
            lag[what] = float(seconds)
        except ValueError:
            raise Problem(f"--lag {word}: write WHAT=SECONDS, as in graph=3", 2) from None
    whole: Json = {} if options.seed is None else {"seed": options.seed}
    whole |= {"lag": lag} if lag else {}
    return whole | ({"rules": [rule]} if rule or not whole else {})


def print_faults(faults: Json, *, as_json: bool) -> None:
    """Print the faults for a program or for a person, a line a rule."""
    if as_json:
        print(json.dumps(faults, indent=2))
        return
    if faults["seed"]:
        print(f"seed: {faults['seed']}")
    for what, seconds in faults["lag"].items():
        print(f"lag of {what}: {seconds:g} s")
    for rule in faults["rules"]:
        said = {key: value for key, value in rule.items() if key not in {"matched", "acted"}}
        text = ", ".join(f"{key}: {_plain(value)}" for key, value in said.items())
        print(f"{text}  (matched {rule['matched']}, acted {rule['acted']})")
    if not faults["rules"] and not any(faults["lag"].values()):
        print("no faults")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _call(method: str, document: Any = None) -> Json:
    """The faults in force after a call to the running local Azure.

    Raises:
        Problem: it does not run, or refuses the document.
    """
    try:
        content = json.dumps(document, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Problem(f"the faults cannot be used: {error}", 2) from None
    home = Home.from_environment()
    endpoint = daemon.status(home)
    if endpoint is None:
        message = "the local Azure does not run; start it with: python -m rehearsal cloud start"
        raise Problem(message)
    reply = httpx.request(
        method,
        f"{endpoint.origin}{PATH}",
        content=content,
        headers={"Authorization": f"Bearer {secret_file(home).read_text(encoding='utf-8')}"},
        verify=ssl.create_default_context(cafile=str(home.ca_certificate)),
        timeout=30,
        trust_env=False,
    )
    body: Json = reply.json()
    if not reply.is_success:
        raise Problem(body["error"]["message"], 2)
    return body

"""`python -m rehearsal cloud start|stop|status|reset|rotate-keys|env|faults`."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from rehearsal.cli import faults
from rehearsal.cli.problem import Problem
from rehearsal.cli.workplace import bare_environment, ensure_cloud, print_exports
from rehearsal.cloud import daemon, github
from rehearsal.cloud.environment import client_environment
from rehearsal.cloud.keys import rotate_keys
from rehearsal.home import Home

if TYPE_CHECKING:
    import argparse

    from rehearsal.cli.grammar import Commands


def add_commands(commands: Commands) -> None:
    """Add `cloud` and what stands below it."""
    group = commands.add_parser("cloud", help="the local Azure").add_subparsers(
        required=True, metavar="ACTION"
    )
    for name, function, text in (
        ("start", start, "start it, if it does not run"),
        ("stop", stop, "stop it; its data stays"),
        ("status", status, "whether it runs, and where"),
        ("reset", reset, "stop it and forget everything in it, deployed stacks too"),
        ("rotate-keys", rotate, "sign tokens with a new key from now on; older ones stay valid"),
    ):
        group.add_parser(name, help=text).set_defaults(command=function)
    env = group.add_parser("env", help="the variables that point Azure's clients here")
    env.add_argument("--json", action="store_true", help="one JSON object instead of shell exports")
    env.add_argument(
        "--github",
        metavar="SUBJECT",
        help="what a GitHub Actions job has besides, as repo:OWNER/NAME:environment:ENVIRONMENT",
    )
    env.set_defaults(command=environment)
    faults.add_commands(group)


def start(options: argparse.Namespace) -> int:
    """Start the local Azure."""
    ensure_cloud(Home.from_environment())
    return status(options)


def stop(_options: argparse.Namespace) -> int:
    """Stop the local Azure; clusters stop with it and come back with it."""
    stopped = daemon.stop(Home.from_environment())
    print("stopped" if stopped else "it was not running")
    return 0


def status(_options: argparse.Namespace) -> int:
    """Say where the local Azure runs; exit status 1 if it does not."""
    endpoint = daemon.status(Home.from_environment())
    if endpoint is None:
        print("not running")
        return 1
    print(f"running at {endpoint.origin} (pid {endpoint.pid})")
    return 0


def reset(_options: argparse.Namespace) -> int:
    """Stop the local Azure and remove the rehearsal's home."""
    forget(Home.from_environment())
    print("the rehearsal is empty")
    return 0


def forget(home: Home) -> None:
    """Stop the local Azure of `home` and remove the directory, and only if it is such a home.

    Raises:
        Problem: the directory has not been made by a rehearsal.
    """
    if not home.root.exists():
        return
    if not home.is_made():
        message = f"{home.root} (REHEARSAL_HOME) holds no rehearsal; it is left as it is"
        raise Problem(message, 2)
    daemon.stop(home)
    shutil.rmtree(home.root)


def rotate(_options: argparse.Namespace) -> int:
    """Give Entra a new signing key, which a running local Azure takes at once.

    Raises:
        Problem: the local Azure does not run.
    """
    home = Home.from_environment()
    _require_running(home)
    print(f"new signing key: {rotate_keys(home).kid}")
    return 0


def environment(options: argparse.Namespace) -> int:
    """Print the deploying service principal's variables.

    Raises:
        Problem: the local Azure does not run, so there is nothing to point to.
    """
    home = Home.from_environment()
    endpoint = _require_running(home)
    variables = client_environment(home)
    if options.github:
        variables |= github.job_environment(home, endpoint.origin, options.github)
    if options.json:
        print(json.dumps(variables, indent=2))
    else:
        # Kubeconfigs name kubelogin, and after az's conversion kubelogin runs az.
        print_exports(variables | {"PATH": bare_environment()["PATH"]})
    return 0


def _require_running(home: Home) -> daemon.Endpoint:
    endpoint = daemon.status(home)
    if endpoint is None:
        message = "the local Azure does not run; start it with: python -m rehearsal cloud start"
        raise Problem(message)
    return endpoint

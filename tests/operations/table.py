"""docs/operations.md: every operation of Azure's SDKs, and what the local Azure does with it."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml

from rehearsal.cloud.clock import ManualClock
from rehearsal.cloud.faults_rules import plane_of
from tests.operations.azure import Operation, apis
from tests.support.identity import unserved_cloud

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rehearsal.cloud.web import Route

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
COMMAND = ".venv/bin/python -m tests.operations"
NOT = "not (501)"

_INTRODUCTION = f"""\
# Operations of the local Azure

Made by `{COMMAND}` from the routes of the local Azure and the request builders of
Microsoft's own SDKs. *partly*: the note says what is missing; *{NOT}*: refused by name. How an
operation differs from Azure's is told in [fidelity.md](fidelity.md). `SUBSCRIPTION` stands for
`/subscriptions/{{subscriptionId}}`, `GROUP` for that and
`/resourceGroups/{{resourceGroupName}}`.

Graph's and Entra's operations, and ARM's beyond the SDKs, are compared with no list of
Microsoft's: those sections have what is there, and what is not in them answers 501.
"""
# Nearly all of ARM's paths begin with one of the two.
_SHORT = {
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}": "GROUP",
    "/subscriptions/{subscriptionId}": "SUBSCRIPTION",
}
_HEAD = ("| operation | request | status | note |", "|---|---|---|---|")


def notes() -> dict[str, str]:
    """What is missing of an operation, by its name."""
    text = Path(__file__).with_name("notes.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def routes() -> list[Route]:
    """The routes of a local Azure."""
    with TemporaryDirectory() as directory:
        cloud = unserved_cloud(Path(directory) / "home", ManualClock())
        cloud.store.close()
        return cloud.router.routes()


def document() -> str:
    """The whole document."""
    ours = routes()
    taken: set[str] = set()
    sections: list[str] = []
    for api in apis():
        found = [(operation, _route(ours, operation)) for operation in api.operations]
        taken |= {route.pattern for _, route in found if route}
        rows = [_row(operation, there=route is not None) for operation, route in found]
        title = f"## Azure Resource Manager: {api.title}, api-version {api.api_version}"
        sections.append(_section(title, rows))
    rest = [route for route in ours if route.pattern not in taken]
    for title, plane in (
        ("## Azure Resource Manager: beyond these SDKs", "arm"),
        ("## Microsoft Graph, the same under `/beta`", "graph"),
        ("## Entra ID", "entra"),
        ("## The rehearsal's own", "own"),
    ):
        sections.append(_section(title, _own_rows(rest, plane)))
    return "\n".join([_INTRODUCTION, *sections])


def _own_rows(rest: list[Route], plane: str) -> list[str]:
    """Rows for routes that no SDK has told of; each of Graph's is there once for both versions."""
    stable = {route.pattern for route in rest}
    rows: dict[str, None] = {}
    for route in rest:
        twin = route.pattern.startswith("/beta/") and f"/v1.0/{route.pattern[6:]}" in stable
        if _plane(route.pattern) == plane and not twin:
            path = route.pattern.replace("*}", "}")
            rows[_row(Operation(route.operation, route.method, path), there=True)] = None
    return list(rows)


def _plane(pattern: str) -> str:
    return "arm" if pattern.startswith("{scope*}") else plane_of(pattern)


def _route(ours: Iterable[Route], operation: Operation) -> Route | None:
    """The route that answers such a request."""
    path = operation.sample()
    for route in ours:
        if route.method == operation.method and route.expression().fullmatch(path):
            return route
    return None


def _row(operation: Operation, *, there: bool) -> str:
    note = notes().get(operation.name, "") if there else ""
    status = ("partly" if note else "supported") if there else NOT
    path = operation.path
    for long, short in _SHORT.items():
        path = re.sub(f"^{re.escape(long)}(?=/|$)", short, path, flags=re.IGNORECASE)
    return f"| {operation.name} | `{operation.method} {path}` | {status} | {note} |"


def _section(title: str, rows: list[str]) -> str:
    counts = {
        status: sum(f"| {status} |" in row for row in rows)
        for status in ("supported", "partly", NOT)
    }
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return "\n".join([title, "", f"{told}.", "", *_HEAD, *rows, ""])


def listed() -> Iterator[tuple[Operation, str]]:
    """(operation, status) of each row of the document as it was committed."""
    row = re.compile(r"\| (\S+) \| `(\S+) (\S+)` \| ([^|]+) \|.*")
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        found = row.fullmatch(line)
        if found:
            path = found[3]
            for long, short in _SHORT.items():
                path = re.sub(f"^{short}(?=/|$)", lambda _, long=long: long, path)
            yield Operation(found[1], found[2], path), found[4]

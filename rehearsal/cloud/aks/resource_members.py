"""Which members a body may have, and how they are spelt."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from rehearsal.cloud.arm.errors import provider_error

_FILE = Path(__file__).with_name("resource_members.yaml")
_Members = dict[str, Any]


def canonical(body: dict[str, Any], kind: Literal["managedCluster", "agentPool"]) -> dict[str, Any]:
    """The body with every member spelt as AKS spells it; AKS itself reads them without case.

    Members that hold an empty text are left out: to AKS they are the same as none, and az sends
    `kubernetesVersion: ""` for the default.

    Raises:
        CloudError: 400, a member that AKS does not have.
    """
    return cast("dict[str, Any]", _canonical(body, _members()[kind], ""))


@cache
def _members() -> dict[str, _Members]:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def _canonical(value: Any, members: _Members, where: str) -> Any:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_canonical(item, members, where) for item in items]
    if not isinstance(value, dict):
        return value
    names = {name.lower(): name for name in (*members.get("_", ()), *members) if name != "_"}
    found: dict[str, Any] = {}
    for given, inner in cast("dict[str, Any]", value).items():
        name = given if "*" in names else names.get(given.lower())
        path = f"{where}.{given}" if where else given
        if name is None:
            message = f'UnmarshalEntity encountered error: json: unknown field "{path}".'
            raise provider_error(400, "UnmarshalError", message)
        below: _Members | None = members.get("*" if "*" in names else name)
        if inner == "" and below is None and "*" not in names:
            continue
        found[name] = inner if below is None else _canonical(inner, below, path)
    return found

"""docs/configuration.md: every key of a stack file, from the descriptions it is read by."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from components.kubeconfig import LOGINS
from components.roles import BUILT_IN
from settings.file import StackFile
from settings.keys import IN_PLACE, REQUIRED, Key, Table, keys_of
from settings.kinds import Choice, Each, Flag, Named, Number, Text

if TYPE_CHECKING:
    from settings.kinds import Kind

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"
COMMAND = ".venv/bin/python -m tests.configuration"
EXAMPLE = Path(__file__).with_name("example.yaml")
CONTRADICTIONS = ROOT / "tests" / "corpus" / "contradictions.yaml"

_KNOWN = {"logins": LOGINS, "roles": (*BUILT_IN, "NAME")}
_INTRODUCTION = f"""\
# Configuration

Made by `{COMMAND}` from the descriptions by which the program
reads its settings.

A stack is configured in `stacks/Pulumi.STACK.yaml`. Each key of the first table stands below
`config`, after `aks-entra:`; a section for each mapping follows (`[]`: one of a list, `NAME`: one
of freely chosen names). The least that a stack needs:

```yaml
config:
  aks-entra:adminGroups:
    - existing: sg-platform-admins
```

- Everything that is wrong is told in one error, before anything is looked up or made: file, key,
  value, what is allowed, what to do. An unknown key is an error.
- *changed later* says what a change does to a stack that is deployed. "replaces" means deleted and
  made anew, with all that is in it: `pulumi preview` shows it, and `protect` refuses it.
- A key that has no value, or null, has its default.
- Texts that YAML would read as something else need quotes: `"1.30"`, `"1"`, `"true"`.
"""
_HEAD = ("| key | value | default | meaning | changed later |", "|---|---|---|---|---|")
_TOGETHER = """\
## What does not go together

Each of these is refused, though every value alone would be fine:
"""

_FIRST_POOL = """\
## Another first System pool

The first pool of mode `System` is part of the cluster, every other pool a resource of its own.
Azure takes no other pool into a cluster that is there, and changes neither the zones nor the
`vmSize` of that one; so the program refuses it before anything is changed. Another System pool
beside it usually does. To be rid of the first one:

1. Add the new System pool as the last of `nodePools`, and deploy.
2. `az aks nodepool delete --resource-group GROUP --cluster-name CLUSTER --name OLD`: Azure drains
   its nodes and deletes them. Until the last step the program refuses to deploy.
3. `pulumi state delete URN`, with the URN of `aks-entra-pool-NEW` (`pulumi stack --show-urns`) and
   `--force` where `protect` is on: Pulumi forgets the new pool, and Azure keeps it.
4. Delete the old pool from `nodePools`, and deploy: the cluster takes the new one as its first.
"""

_EXAMPLE = """\
## An example

A cluster for several teams; keys that are left out have their defaults.
"""


def page() -> str:
    """The whole page."""
    sections: dict[str, str] = {}
    _add_sections("", Table(StackFile), {}, sections)
    refused = yaml.safe_load(CONTRADICTIONS.read_text(encoding="utf-8"))
    together = "\n".join([_TOGETHER, *(f"- {case['says']}" for case in refused), ""])
    example = f"{_EXAMPLE}\n```yaml\n{EXAMPLE.read_text(encoding='utf-8')}```\n"
    return "\n".join([_INTRODUCTION, *sections.values(), together, _FIRST_POOL, example])


def _add_sections(path: str, kind: Kind, known: dict[type, str], sections: dict[str, str]) -> None:
    """Add the sections of a kind and of those in it; `known` says where a dataclass is told of."""
    if isinstance(kind, Each):
        _add_sections(f"{path}[]", kind.kind, known, sections)
    elif isinstance(kind, Named):
        _add_sections(f"{path}.NAME", kind.kind, known, sections)
    elif isinstance(kind, Table) and kind.table not in known:
        known[kind.table] = path
        sections[path] = ""
        keys = keys_of(kind.table).values()
        for key in keys:
            _add_sections(f"{path}.{key.path}".removeprefix("."), key.kind, known, sections)
        rows = [_row(key, known) for key in keys]
        sections[path] = "\n".join(
            [f"## {path or 'Keys of a stack'}", "", *_one_of(kind), *_HEAD, *rows, ""]
        )


def _one_of(table: Table) -> list[str]:
    groups = [", ".join(f"`{name}`" for name in group) for group in table.one_of]
    return [f"Exactly one of {' and exactly one of '.join(groups)}.", ""] if groups else []


def _row(key: Key, known: dict[type, str]) -> str:
    change = "see there" if isinstance(key.kind, Table) and key.change == IN_PLACE else key.change
    cells = (f"`{key.path}`", _value(key.kind, known), _default(key), key.about, change)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _value(kind: Kind, known: dict[type, str]) -> str:
    """The kind in words, with a link to the keys of a mapping."""
    match kind:
        case Table():
            path = known[kind.table]
            return f"mapping, see [{path}](#{_anchor(path)})"
        case Each():
            return f"{kind.allowed}; each: {_value(kind.kind, known)}"
        case Named():
            return f"{kind.allowed} ({kind.name.allowed}); each: {_value(kind.kind, known)}"
        case Choice():
            options = kind.options or _KNOWN[kind.known]
            return ", ".join(f"`{option}`" for option in options)
        case _:
            assert isinstance(kind, Text | Flag | Number)
            return kind.allowed


def _default(key: Key) -> str:
    if key.default is REQUIRED:
        return "**required**"
    if key.default in (None, "", [], {}):
        return "none"
    if isinstance(key.default, str):
        return f"`{key.default.format(project='PROJECT', stack='STACK')}`"
    return f"`{json.dumps(key.default)}`"


def _anchor(title: str) -> str:
    """The name that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")

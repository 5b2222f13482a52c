"""Every key is described once: the reader, Pulumi.yaml and the documentation say the same."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml

from components.cluster import EntraClusterArgs
from components.kubeconfig import LOGINS
from components.pools import NodePoolArgs
from components.roles import BUILT_IN
from settings.cluster import ClusterSettings
from settings.file import StackFile
from settings.keys import REQUIRED, Key, Table, keys_of
from settings.kinds import Each, Flag, Named
from settings.place import Place, Reading
from settings.pools import NodePoolSettings
from tests.configuration.page import COMMAND, PAGE, page
from tests.support.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings.kinds import Kind

GIVEN_BY_MAIN = {"resource_group_name", "location", "tags", "tenant_id", "admin_group_object_ids"}
DECLARED: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
)["config"]


def every_key(kind: Kind, path: str = "") -> Iterator[tuple[str, Key]]:
    """Each key at and below a kind, by the path of one place where it can stand."""
    if isinstance(kind, Each):
        yield from every_key(kind.kind, f"{path}[0]")
    elif isinstance(kind, Named):
        yield from every_key(kind.kind, f"{path}.any")
    elif isinstance(kind, Table):
        for key in keys_of(kind.table).values():
            at = f"{path}.{key.path}".removeprefix(".")
            yield at, key
            yield from every_key(key.kind, at)


KEYS = list(every_key(Table(StackFile)))


def reading() -> Reading:
    names = {"project": "aks-entra", "stack": "dev"}
    return Reading("file", names=names, options={"logins": LOGINS, "roles": list(BUILT_IN)})


def test_the_page_of_settings_is_what_the_settings_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"run: {COMMAND}"


def test_the_page_tells_every_key_and_every_link_leads_somewhere() -> None:
    text = page()
    assert [path for path, key in KEYS if f"| `{key.path}` |" not in text] == []
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^## (.*)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#(.*?)\)", text)) <= anchors


def test_the_project_file_declares_exactly_the_keys_of_a_stack_file() -> None:
    declared = [key for key in DECLARED if ":" not in key]
    assert declared == [key.path for key in keys_of(StackFile).values()]


@pytest.mark.parametrize("key", keys_of(StackFile).values(), ids=lambda key: key.path)
def test_the_project_file_says_of_a_key_what_the_settings_say(key: Key) -> None:
    types: dict[type[Any], str] = {Table: "object", Named: "object", Each: "array", Flag: "boolean"}
    declared = DECLARED[key.path]
    assert declared["type"] == types.get(type(key.kind), "string")
    assert declared["description"] == key.about
    assert declared.get("default", REQUIRED) == key.default


@pytest.mark.parametrize("key", [key for _, key in KEYS], ids=[path for path, _ in KEYS])
def test_a_key_is_described_and_its_default_is_allowed(key: Key) -> None:
    assert key.about.endswith(".")
    assert key.change
    root = Place("aks-entra:", {}, reading())
    if key.default is not REQUIRED:
        key.read(root)
        assert root.reading.problems == []


@pytest.mark.parametrize(("path", "key"), KEYS, ids=[path for path, _ in KEYS])
@pytest.mark.parametrize(
    "wrong",
    [[[]], {"x": {"y": 1}}, -0.5, "\0", ["\0", 7]],
    ids=["nested", "map", "float", "nul", "mix"],
)
def test_a_value_of_a_wrong_type_is_refused_at_every_key(path: str, key: Key, wrong: Any) -> None:
    root = Place("aks-entra:", {}, reading())
    for part in reversed(key.path.split(".")):
        root = Place(root.path, {part: root.value or wrong}, root.reading)
    key.read(root)
    told = [text for _, text in root.reading.problems]
    assert told, f"{path} takes {wrong!r}"
    assert all(f"aks-entra:{key.path}" in text and "; allowed: " in text for text in told)


def _names(table: type) -> set[str]:
    return {each.name for each in fields(cast("Any", table))}


def test_the_cluster_is_given_exactly_what_its_component_takes() -> None:
    assert _names(ClusterSettings) | GIVEN_BY_MAIN == set(EntraClusterArgs.__annotations__)
    assert _names(NodePoolSettings) == set(NodePoolArgs.__annotations__)

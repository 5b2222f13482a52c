from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.paths import Path, PathError, contains, parse, reset
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from rehearsal.engine.values import Properties


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("value", ("value",)),
        ("tags.owner", ("tags", "owner")),
        ("items[1]", ("items", 1)),
        ("rows[*].v", ("rows", "*", "v")),
        ('tags["a.b"]', ("tags", "a.b")),
        ('["quoted \\" one"].x', ('quoted " one', "x")),
        ("*", ("*",)),
    ],
)
def test_paths_are_read(text: str, expected: Path) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["a[", "a[x]", "a..b", 'a["open', "."])
def test_what_is_no_path_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(PathError, match="property path"):
        parse(text)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("tags", "tags.owner", True),
        ("tags.owner", "tags", False),
        ("rows[*].v", "rows[3].v", True),
        ("rows[*].v", "rows[3].w", False),
        ("*", "anything", True),
        ("rows[1]", "rows[2]", False),
    ],
)
def test_a_path_contains_what_lies_within_it(pattern: str, path: str, *, expected: bool) -> None:
    assert contains(parse(pattern), parse(path)) is expected


@pytest.mark.parametrize(
    ("ignored", "olds", "news", "expected"),
    [
        pytest.param("a", {"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}, id="top"),
        pytest.param("a", {}, {"a": 2, "b": 3}, {"b": 3}, id="added-is-left-out"),
        pytest.param("a", {"a": 1}, {"b": 3}, {"a": 1, "b": 3}, id="removed-comes-back"),
        pytest.param(
            "t.x", {"t": {"x": 1}}, {"t": {"x": 2, "y": 2}}, {"t": {"x": 1, "y": 2}}, id="nested"
        ),
        pytest.param("t.x", {}, {"t": {"x": 2}}, {"t": {}}, id="nested-in-a-new-map"),
        pytest.param("l[1]", {"l": [1, 2]}, {"l": [3, 4]}, {"l": [3, 2]}, id="index"),
        pytest.param(
            "l[*].v",
            {"l": [{"v": 1}, {"v": 2}]},
            {"l": [{"v": 8}, {"v": 9, "w": 1}]},
            {"l": [{"v": 1}, {"v": 2, "w": 1}]},
            id="all-items",
        ),
        pytest.param("*", {"a": 1}, {"a": 2, "b": 2}, {"a": 1}, id="everything"),
        pytest.param("x.y", {"a": 1}, {"a": 2}, {"a": 2}, id="in-neither"),
        pytest.param(
            "t.x", {"t": Secret({"x": 1})}, {"t": {"x": 2}}, {"t": {"x": Secret(1)}}, id="secret"
        ),
        pytest.param(
            "t.x", {"t": {"x": 1}}, {"t": Secret({"x": 2})}, {"t": Secret({"x": 1})}, id="hidden"
        ),
    ],
)
def test_ignored_paths_keep_their_old_values(
    ignored: str, olds: Properties, news: Properties, expected: Properties
) -> None:
    assert reset(news, olds, [ignored]) == (expected, ())


@pytest.mark.parametrize(
    ("ignored", "olds", "news", "expected"),
    [
        pytest.param("l[1]", {"l": [1, 2]}, {"l": [3]}, {"l": [3]}, id="removed-element"),
        pytest.param("l[1]", {"l": [1]}, {"l": [3, 4]}, {"l": [3, 4]}, id="added-element"),
        pytest.param("l[1]", {"l": [1, 2]}, {"l": "text"}, {"l": "text"}, id="no-list-any-more"),
        pytest.param("t.x", {"t": {"x": 1}}, {"u": 1}, {"u": 1}, id="removed-map"),
        pytest.param("t.x", {"t": {"x": 1}}, {"t": 5}, {"t": 5}, id="no-map-any-more"),
        pytest.param("l[*]", {"l": [1, 2]}, {"l": [3]}, {"l": [1]}, id="all-of-a-shorter-list"),
        pytest.param(
            "t.*.v",
            {"t": {"a": {"v": 1}, "b": {"v": 2}}},
            {"t": {"a": {"v": 8}}},
            {"t": {"a": {"v": 1}}},
            id="removed-key-of-a-map",
        ),
    ],
)
def test_a_path_that_only_one_side_has_is_told_and_changes_nothing_there(
    ignored: str, olds: Properties, news: Properties, expected: Properties
) -> None:
    assert reset(news, olds, [ignored]) == (expected, (ignored,))


def test_what_is_no_path_ignores_nothing() -> None:
    assert reset({"a": 2}, {"a": 1}, ["a["]) == ({"a": 2}, ())


def test_the_inputs_themselves_are_left_alone() -> None:
    news: Properties = {"t": {"x": 2}, "l": [{"v": 2}]}

    reset(news, {"t": {"x": 1}, "l": [{"v": 1}]}, ["t.x", "l[0].v"])

    assert news == {"t": {"x": 2}, "l": [{"v": 2}]}

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.state import Resource
from rehearsal.engine.steps import (
    NO_DIFF,
    Create,
    Decision,
    Diff,
    Options,
    Refuse,
    Replace,
    Same,
    Update,
    compared,
    replaced_on_changes,
    with_diff,
    without_diff,
)
from rehearsal.engine.values import Secret

if TYPE_CHECKING:
    from rehearsal.engine.values import Properties

OLD = Resource(urn="urn:pulumi:dev::p::pkg:index:Thing::a", type="pkg:index:Thing", custom=True)
CUSTOM = Options(custom=True)
CHANGED = Diff("some", ("size",), (), {"size": "update"})
REPLACED = Diff("some", ("zone",), ("zone",), {"zone": "update-replace"})
REPLACED_DELETE_FIRST = replace(REPLACED, delete_before_replace=True)


@pytest.mark.parametrize(
    ("old", "deleted", "expected"),
    [
        pytest.param(None, False, Create(), id="new"),
        pytest.param(OLD, True, Create(replaces=True), id="deleted-in-this-run"),
        pytest.param(
            replace(OLD, external=True),
            False,
            Create(replaces=True, keep_old=True),
            id="only-read-so-far",
        ),
        pytest.param(OLD, False, None, id="to-be-compared"),
    ],
)
def test_what_cannot_be_compared_is_created(
    old: Resource | None, *, deleted: bool, expected: Create | None
) -> None:
    assert without_diff(old, deleted=deleted) == expected


@pytest.mark.parametrize(
    ("old", "options", "diff", "expected"),
    [
        pytest.param(OLD, CUSTOM, NO_DIFF, Same(), id="nothing-changed"),
        pytest.param(OLD, CUSTOM, CHANGED, Update(CHANGED), id="changed"),
        pytest.param(
            replace(OLD, init_errors=("not ready",)),
            CUSTOM,
            NO_DIFF,
            Update(NO_DIFF),
            id="not-ready-is-tried-again",
        ),
        pytest.param(OLD, CUSTOM, REPLACED, Replace(REPLACED, delete_first=False), id="replaced"),
        pytest.param(
            OLD,
            CUSTOM,
            REPLACED_DELETE_FIRST,
            Replace(REPLACED_DELETE_FIRST, delete_first=True),
            id="provider-deletes-first",
        ),
        pytest.param(
            OLD,
            replace(CUSTOM, delete_before_replace=True),
            REPLACED,
            Replace(REPLACED, delete_first=True),
            id="program-deletes-first",
        ),
        pytest.param(
            OLD,
            replace(CUSTOM, delete_before_replace=False),
            REPLACED_DELETE_FIRST,
            Replace(REPLACED_DELETE_FIRST, delete_first=False),
            id="program-overrules-provider",
        ),
        pytest.param(
            replace(OLD, pending_replacement=True),
            CUSTOM,
            NO_DIFF,
            Replace(NO_DIFF, delete_first=False),
            id="already-deleted-by-a-run-that-failed",
        ),
        pytest.param(
            OLD,
            CUSTOM,
            Diff("some", changed=("m",), detailed={"m.x": "update-replace"}),
            Replace(
                Diff("some", changed=("m",), detailed={"m.x": "update-replace"}), delete_first=False
            ),
            id="provider-replaces-by-a-path",
        ),
        pytest.param(
            OLD, CUSTOM, Diff("none", replaces=("value",)), Same(), id="no-change-replaces-nothing"
        ),
        pytest.param(
            replace(OLD, custom=False),
            Options(custom=False),
            CHANGED,
            Update(CHANGED),
            id="component-is-only-updated",
        ),
        pytest.param(
            OLD,
            replace(CUSTOM, replace_on_changes=("size",)),
            CHANGED,
            Replace(
                Diff("some", ("size",), ("size",), {"size": "update-replace"}), delete_first=False
            ),
            id="replace-on-changes",
        ),
        pytest.param(
            replace(OLD, protect=True),
            CUSTOM,
            REPLACED,
            Replace(REPLACED, delete_first=False),
            id="unprotected-in-this-run",
        ),
    ],
)
def test_a_diff_decides(old: Resource, options: Options, diff: Diff, expected: Decision) -> None:
    assert with_diff(old, options, diff) == expected


@pytest.mark.parametrize(
    ("old", "options", "text", "is_error"),
    [
        (replace(OLD, protect=True), replace(CUSTOM, protect=True), "protect", True),
        (OLD, replace(CUSTOM, import_id="thing-1"), "import", False),
    ],
)
def test_a_replacement_that_an_option_forbids_is_refused_and_says_why(
    old: Resource, options: Options, text: str, *, is_error: bool
) -> None:
    decision = with_diff(old, options, REPLACED)

    assert isinstance(decision, Refuse)
    assert text in decision.message
    assert decision.is_error_in_preview is is_error
    assert decision.instead == Replace(REPLACED, delete_first=False)


def test_replace_on_changes_covers_what_lies_within_its_path_only() -> None:
    detailed = {"tags.zone": "update", "tags.note": "update"}
    diff = Diff("some", ("tags",), (), dict.fromkeys(detailed, "update"))

    found = replaced_on_changes(diff, ["tags.zone"], failed=False)

    assert found.detailed == {"tags.zone": "update-replace", "tags.note": "update"}
    assert found.replaces == (), "the key `tags` is more than the path names"


def test_replace_on_all_changes_covers_a_failed_initialisation() -> None:
    found = replaced_on_changes(NO_DIFF, ["*"], failed=True)

    assert (found.changes, found.replaces) == ("some", ("#initerror",))


def test_comparing_sees_through_secrets() -> None:
    olds: Properties = {"a": Secret("x"), "b": "old", "c": 1}
    news: Properties = {"a": "x", "b": Secret("new"), "d": 1}

    diff = compared(olds, news)

    assert diff.detailed == {"b": "update", "c": "delete", "d": "add"}
    assert diff.changes == "some"

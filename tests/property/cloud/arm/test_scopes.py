from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.cloud.arm.scopes import action_matches, covers, normalized

SEGMENT = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-._", min_size=1, max_size=8)
SEGMENTS = st.lists(SEGMENT, max_size=5)
PATTERN = st.text("abAB/.*", max_size=10)
ACTION = st.text("abAB/.", max_size=10)


def path(segments: list[str]) -> str:
    return "/" + "/".join(segments)


@given(SEGMENTS, SEGMENTS)
def test_a_scope_covers_itself_and_everything_below(outer: list[str], inner: list[str]) -> None:
    assert covers(path(outer), path(outer + inner))


@given(SEGMENTS, SEGMENTS)
def test_a_scope_covers_another_exactly_when_its_segments_lead_there(
    one: list[str], other: list[str]
) -> None:
    lowered = [segment.lower() for segment in one]
    leads = [segment.lower() for segment in other[: len(one)]] == lowered

    assert covers(path(one), path(other)) is leads


@given(SEGMENTS)
def test_a_scope_is_the_same_in_any_case_and_with_any_slashes(segments: list[str]) -> None:
    written = "//".join(["", *segments, ""]).upper()

    assert normalized(written) == normalized(path(segments))


@given(ACTION)
def test_an_action_names_itself_in_any_case_and_star_names_all(action: str) -> None:
    assert action_matches(action.upper(), action.lower())
    assert action_matches("*", action)


@given(PATTERN, ACTION)
def test_a_pattern_matches_as_a_walk_along_both_would(pattern: str, action: str) -> None:
    assert action_matches(pattern, action) is walk(pattern.lower(), action.lower())


def walk(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return walk(pattern[1:], text) or (bool(text) and walk(pattern, text[1:]))
    return bool(text) and pattern[0] == text[0] and walk(pattern[1:], text[1:])

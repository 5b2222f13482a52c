"""Transitive membership against the plainest way to say it, on any graph of groups."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.directory import Directory
from rehearsal.cloud.store import Store

NAMES = [f"g{number}" for number in range(7)]
EDGES = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20)
SECURE = st.sets(st.sampled_from(NAMES))


def reachable(edges: set[tuple[str, str]], start: str) -> set[str]:
    """Groups above `start`: the smallest set closed under "has a member in it"."""
    found: set[str] = set()
    while True:
        wider = {group for group, member in edges if member == start or member in found}
        if wider == found:
            return found
        found = wider


def directory_of(edges: set[tuple[str, str]], secure: set[str]) -> tuple[Directory, Store]:
    # SQLite's name for a database that is nowhere but in memory.
    store = Store(Path(":memory:"))
    directory = Directory(store)
    for name in NAMES:
        group = documents.group(object_id=name, display_name=name, mail_nickname=name, created="")
        directory.put("Group", group | {"securityEnabled": name in secure})
    for group, member in sorted(edges):
        if group != member:
            directory.add("members", group, member)
    return directory, store


@given(edges=EDGES, secure=SECURE)
def test_membership_is_the_closure(edges: set[tuple[str, str]], secure: set[str]) -> None:
    directory, store = directory_of(edges, secure)
    links = {(group, member) for group, member in edges if group != member}
    for name in NAMES:
        expected = reachable(links, name)
        assert directory.transitive_group_ids(name) == expected
        only = directory.transitive_group_ids(name, security_enabled_only=True)
        assert only == expected & secure
        below = {other for other in NAMES if name in reachable(links, other)}
        assert set(directory.transitive_members(name)) == below
    store.close()


@given(edges=EDGES, gone=st.sampled_from(NAMES))
def test_a_removed_group_is_as_if_it_had_never_been(edges: set[tuple[str, str]], gone: str) -> None:
    links = {(group, member) for group, member in edges if group != member}
    directory, store = directory_of(edges, set())
    directory.remove("Group", gone)
    left = {link for link in links if gone not in link}
    for name in NAMES:
        expected = set[str]() if name == gone else reachable(left, name)
        assert directory.transitive_group_ids(name) == expected
    store.close()

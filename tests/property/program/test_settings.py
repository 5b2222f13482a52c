"""What holds for every configuration, not only for those we thought of."""

from __future__ import annotations

import copy
import string
from collections.abc import Callable
from typing import Any, cast

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components import naming
from components.kubeconfig import LOGINS
from components.roles import BUILT_IN
from settings import Settings, load
from settings.file import StackFile
from settings.keys import keys_of
from tests.support.configurations import WORLD, configurations
from tests.support.program import PROJECT, run

SOME = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Path = tuple[str | int, ...]
Misspelling = Callable[[str], str]


def loaded(config: dict[str, Any]) -> Settings:
    found: list[Settings] = []
    keys = {f"{PROJECT}:{key}": value for key, value in config.items()}
    run(lambda: found.append(load(BUILT_IN, LOGINS)), config=keys, world=WORLD)
    return found[0]


def refusal(config: dict[str, Any]) -> list[str]:
    with pytest.raises(pulumi.RunError) as refused:
        loaded(config)
    return str(refused.value).splitlines()[1:]


def mappings(value: Any, path: Path = ()) -> list[tuple[Path, dict[str, Any]]]:
    """Every mapping in a configuration whose keys are the program's, with where it is."""
    if isinstance(value, list):
        items = enumerate(cast("list[Any]", value))
        return [each for index, item in items for each in mappings(item, (*path, index))]
    if not isinstance(value, dict) or path[-1:] in (("tags",), ("labels",), ("roles",)):
        return []
    table = cast("dict[str, Any]", value)
    below = [each for key, item in table.items() for each in mappings(item, (*path, key))]
    return [(path, table), *below]


def shown(path: Path) -> str:
    """A path as messages write it."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"{PROJECT}:{text.removeprefix('.')}"


@st.composite
def spoiled(
    draw: st.DrawFn, misspell: st.SearchStrategy[Misspelling]
) -> tuple[dict[str, Any], Path, str]:
    """A valid configuration with one more key, where that is, and the key it resembles."""
    config = copy.deepcopy(draw(configurations()))
    path, mapping = draw(st.sampled_from([each for each in mappings(config) if each[1]]))
    key = draw(st.sampled_from(sorted(mapping)))
    wrong = draw(misspell)(key)
    mapping[wrong] = copy.deepcopy(mapping[key])
    return config, (*path, wrong), key


def doubled(at: int) -> Misspelling:
    """The key with one of its letters twice."""

    def misspelled(key: str) -> str:
        return key[: at % len(key) + 1] + key[at % len(key) :]

    return misspelled


def in_snake_case(key: str) -> str:
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in key)
    return snake if snake != key else f"{key}_"


def replaced(text: str) -> Misspelling:
    """The text, whatever the key."""

    def misspelled(_key: str) -> str:
        return text

    return misspelled


MISSPELLINGS: st.SearchStrategy[Misspelling] = st.one_of(
    st.integers(0, 30).map(doubled), st.sampled_from([in_snake_case, str.upper, str.capitalize])
)
STRANGE: st.SearchStrategy[Misspelling] = st.text(
    string.digits + "#$%&! ", min_size=4, max_size=12
).map(replaced)


def turned(value: Any) -> Any:
    """The value with the keys of every mapping in the opposite order."""
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {key: turned(table[key]) for key in reversed(table)}
    return [turned(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value


@SOME
@given(configurations())
def test_every_valid_configuration_is_taken(config: dict[str, Any]) -> None:
    stack = loaded(config)
    assert len(stack.admin_groups) >= 1
    assert stack.cluster.local_accounts is (stack.break_glass is not None)
    known = {group.key for group in stack.groups} | {*stack.users, *stack.service_principals}
    granted = {*stack.admin_groups, *(grant.principal for grant in stack.cluster_grants)}
    granted |= {grant.principal for team in stack.teams for grant in team.grants}
    assert granted <= known


@SOME
@given(configurations())
def test_an_order_of_keys_says_nothing(config: dict[str, Any]) -> None:
    assert loaded(turned(config)) == loaded(config)


@SOME
@given(spoiled(MISSPELLINGS))
def test_a_misspelled_key_anywhere_is_refused_with_the_right_one(
    bad: tuple[dict[str, Any], Path, str],
) -> None:
    config, path, key = bad
    (line,) = refusal(config)
    assert f"{shown(path)} is not a known key" in line
    assert f'did you mean "{key}"?' in line


@SOME
@given(spoiled(STRANGE))
def test_a_strange_key_anywhere_is_refused_by_name_with_all_that_are_allowed(
    bad: tuple[dict[str, Any], Path, str],
) -> None:
    config, path, key = bad
    (line,) = refusal(config)
    assert f"{shown(path)} is not a known key; allowed: " in line
    assert key in line
    assert line.endswith("; delete it")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=9), each, max_size=3)
    ),
    max_leaves=8,
)
PATHS = sorted(key.path for key in keys_of(StackFile).values())


@settings(SOME, max_examples=200)
@given(st.dictionaries(st.sampled_from(PATHS) | st.text(max_size=9), JSON, max_size=4))
def test_whatever_is_given_is_taken_or_refused_line_by_line(config: dict[str, Any]) -> None:
    try:
        loaded(config)
    except pulumi.RunError as refused:
        first, *lines = str(refused).split("\n")
        assert first.startswith(f"{len(lines)} problem")
        for line in lines:
            assert line.startswith("  stacks/Pulumi.local.yaml: ")
            assert "; allowed: " in line
            assert line.isprintable()


@given(st.text(min_size=1, max_size=300))
def test_every_slug_is_a_short_name(text: str) -> None:
    slug = naming.slug(text)
    assert 1 <= len(slug) <= 59
    assert set(slug) <= set(string.ascii_lowercase + string.digits + ".-")
    assert slug[0] not in ".-"
    assert slug[-1] not in ".-"


@given(st.lists(st.text(min_size=1, max_size=60), unique=True, min_size=2, max_size=5))
def test_different_texts_have_different_slugs(texts: list[str]) -> None:
    assert len({naming.slug(text) for text in texts}) == len(texts)


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?", fullmatch=True))
def test_every_cluster_name_gives_a_dns_prefix_that_azure_takes(name: str) -> None:
    prefix = naming.dns_prefix(name)
    assert 1 <= len(prefix) <= 54
    assert prefix[0].isalnum()
    assert prefix[-1].isalnum()
    assert set(prefix) <= set(string.ascii_letters + string.digits + "-")

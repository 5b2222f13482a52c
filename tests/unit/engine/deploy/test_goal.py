from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import alias_pb2, callback_pb2, resource_pb2, source_pb2

from rehearsal.engine.goal import (
    InvalidGoalError,
    UnsupportedError,
    goal_of,
    seconds_of,
    with_version,
)
from rehearsal.engine.values import to_struct

ROOT = Path("/project")
HOOKS = resource_pb2.RegisterResourceRequest.ResourceHooksBinding(after_create=["h"])


def request(**fields: Any) -> resource_pb2.RegisterResourceRequest:
    given: dict[str, Any] = {"type": "pkg:index:Thing", "name": "a", "custom": True, **fields}
    return resource_pb2.RegisterResourceRequest(**given)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 0), ("0", 0), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("1500ms", 1.5), (".5s", 0.5)],
)
def test_durations_are_read_as_go_writes_them(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["5", "5 m", "m5", "1d", "-5m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidGoalError, match="duration"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"remote": True}, "remote components"),
        ({"transforms": [callback_pb2.Callback(token="t")]}, "transforms"),
        ({"packageRef": "uuid"}, "packageRef"),
        (
            {
                "hooks": resource_pb2.RegisterResourceRequest.ResourceHooksBinding(
                    after_create=["h"]
                )
            },
            "hooks",
        ),
        ({"replace_with": ["urn"]}, "replaceWith"),
        ({"envVarMappings": {"A": "B"}}, "environment variable"),
        ({"state_migrations": [callback_pb2.Callback(token="t")]}, "state migrations"),
        (
            {"aliases": [alias_pb2.Alias(spec=alias_pb2.Alias.Spec(name="b"))]},
            "alias specifications",
        ),
        ({"type": "pulumi-python:dynamic:Resource"}, "dynamic providers"),
    ],
)
def test_what_the_engine_lacks_is_refused_by_name(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(UnsupportedError, match=name):
        goal_of(request(**fields), ROOT)


def test_what_the_program_leaves_open_stays_open_so_that_the_parent_can_decide() -> None:
    goal = goal_of(request(), ROOT)

    assert (goal.protect, goal.retain_on_delete, goal.delete_before_replace) == (None, None, None)
    assert goal_of(request(protect=False), ROOT).protect is False


def test_dependencies_are_sorted_so_that_the_state_does_not_change_with_their_order() -> None:
    of_property = resource_pb2.RegisterResourceRequest.PropertyDependencies(urns=["b", "a", "b"])

    goal = goal_of(request(dependencies=["b", "a"], propertyDependencies={"x": of_property}), ROOT)

    assert goal.dependencies == ("a", "b")
    assert goal.property_dependencies == {"x": ("a", "b")}


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("file:///project/team/one.py", "project:///team/one.py#7"),
        ("file:///elsewhere/one.py", ""),
        ("", ""),
    ],
)
def test_source_positions_are_relative_to_the_project(uri: str, expected: str) -> None:
    position = source_pb2.SourcePosition(uri=uri, line=7)

    assert goal_of(request(sourcePosition=position), ROOT).source_position == expected


def test_a_provider_row_keeps_its_version_beside_its_configuration() -> None:
    goal = goal_of(
        request(
            type="pulumi:providers:pkg",
            version="1.2.3",
            pluginDownloadURL="u",
            object=to_struct({"region": "west"}),
        ),
        ROOT,
    )

    assert goal.package == "pkg"
    assert goal.inputs == {
        "region": "west",
        "version": "1.2.3",
        "__internal": {"pluginDownloadURL": "u"},
    }
    assert with_version({}, "", "") == {}, "a provider without version has nothing of the engine's"

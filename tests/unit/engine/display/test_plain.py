from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.events import Diagnostic, PropertyChange
from tests.support.displayed import urn

if TYPE_CHECKING:
    from rehearsal.engine.display.plain import PlainDisplay
    from rehearsal.engine.events import Op
    from tests.unit.engine.display.conftest import Screen

CLUSTER = urn("azure-native:containerservice:ManagedCluster", "aks-dev")


def test_a_run_begins_with_its_title(plain: Screen) -> None:
    plain.begin("preview")
    assert plain.lines[0] == "Preview  aks-entra / dev"


@pytest.mark.parametrize(
    ("op", "line"),
    [
        ("create", "+ ManagedCluster aks-dev  created  1.0 s"),
        ("update", "~ ManagedCluster aks-dev  updated  1.0 s"),
        ("delete", "- ManagedCluster aks-dev  deleted  1.0 s"),
        ("create-replacement", "+ ManagedCluster aks-dev  replacement created  1.0 s"),
        ("delete-replaced", "- ManagedCluster aks-dev  old one deleted  1.0 s"),
        ("read", "< ManagedCluster aks-dev  read  1.0 s"),
        ("import", "= ManagedCluster aks-dev  imported  1.0 s"),
        ("refresh", "~ ManagedCluster aks-dev  refreshed  1.0 s"),
    ],
)
def test_a_step_is_a_line_when_it_ends(plain: Screen, op: Op, line: str) -> None:
    plain.begin()
    plain.start(op, CLUSTER)
    before = len(plain.lines)
    plain.finish(op, CLUSTER)
    assert plain.lines[before - 1] == line


def test_a_preview_says_what_would_be_done(plain: Screen) -> None:
    plain.begin("preview")
    plain.step("create", CLUSTER)
    assert plain.ended()[1:3] == [
        "  Stack aks-entra-dev",
        "└── + ManagedCluster aks-dev  create",
    ]


def test_what_does_not_change_is_no_line(plain: Screen) -> None:
    plain.begin()
    before = plain.lines
    plain.step("same", CLUSTER)
    plain.step("replace", CLUSTER)
    plain.step("create", urn("pulumi:providers:azure-native", "default_3_29_0"))
    assert plain.lines == before


def test_a_default_provider_that_fails_is_a_line(plain: Screen) -> None:
    plain.begin()
    plain.step("create", urn("pulumi:providers:azure-native", "default"), failed=True)
    assert "✗ Provider azure-native/default  create failed  1.0 s" in plain.lines


def test_an_update_tells_each_property(plain: Screen) -> None:
    plain.begin()
    changes = (
        PropertyChange("tags.owner", "update", '"ada"', '"grace"'),
        PropertyChange("tags.old", "delete", '"x"', None),
        PropertyChange("tags.new", "add", None, '"<unknown>"'),
        PropertyChange("password", "update", '"[secret]"', '"[secret]"'),
        PropertyChange("location", "update-replace", '"a"', '"b"'),
        PropertyChange("kubeconfig", "update"),
    )
    plain.step("update", CLUSTER, diff=changes)
    assert plain.lines[-7:-1] == [
        '    ~ tags.owner: "ada" → "grace"',
        '    - tags.old: "x"',
        "    + tags.new: [unknown]",
        "    ~ password: [secret]  changed",
        '    ~ location: "a" → "b"  forces replacement',
        "    ~ kubeconfig",
    ]


def test_a_long_value_is_cut_around_the_difference(plain: Screen) -> None:
    plain.begin()
    before, after = "a" * 300 + "OLD" + "z" * 300, "a" * 300 + "NEW" + "z" * 300
    plain.step("update", CLUSTER, diff=(PropertyChange("text", "update", before, after),))
    line = plain.lines[-2]
    assert "…aaaaaaaaaaaaaaaaOLDzzz" in line
    assert "…aaaaaaaaaaaaaaaaNEWzzz" in line
    assert len(line) < 130


def test_a_slow_step_is_told_while_it_runs(plain: Screen) -> None:
    plain.begin()
    display: PlainDisplay = plain.display  # pyright: ignore[reportAssignmentType] - as the fixture
    plain.start("create", CLUSTER)
    plain.take(Diagnostic("info", CLUSTER, "waiting for the API server", ephemeral=True))
    before = len(plain.lines)
    display.remind()
    assert len(plain.lines) == before, "it is not slow yet"
    plain.seconds[0] += 12
    display.remind()
    display.remind()
    told = "+ ManagedCluster aks-dev  creating 12 s  waiting for the API server"
    assert plain.lines[before - 1 : -1] == [told]
    plain.seconds[0] += 65
    display.remind()
    assert "creating 1 min 17 s" in plain.lines[-2]


def test_what_the_program_says_is_written_as_it_comes(plain: Screen) -> None:
    plain.begin()
    plain.take(Diagnostic("info", "", "hello\nworld"))
    plain.take(Diagnostic("info", CLUSTER, "from the provider"))
    plain.take(Diagnostic("debug", "", "noise"))
    assert plain.lines[-4:-1] == ["hello", "  world", "ManagedCluster aks-dev: from the provider"]


def test_a_message_cannot_command_the_terminal(plain: Screen) -> None:
    plain.begin()
    plain.take(Diagnostic("info", "", "\x1b[2J\x1b]0;x\x07red\x1b[0m\rback"))
    assert plain.lines[-2] == "]0;xredback"


def test_a_stream_of_ascii_gets_ascii(ascii_log: Screen) -> None:
    ascii_log.begin()
    changes = (PropertyChange("a", "update", '"x"', '"y"'),)
    ascii_log.step("update", CLUSTER, diff=changes)
    ascii_log.step("create", CLUSTER, failed=True)
    text = "\n".join(ascii_log.ended())
    assert text.isascii()
    assert 'a: "x" > "y"' in text
    assert "x ManagedCluster aks-dev  create failed" in text


def test_a_run_of_which_nothing_is_written_for_long_tells_how_far_it_is(plain: Screen) -> None:
    plain.begin("preview")
    display: PlainDisplay = plain.display  # pyright: ignore[reportAssignmentType] - as the fixture
    plain.step("create", CLUSTER)
    display.remind()
    assert plain.lines == ["Preview  aks-entra / dev", ""]
    plain.seconds[0] += 20
    display.remind()
    display.remind()
    assert plain.lines[1:] == ["2 done, 0 under way, 20 s", ""]

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.display.terminal import TerminalDisplay
from rehearsal.engine.events import Diagnostic, PropertyChange
from tests.support.displayed import STACK, urn

if TYPE_CHECKING:
    from tests.unit.engine.display.conftest import Screen

CLUSTER = urn("azure-native:containerservice:ManagedCluster", "aks-dev")


def frame_of(shown: Screen) -> str:
    """What a terminal shows at this moment."""
    assert isinstance(shown.display, TerminalDisplay)
    with shown.display.console.capture() as captured:
        shown.display.console.print(shown.display.frame())
    return captured.get()


class TestTheTree:
    def test_shows_changes_below_their_ancestors(self, terminal: Screen) -> None:
        component = urn("aks-entra:index:EntraCluster", "main")
        terminal.begin()
        terminal.step("same", component)
        terminal.step("same", urn("t:i:Quiet", "q"), component)
        terminal.step("create", CLUSTER, component, seconds=61)
        terminal.step("update", urn("t:i:Orphan", "o"), urn("t:i:Gone", "g"))
        assert terminal.ended()[-5:-1] == [
            "  Stack aks-entra-dev",
            "└──   EntraCluster main",
            "    └── + ManagedCluster aks-dev  created  1 min 01 s",
            "~ Orphan o  updated  1.0 s",
        ]

    def test_has_its_leaves_in_order_of_names_however_they_came(self, terminal: Screen) -> None:
        terminal.begin()
        for name in ("c", "a", "b"):
            terminal.step("create", urn("t:i:T", name))
        terminal.step("create", urn("t:i:A", "b"))
        drawn = terminal.ended()[-6:-1]
        assert [line.partition("+ ")[2].partition("  ")[0] for line in drawn] == [
            "",
            "T a",
            "A b",
            "T b",
            "T c",
        ]

    def test_shows_a_replacement_as_one_row(self, terminal: Screen) -> None:
        change = (PropertyChange("trigger", "update-replace", "1", "2"),)
        terminal.begin()
        terminal.step("create-replacement", CLUSTER, diff=change)
        terminal.step("replace", CLUSTER)
        terminal.step("delete-replaced", CLUSTER)
        final = terminal.ended()
        assert "└── ± ManagedCluster aks-dev  replaced  3.0 s" in final
        assert "        ~ trigger: 1 → 2  forces replacement" in final

    def test_forgets_a_refresh_that_found_nothing(self, terminal: Screen) -> None:
        terminal.begin("refresh")
        terminal.start("refresh", CLUSTER)
        terminal.finish("same", CLUSTER)
        assert not any("└──" in line for line in terminal.ended()[-4:])

    def test_shows_what_a_provider_is_doing(self, terminal: Screen) -> None:
        terminal.begin()
        terminal.start("create", CLUSTER)
        terminal.take(Diagnostic("info", CLUSTER, "waiting for nodes", ephemeral=True))
        terminal.seconds[0] += 3
        frame = frame_of(terminal)
        assert "+ ManagedCluster aks-dev  creating 3.0 s  waiting for nodes" in frame
        assert "1 done, 1 under way" in frame

    def test_that_is_taller_than_the_terminal_shows_only_what_goes_on(
        self, terminal: Screen
    ) -> None:
        terminal.begin()
        for index in range(40):
            terminal.start("create", urn("t:i:T", f"n{index}"))
        for index in range(30):
            terminal.finish("create", urn("t:i:T", f"n{index}"))
        frame = frame_of(terminal)
        assert frame.count("creating") == 10
        assert frame.count("\n") < 30

    def test_is_written_also_when_the_run_is_interrupted(self, terminal: Screen) -> None:
        terminal.begin()
        terminal.start("create", CLUSTER)
        assert any("ManagedCluster aks-dev" in line for line in terminal.ended())

    def test_has_the_stack_at_its_root(self, terminal: Screen) -> None:
        terminal.begin()
        terminal.step("update", STACK, "")
        assert "~ Stack aks-entra-dev  updated  2.0 s" in terminal.ended()

    def test_has_its_title_once_before_what_the_program_says(self, terminal: Screen) -> None:
        terminal.begin()
        terminal.take(Diagnostic("info", "", "hello"))
        terminal.step("create", CLUSTER)
        lines = terminal.ended()
        assert lines.count("Update  aks-entra / dev") == 1
        assert lines.index("Update  aks-entra / dev") < lines.index("hello")

    def test_breaks_what_is_wider_than_the_terminal_beside_its_guides(
        self, terminal: Screen
    ) -> None:
        terminal.begin()
        long = " ".join(["word"] * 20)
        change = (PropertyChange("ownerOfIt", "update", f'"{long}"', f'"other {long}"'),)
        terminal.step("update", CLUSTER, diff=change)
        terminal.step("create", urn("t:i:T", "later"))
        found = terminal.ended()
        first = found.index("├── ~ ManagedCluster aks-dev  updated  1.0 s", 4) + 1
        assert found[first : first + 3] == [
            f'│       ~ ownerOfIt: "{" ".join(["word"] * 10)[:-2]}… → "other word word word',
            f"│           {' '.join(['word'] * 5)} w…",
            "└── + T later  created  1.0 s",
        ]

    def test_is_no_fainter_than_its_lines(self, terminal: Screen) -> None:
        change = (PropertyChange("owner", "update", "1", "2"),)
        terminal.begin()
        terminal.step("update", CLUSTER, diff=change)
        lines = list(terminal.display.tree(diffs=True))
        assert [str(line.style) for line in lines[1:]] == ["", ""]


class TestAReplacement:
    FORCES = (PropertyChange("trigger", "update-replace", "1", "2"),)
    CHANGES = (PropertyChange("tag", "update", "1", "2"),)

    @pytest.mark.parametrize(
        ("diff", "told"),
        [
            (FORCES, ", deleted first"),
            ((), ": what it depends on is replaced"),
            (CHANGES, ": what it depends on is replaced"),
        ],
    )
    def test_whose_old_one_goes_first_says_so_or_why(
        self, terminal: Screen, diff: tuple[PropertyChange, ...], told: str
    ) -> None:
        terminal.begin("preview")
        terminal.step("delete-replaced", CLUSTER, seconds=0)
        terminal.step("create-replacement", CLUSTER, seconds=0, diff=diff)
        assert f"└── ± ManagedCluster aks-dev  replace{told}" in terminal.ended()

    @pytest.mark.parametrize(
        ("diff", "told"), [(FORCES, ""), ((), ": what it depends on is replaced")]
    )
    def test_says_why_in_a_log_too(
        self, plain: Screen, diff: tuple[PropertyChange, ...], told: str
    ) -> None:
        plain.begin()
        plain.step("delete-replaced", CLUSTER)
        plain.step("create-replacement", CLUSTER, diff=diff)
        assert "- ManagedCluster aks-dev  old one deleted  1.0 s" in plain.lines
        assert f"+ ManagedCluster aks-dev  replacement created{told}  1.0 s" in plain.lines

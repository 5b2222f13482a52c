from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.engine.events import (
    Diagnostic,
    PolicyRemediation,
    PolicyViolation,
    Summary,
)
from tests.support.displayed import urn

if TYPE_CHECKING:
    from rehearsal.engine.events import EnforcementLevel
    from tests.unit.engine.display.conftest import Screen

CLUSTER = urn("azure-native:containerservice:ManagedCluster", "aks-dev")


def violation(
    policy: str, level: EnforcementLevel, message: str = "It holds.\npath: is wrong; mend it"
) -> PolicyViolation:
    return PolicyViolation("pack", policy, level, CLUSTER, message, "1.0.0", "high")


def summary(**more: Any) -> Summary:
    fields: dict[str, Any] = {
        "operation": "up",
        "result": "succeeded",
        "changes": {},
        "seconds": 83.2,
    }
    return Summary(**fields | more)


def after(shown: Screen, *events: Any) -> list[str]:
    """The lines that the end of a run adds."""
    shown.begin()
    before = len(shown.lines)
    shown.take(*events)
    return shown.ended()[before:-1]


class TestPolicies:
    def test_are_told_by_level_with_the_fix(self, plain: Screen) -> None:
        found = after(plain, violation("softer", "advisory"), violation("harder", "mandatory"))
        assert found == [
            "Policies",
            "  ! softer  advisory  high",
            "      It holds.",
            "      ManagedCluster aks-dev",
            "        path: is wrong; mend it",
            "  ✗ harder  mandatory  high",
            "      It holds.",
            "      ManagedCluster aks-dev",
            "        path: is wrong; mend it",
        ]

    def test_are_told_once_each(self, plain: Screen) -> None:
        found = after(plain, violation("a", "mandatory"), violation("a", "mandatory"))
        assert sum("✗ a" in line for line in found) == 1

    def test_that_could_not_look_are_told_together(self, plain: Screen) -> None:
        waiting = "can't run policy 'a' from policy pack"
        events = [
            PolicyViolation("pack", "a", "advisory", urn("t:i:T", f"n{index}"), waiting)
            for index in range(5)
        ]
        found = after(plain, *events)
        assert found[1].startswith("  ? not evaluated yet")
        assert found[2:] == ["      a  T n0, T n1, T n2 and 2 more"]

    def test_that_mended_tell_what(self, plain: Screen) -> None:
        event = PolicyRemediation(
            "pack",
            "mender",
            CLUSTER,
            {"a": {"b": 1, "gone": "x"}, "k": "[secret]"},
            {"a": {"b": 2, "new": [True]}, "k": "[secret]"},
        )
        assert after(plain, event) == [
            "Policies",
            "  ✓ mender  remediated  ManagedCluster aks-dev",
            "      ~ a.b: 1 → 2",
            '      - a.gone: "x"',
            "      + a.new: [true]",
        ]

    def test_that_mended_the_same_in_many_tell_it_once(self, plain: Screen) -> None:
        events = [
            PolicyRemediation("pack", "mender", urn("t:i:T", f"n{index}"), {}, {"a": 1})
            for index in range(5)
        ]
        other = PolicyRemediation("pack", "mender", CLUSTER, {}, {"a": 2})
        assert after(plain, other, *events) == [
            "Policies",
            "  ✓ mender  remediated  T n0, T n1, T n2 and 2 more",
            "      + a: 1",
            "  ✓ mender  remediated  ManagedCluster aks-dev",
            "      + a: 2",
        ]


class TestErrors:
    def test_are_told_once_with_their_resource(self, plain: Screen) -> None:
        error = Diagnostic("error", CLUSTER, "403 Forbidden\nask an owner")
        found = after(plain, error, error, Diagnostic("warning", "", "it is late"))
        assert found == [
            "warning: it is late",
            "error: ManagedCluster aks-dev: 403 Forbidden",
            "  ask an owner",
        ]

    def test_come_after_the_policies(self, plain: Screen) -> None:
        found = after(plain, Diagnostic("error", "", "bad"), violation("a", "mandatory"))
        assert found.index("error: bad") > found.index("Policies")

    def test_are_told_even_if_nothing_was_started(self, plain: Screen) -> None:
        plain.take(Diagnostic("error", "", "no Pulumi.yaml"))
        plain.take(summary(result="config-error", operation="preview"))
        assert plain.ended()[1:] == [
            "error: no Pulumi.yaml",
            "",
            "Nothing was done: the configuration is wrong  (1 min 23 s)",
            "",
        ]


class TestOutputs:
    def test_are_listed_by_name(self, plain: Screen) -> None:
        outputs = {
            "name": "aks-dev",
            "kubeconfig": "[secret]",
            "address": "<unknown>",
            "count": 3,
            "ids": ["a", "b"],
        }
        found = after(plain, summary(outputs=outputs))
        assert found[:6] == [
            "Outputs",
            "  address     [unknown]",
            "  count       3",
            '  ids         ["a", "b"]',
            "  kubeconfig  [secret]",
            "  name        aks-dev",
        ]

    def test_that_are_long_take_a_line_a_member(self, plain: Screen) -> None:
        rows = [{"who": f"group-{index}", "role": "developer", "n": index} for index in range(4)]
        table = {f"key-{index}": "x" * 30 for index in range(4)}
        mixed = ["x" * 100, 5, {"a": 1}]
        outputs = {"access": rows, "table": table, "text": "a\nb", "mixed": mixed}
        found = after(plain, summary(outputs=outputs))
        assert found[1:4] == [
            "  access",
            "    n  role       who",
            "    0  developer  group-0",
        ]
        assert found[found.index("  mixed") + 1 :][:3] == [
            "    - " + "x" * 100,
            "    - 5",
            '    - {"a": 1}',
        ]
        assert "    key-0: " + "x" * 30 in found
        assert found[found.index("  text    a") + 1] == "    b"

    @pytest.mark.parametrize(
        "more", [{"result": "failed"}, {"operation": "destroy"}, {"result": "changes"}]
    )
    def test_are_left_out_where_something_else_matters(
        self, plain: Screen, more: dict[str, Any]
    ) -> None:
        assert "Outputs" not in after(plain, summary(outputs={"a": 1}, **more))

    def test_that_people_copy_are_not_broken(self, terminal: Screen) -> None:
        command = " ".join(["az aks get-credentials"] * 9)
        found = after(terminal, summary(outputs={"command": command}))
        assert f"  command  {command}" in found


class TestTheSummary:
    @pytest.mark.parametrize(
        ("more", "line"),
        [
            (
                {"changes": {"same": 9, "delete": 1, "create": 3}, "seconds": 4.25},
                "Update succeeded: 3 created, 1 deleted, 9 unchanged  (4.2 s)",
            ),
            (
                {"operation": "preview", "changes": {"replace": 1, "update": 2, "same": 0}},
                "Preview succeeded: 2 to update, 1 to replace, 0 unchanged  (1 min 23 s)",
            ),
            ({"operation": "destroy"}, "Destroy succeeded: no resources  (1 min 23 s)"),
            ({"result": "failed", "seconds": 12.6}, "Update failed  (13 s)"),
            (
                {"result": "changes", "operation": "refresh", "changes": {"update": 1}},
                "Refresh found changes where none were expected: 1 updated  (1 min 23 s)",
            ),
            ({"changes": {"odd": 2}}, "Update succeeded: 2 odd  (1 min 23 s)"),
        ],
    )
    def test_says_result_counts_and_duration(
        self, plain: Screen, more: dict[str, Any], line: str
    ) -> None:
        assert after(plain, summary(**more))[-1] == line

    def test_counts_violations_but_not_what_could_not_look(self, plain: Screen) -> None:
        found = after(
            plain,
            violation("a", "mandatory"),
            violation("b", "mandatory"),
            violation("c", "advisory"),
            violation("d", "advisory", "can't run policy 'd'"),
            summary(changes={"same": 1}),
        )
        assert "1 unchanged; 2 mandatory violations, 1 advisory violation" in found[-1]

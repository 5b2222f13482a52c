from __future__ import annotations

import json

import pytest

from ops.review.model import Change, Finding, Grant
from ops.review.reading import UnreadableError, read
from tests.support import previews
from tests.support.previews import BINDING, CLUSTER, GROUP, PROVIDER, STACK

VIEWER = Grant("namespace/shop", "viewer", "Group", "sg-shop")


class TestEvents:
    def test_tell_each_change_once_however_many_steps_it_takes(self) -> None:
        told = read(
            previews.stream(
                previews.step("create", STACK),
                previews.step("create-replacement", CLUSTER, "dnsPrefix"),
                previews.step("replace", CLUSTER, "dnsPrefix"),
                previews.step("delete-replaced", CLUSTER, "dnsPrefix"),
                previews.step("delete", BINDING),
                previews.step("same", GROUP),
            )
        )
        assert told.stack == "stg"
        assert told.changes == (
            Change("create", STACK),
            Change("replace", CLUSTER, ("dnsPrefix",), ("dnsPrefix",)),
            Change("delete", BINDING),
        )

    def test_name_the_exact_property_that_causes_a_replacement(self) -> None:
        detailed = {
            "networkProfile.podCidr": {"diffKind": "update-replace", "inputDiff": False},
            "tags.owner": {"diffKind": "update", "inputDiff": False},
        }
        step = previews.step("replace", CLUSTER, "networkProfile", detailedDiff=detailed)
        (change,) = read(previews.stream(step)).changes
        assert change.causes == ("networkProfile.podCidr",)
        assert change.changed == ("networkProfile.podCidr", "tags.owner")

    @pytest.mark.parametrize("op", ["same", "read", "refresh", "read-discard", "remove-pending-x"])
    def test_tell_of_no_change_where_there_is_none(self, op: str) -> None:
        assert read(previews.stream(previews.step(op, CLUSTER))).changes == ()

    def test_leave_out_the_default_providers_which_nobody_wrote(self) -> None:
        default = f"{previews.URN}pulumi:providers:azure-native::default_3_29_0"
        told = read(
            previews.stream(previews.step("create", default), previews.step("create", PROVIDER))
        )
        assert [change.urn for change in told.changes] == [PROVIDER]

    def test_leave_out_what_a_refresh_found_and_the_program_leaves_alone(self) -> None:
        told = read(
            previews.stream(
                previews.step("refresh", CLUSTER),
                previews.result("update", CLUSTER, diffs=["agentPoolProfiles"]),
                previews.step("same", CLUSTER),
            )
        )
        assert told.changes == ()

    def test_tell_what_a_refresh_found(self) -> None:
        told = read(
            previews.stream(
                previews.step("refresh", CLUSTER),
                previews.result("update", CLUSTER, diffs=["tags"]),
                previews.step("refresh", GROUP),
                previews.result("same", GROUP),
                previews.step("refresh", BINDING),
                previews.result("delete", BINDING),
                previews.step("create", BINDING),
            )
        )
        assert [(one.kind, one.urn) for one in told.changes] == [
            ("update", CLUSTER),
            ("create", BINDING),
        ]

    def test_tell_what_policies_say_without_colours(self) -> None:
        event = previews.policy("aks-entra-managed", "mandatory", CLUSTER, "Managed.\nis not true")
        assert read(previews.stream(event)).findings == (
            Finding("aks-entra-managed", "mandatory", CLUSTER, "Managed.\nis not true"),
        )

    def test_tell_errors_and_warnings_once_and_nothing_that_passes_by(self) -> None:
        told = read(
            previews.stream(
                previews.diagnostic("error", "no group of that name"),
                previews.diagnostic("error", "no group of that name"),
                previews.diagnostic("warning", "break-glass is on"),
                previews.diagnostic("info", "hello"),
                previews.diagnostic("warning", "working", ephemeral=True),
                ("errorEvent", {"error": "the plugin is gone"}),
            )
        )
        assert told.errors == ("no group of that name", "the plugin is gone")
        assert told.warnings == ("break-glass is on",)

    def test_tell_who_has_access_before_and_afterwards(self) -> None:
        row = previews.grant("sg-shop", "viewer")
        told = read(previews.stream(previews.outputs({"access": []}, {"access": [row]})))
        assert told.access_before == frozenset()
        assert told.access_after == {VIEWER}

    def test_of_a_first_preview_tell_of_no_access_before(self) -> None:
        row = previews.grant("sg-shop", "viewer")
        told = read(previews.stream(previews.outputs(None, {"access": [row]})))
        assert told.access_before is None
        assert told.access_after == {VIEWER}

    @pytest.mark.parametrize(
        "access",
        [previews.UNKNOWN, None, [previews.grant(previews.UNKNOWN, "viewer")], [{"who": "x"}], [7]],
        ids=["unknown", "absent", "unknown name", "other rows", "no rows"],
    )
    def test_tell_of_no_access_that_cannot_be_known(self, access: object) -> None:
        told = read(previews.stream(previews.outputs({}, {"access": access})))
        assert told.access_after is None

    def test_of_an_unknown_id_keep_the_name(self) -> None:
        row = previews.grant("sg-shop", "viewer") | {"id": previews.UNKNOWN}
        told = read(previews.stream(previews.outputs({}, {"access": [row]})))
        assert told.access_after == {VIEWER}

    def test_tell_the_counts(self) -> None:
        told = read(previews.stream(previews.summary(same=3, create=1)))
        assert told.counts == {"same": 3, "create": 1}
        assert told.judged
        assert told.complete

    def test_tell_whether_any_policy_ran(self) -> None:
        name, payload = previews.summary(same=3)
        assert not read(previews.stream((name, payload | {"PolicyPacks": {}}))).judged


class TestADigest:
    def test_tells_changes_but_no_policies(self) -> None:
        told = read(
            "Installing policy pack...\n\n"
            + previews.digest(
                {"op": "same", "urn": STACK, "newState": {"outputs": {"access": []}}},
                {
                    "op": "replace",
                    "urn": CLUSTER,
                    "replaceReasons": ["location"],
                    "diffReasons": ["location", "tags"],
                    "detailedDiff": None,
                },
                said=[{"message": "oh dear", "severity": "error"}],
                replace=1,
                same=1,
            )
        )
        assert told.stack == "stg"
        assert told.changes == (Change("replace", CLUSTER, ("location",), ("location", "tags")),)
        assert told.errors == ("oh dear",)
        assert told.access_after == frozenset()
        assert not told.judged

    def test_of_nothing_is_read(self) -> None:
        told = read(previews.digest(same=4))
        assert (told.stack, told.changes, told.counts) == ("", (), {"same": 4})


class TestTheRehearsalsOutcome:
    def test_tells_counts_and_policies(self) -> None:
        told = read(
            json.dumps(
                {
                    "result": "failed",
                    "changes": {"create": 2, "replace": 0, "same": 1},
                    "outputs": {"access": [previews.grant("sg-shop", "viewer")]},
                    "violations": [
                        {"policy": "p", "level": "advisory", "urn": CLUSTER, "message": "M\nm"}
                    ],
                    "seconds": 2.5,
                },
                indent=2,
            )
        )
        assert told.stack == "stg"
        assert told.findings == (Finding("p", "advisory", CLUSTER, "M\nm"),)
        assert told.access_after == {VIEWER}
        assert told.errors == ("the preview failed",)
        assert not told.complete


@pytest.mark.parametrize(
    "text",
    ["", "error: no such stack\n", "{}", '{"a": 1}', "[]", "{broken", '{"steps"', "null", "  {}"],
)
def test_what_is_no_preview_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="there is no preview in it"):
        read(text)


def test_parts_of_another_form_are_passed_over() -> None:
    told = read(
        json.dumps(
            {
                "steps": [7, None, {"op": "create"}, {"op": 5, "urn": CLUSTER}],
                "diagnostics": "x",
                "changeSummary": {"create": "many"},
            }
        )
    )
    assert (told.changes, told.counts, told.errors) == ((), {}, ())

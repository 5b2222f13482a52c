from __future__ import annotations

from typing import Any

import pytest

from tests.support.policy_checks import CLUSTER, UNKNOWN, secret, verdict

BOOLEANS = {
    "aks-entra-managed": "aadProfile.managed",
    "aks-local-accounts-disabled": "disableLocalAccounts",
    "aks-rbac-enabled": "enableRBAC",
    "aks-run-command-off": "apiServerAccessProfile.disableRunCommand",
}
VARIANTS = [
    CLUSTER,
    "azure-native:containerservice/v20250801:ManagedCluster",
    "azure-native:containerservice/v20240102preview:ManagedCluster",
    "azure-native_containerservice_v20250801:containerservice:ManagedCluster",
]
OTHERS = [
    "azure-native:containerservice:AgentPool",
    "azure-native:containerservice:ManagedClusterSnapshot",
    "azure-native:containerservice/v20250801:ManagedClusterX",
    "azure-native:containerinstance:ManagedCluster",
    "azure:containerservice:ManagedCluster",
    "kubernetes:core/v1:Namespace",
]


def at(path: str, value: Any) -> dict[str, Any]:
    """Properties that hold the value at a path."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


@pytest.mark.parametrize(("check", "path"), BOOLEANS.items())
class TestABooleanThatHasToBeTrue:
    @pytest.mark.parametrize("value", [True, secret(value=True)], ids=["true", "secret true"])
    def test_passes(self, check: str, path: str, value: object) -> None:
        found = verdict(check, CLUSTER, at(path, value))
        assert found.paths == []
        assert found.waiting == ""

    @pytest.mark.parametrize(
        "value",
        [False, None, "true", 1.0, [True], {"value": True}, secret(value=False), secret("true")],
        ids=["false", "null", "a text", "a number", "a list", "an object", "secret", "secret text"],
    )
    def test_fails_for_anything_else(self, check: str, path: str, value: object) -> None:
        found = verdict(check, CLUSTER, at(path, value))
        assert found.paths == [path]
        assert "set it to true" in found.said

    @pytest.mark.parametrize("value", [{}, None, "text", []], ids=["{}", "null", "text", "list"])
    def test_fails_where_it_is_absent(self, check: str, path: str, value: object) -> None:
        assert verdict(check, CLUSTER, {}).paths == [path]
        parent = path.rpartition(".")[0] or "tags"
        assert verdict(check, CLUSTER, {parent: value}).paths == [path]

    def test_says_that_preview_cannot_see_it(self, check: str, path: str) -> None:
        found = verdict(check, CLUSTER, at(path, UNKNOWN))
        assert found.messages == ()
        assert found.waits == [path]
        assert "not evaluated at preview" in found.waiting

    def test_says_that_preview_cannot_see_what_holds_it(self, check: str, path: str) -> None:
        found = verdict(check, CLUSTER, {path.partition(".")[0]: UNKNOWN})
        assert found.messages == ()
        assert found.waits == [path]

    def test_is_not_put_off_by_unknown_neighbours(self, check: str, path: str) -> None:
        props = at(path, value=False) | {"tags": UNKNOWN, "dnsPrefix": UNKNOWN}
        found = verdict(check, CLUSTER, props)
        assert found.paths == [path]
        assert found.waiting == ""

    def test_is_not_satisfied_by_a_name_in_other_letters(self, check: str, path: str) -> None:
        assert verdict(check, CLUSTER, at(path.lower(), value=True)).paths == [path]

    @pytest.mark.parametrize("token", VARIANTS)
    def test_judges_every_spelling_of_the_type(self, check: str, path: str, token: str) -> None:
        assert verdict(check, token, {}).paths == [path]

    @pytest.mark.parametrize("token", OTHERS)
    def test_leaves_other_types_alone(self, check: str, path: str, token: str) -> None:
        assert verdict(check, token, at(path, value=False)).said == ""


class TestTheRetiredEntraIntegration:
    check = "aks-no-legacy-aad"
    fields = ("clientAppID", "serverAppID", "serverAppSecret")

    @pytest.mark.parametrize(
        "profile",
        [{}, {"managed": True, "tenantID": "t"}, None, "text", {"clientAppId": "other spelling"}],
        ids=["empty", "managed", "null", "a text", "near miss"],
    )
    def test_passes_without_its_fields(self, profile: object) -> None:
        assert verdict(self.check, CLUSTER, {"aadProfile": profile}).said == ""

    def test_passes_without_a_profile(self) -> None:
        assert verdict(self.check, CLUSTER, {}).said == ""

    @pytest.mark.parametrize("field", fields)
    @pytest.mark.parametrize(
        "value", ["app", "", 5.0, secret("hidden")], ids=["text", "empty", "number", "secret"]
    )
    def test_fails_where_one_is_set(self, field: str, value: object) -> None:
        found = verdict(self.check, CLUSTER, {"aadProfile": {field: value, "managed": True}})
        assert found.paths == [f"aadProfile.{field}"]

    @pytest.mark.parametrize("field", fields)
    def test_passes_where_one_is_null(self, field: str) -> None:
        assert verdict(self.check, CLUSTER, {"aadProfile": {field: None}}).said == ""

    @pytest.mark.parametrize("field", fields)
    def test_fails_where_one_is_set_to_what_is_not_known_yet(self, field: str) -> None:
        found = verdict(self.check, CLUSTER, {"aadProfile": {field: UNKNOWN}})
        assert found.paths == [f"aadProfile.{field}"]

    def test_names_each_field_that_is_set(self) -> None:
        props = {"aadProfile": dict.fromkeys(self.fields, "x")}
        assert verdict(self.check, CLUSTER, props).paths == [
            f"aadProfile.{name}" for name in self.fields
        ]

    def test_never_repeats_the_secret(self) -> None:
        props = {"aadProfile": {"serverAppSecret": secret("s3cr3t-value")}}
        assert "s3cr3t-value" not in verdict(self.check, CLUSTER, props).said

    def test_says_that_preview_cannot_see_the_profile(self) -> None:
        found = verdict(self.check, CLUSTER, {"aadProfile": UNKNOWN})
        assert found.messages == ()
        assert found.waits == ["aadProfile"]

    @pytest.mark.parametrize("token", VARIANTS)
    def test_judges_every_spelling_of_the_type(self, token: str) -> None:
        assert verdict(self.check, token, {"aadProfile": {"clientAppID": "x"}}).messages

    @pytest.mark.parametrize("token", OTHERS)
    def test_leaves_other_types_alone(self, token: str) -> None:
        assert verdict(self.check, token, {"aadProfile": {"clientAppID": "x"}}).said == ""


class TestTheAdminGroups:
    check = "aks-admin-groups-set"
    path = "aadProfile.adminGroupObjectIDs"
    group = "0b7c1d2e-1111-4222-8333-444455556666"

    @pytest.mark.parametrize(
        "groups",
        [[group], [group, group], ["", group], secret([group]), [secret(group)], [UNKNOWN]],
        ids=["one", "two", "one of two", "secret list", "secret id", "a group made now"],
    )
    def test_pass_where_a_group_is_named(self, groups: object) -> None:
        assert verdict(self.check, CLUSTER, at(self.path, groups)).said == ""

    @pytest.mark.parametrize(
        "groups",
        [[], None, "a text", group, [""], [None], [5.0], {group: True}, secret([])],
        ids=[
            "none", "null", "text", "id without a list", "empty id", "null id", "number",
            "object", "secret and empty",
        ],
    )  # fmt: skip
    def test_fail_where_none_is_named(self, groups: object) -> None:
        assert verdict(self.check, CLUSTER, at(self.path, groups)).paths == [self.path]

    def test_fail_where_the_profile_is_absent(self) -> None:
        assert verdict(self.check, CLUSTER, {}).paths == [self.path]
        assert verdict(self.check, CLUSTER, {"aadProfile": {"managed": True}}).paths == [self.path]

    @pytest.mark.parametrize("props", [at(path, UNKNOWN), {"aadProfile": UNKNOWN}])
    def test_say_that_preview_cannot_see_them(self, props: dict[str, Any]) -> None:
        found = verdict(self.check, CLUSTER, props)
        assert found.messages == ()
        assert found.waits == [self.path]

    def test_are_not_repeated_in_a_message(self) -> None:
        found = verdict(self.check, CLUSTER, at(self.path, secret({"x": self.group})))
        assert self.group not in found.said

    @pytest.mark.parametrize("token", VARIANTS)
    def test_are_judged_in_every_spelling_of_the_type(self, token: str) -> None:
        assert verdict(self.check, token, {}).paths == [self.path]

    @pytest.mark.parametrize("token", OTHERS)
    def test_of_other_types_are_left_alone(self, token: str) -> None:
        assert verdict(self.check, token, at(self.path, [])).said == ""

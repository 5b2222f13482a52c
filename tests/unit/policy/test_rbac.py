from __future__ import annotations

from typing import Any

import pytest

from tests.support.policy_checks import RBAC, UNKNOWN, secret, verdict

ANY_ANY = "rbac-no-any-any"
ESCALATE = "rbac-no-escalate"
ROLE_TYPES = [
    f"kubernetes:rbac.authorization.k8s.io/{version}:{kind}{form}"
    for version in ("v1", "v1beta1", "v1alpha1")
    for kind in ("Role", "ClusterRole")
    for form in ("", "Patch")
]
OTHER_TYPES = [
    f"{RBAC}RoleBinding",
    f"{RBAC}RoleX",
    "kubernetes:rbac.authorization.k8s.io/v1x:Role",
    "kubernetes:rbacXauthorization.k8s.io/v1:Role",
    "kubernetes:core/v1:ConfigMap",
    "azure-native:authorization:RoleDefinition",
]
RBAC_GROUP = "rbac.authorization.k8s.io"


ALL_GROUPS = ["*"]


def rule(verbs: Any, resources: Any, groups: Any = ALL_GROUPS, **more: Any) -> dict[str, Any]:
    """A PolicyRule."""
    return {"verbs": verbs, "resources": resources, "apiGroups": groups, **more}


def judged(check: str, *rules: object) -> list[str]:
    found = verdict(check, f"{RBAC}Role", {"rules": list(rules)})
    assert found.waiting == ""
    return found.paths


EVERYTHING = rule(["*"], ["*"])
HARMLESS = rule(["get", "list"], ["pods"], [""])


class TestEveryVerbOnEveryResource:
    @pytest.mark.parametrize(
        "given",
        [
            EVERYTHING,
            rule(["get", "*"], ["pods", "*"]),
            rule(["*"], ["*"], ["apps"]),
            rule(["*"], ["*"], []),
            rule(["*"], ["*"], None),
            rule(["*"], ["*"], resourceNames=["one"]),
            rule(["*"], ["*"], nonResourceURLs=["*"]),
            rule(secret(["*"]), ["*"]),
            rule([secret("*")], ["*"]),
        ],
        ids=[
            "both wild", "among others", "one group", "no group", "null group", "named objects",
            "urls too", "secret list", "secret verb",
        ],
    )  # fmt: skip
    def test_fails(self, given: dict[str, Any]) -> None:
        assert judged(ANY_ANY, given) == ["rules[0]"]

    @pytest.mark.parametrize(
        "given",
        [
            HARMLESS,
            rule(["*"], ["pods"]),
            rule(["get"], ["*"]),
            rule(["*"], ["*/scale"]),
            rule(["**"], ["*"]),
            rule(["* "], ["*"]),
            rule("*", "*"),
            rule([], ["*"]),
            rule(None, ["*"]),
            rule([None], [5.0]),
            {"verbs": ["*"], "nonResourceURLs": ["*"]},
            {},
            "a text",
            None,
        ],
        ids=[
            "narrow", "wild verbs", "wild resources", "wild subresource", "two stars",
            "star and blank", "texts", "no verbs", "null verbs", "wrong members", "urls",
            "empty rule", "a text", "null",
        ],
    )  # fmt: skip
    def test_passes(self, given: object) -> None:
        assert judged(ANY_ANY, given) == []

    def test_is_not_put_together_from_two_rules(self) -> None:
        assert judged(ANY_ANY, rule(["*"], ["pods"]), rule(["get"], ["*"])) == []

    def test_is_named_by_the_place_of_each_rule(self) -> None:
        assert judged(ANY_ANY, HARMLESS, EVERYTHING, HARMLESS, EVERYTHING) == [
            "rules[1]",
            "rules[3]",
        ]


class TestTheVerbEscalate:
    @pytest.mark.parametrize(
        "given",
        [
            rule(["escalate"], ["roles"], [RBAC_GROUP]),
            rule(["escalate"], ["clusterroles"], [RBAC_GROUP]),
            rule(["escalate"], ["*"], [RBAC_GROUP]),
            rule(["*"], ["clusterroles"], [RBAC_GROUP]),
            rule(["get", "escalate"], ["pods", "roles"], ["", "*"]),
            rule(["escalate"], ["roles"], [RBAC_GROUP], resourceNames=["one"]),
            rule([secret("escalate")], ["roles"], [RBAC_GROUP]),
            EVERYTHING,
        ],
        ids=[
            "roles", "clusterroles", "any resource", "any verb", "among others", "named objects",
            "secret", "everything",
        ],
    )  # fmt: skip
    def test_fails(self, given: dict[str, Any]) -> None:
        assert judged(ESCALATE, given) == ["rules[0]"]

    @pytest.mark.parametrize(
        "given",
        [
            HARMLESS,
            rule(["bind"], ["roles"], [RBAC_GROUP]),
            rule(["escalate"], ["rolebindings"], [RBAC_GROUP]),
            rule(["escalate"], ["roles"], [""]),
            rule(["escalate"], ["roles"], ["rbac"]),
            rule(["escalate"], ["roles/status"], [RBAC_GROUP]),
            rule(["Escalate"], ["roles"], [RBAC_GROUP]),
            rule(["escalate"], ["roles"], []),
            rule(["escalate"], ["roles"], None),
            rule("escalate", "roles", RBAC_GROUP),
            rule(["create", "update", "patch"], ["roles"], [RBAC_GROUP]),
            {"verbs": ["escalate"], "nonResourceURLs": ["*"]},
        ],
        ids=[
            "narrow", "bind", "bindings", "core group", "other group", "subresource",
            "capital letter", "no group", "null group", "texts", "ordinary verbs", "urls",
        ],
    )  # fmt: skip
    def test_passes(self, given: dict[str, Any]) -> None:
        assert judged(ESCALATE, given) == []


@pytest.mark.parametrize("check", [ANY_ANY, ESCALATE])
class TestBothChecks:
    @pytest.mark.parametrize(
        "rules",
        [[], None, "*", {"verbs": ["*"]}, secret([])],
        ids=["none", "null", "text", "object", "secret"],
    )
    def test_pass_a_role_without_rules(self, check: str, rules: object) -> None:
        assert verdict(check, f"{RBAC}ClusterRole", {"rules": rules}).said == ""
        assert verdict(check, f"{RBAC}ClusterRole", {}).said == ""

    def test_see_into_secret_rules(self, check: str) -> None:
        props = {"rules": secret([EVERYTHING])}
        assert verdict(check, f"{RBAC}Role", props).paths == ["rules[0]"]

    @pytest.mark.parametrize("token", ROLE_TYPES)
    def test_judge_every_spelling_of_the_types(self, check: str, token: str) -> None:
        assert verdict(check, token, {"rules": [EVERYTHING]}).paths == ["rules[0]"]

    @pytest.mark.parametrize("token", OTHER_TYPES)
    def test_leave_other_types_alone(self, check: str, token: str) -> None:
        assert verdict(check, token, {"rules": [EVERYTHING]}).said == ""

    def test_judge_the_members_of_a_list(self, check: str) -> None:
        props = {"items": [{"rules": [HARMLESS]}, {"rules": [EVERYTHING]}]}
        assert verdict(check, f"{RBAC}RoleList", props).paths == ["items[1].rules[0]"]

    def test_judge_the_roles_of_a_list_of_anything(self, check: str) -> None:
        role = {"apiVersion": f"{RBAC_GROUP}/v1", "kind": "ClusterRole", "rules": [EVERYTHING]}
        props = {"items": [{"apiVersion": "v1", "kind": "Pod"}, role, role | {"kind": "X"}]}
        assert verdict(check, "kubernetes:core/v1:List", props).paths == ["items[1].rules[0]"]

    def test_say_that_preview_cannot_see_the_rules(self, check: str) -> None:
        assert verdict(check, f"{RBAC}Role", {"rules": UNKNOWN}).waits == ["rules"]
        assert verdict(check, f"{RBAC}Role", {"rules": [UNKNOWN]}).waits == ["rules[0]"]

    @pytest.mark.parametrize(
        "unseen",
        [
            rule(UNKNOWN, ["*"]),
            rule(["*"], UNKNOWN),
            rule([UNKNOWN], ["*"]),
            rule(["*"], [UNKNOWN]),
        ],
        ids=["verbs", "resources", "one verb", "one resource"],
    )
    def test_say_which_rule_preview_cannot_see(self, check: str, unseen: object) -> None:
        found = verdict(check, f"{RBAC}Role", {"rules": [HARMLESS, unseen]})
        assert found.messages == ()
        assert found.waits == ["rules[1]"]

    def test_judge_what_preview_can_see_beside_what_it_cannot(self, check: str) -> None:
        found = verdict(check, f"{RBAC}Role", {"rules": [UNKNOWN, EVERYTHING]})
        assert found.paths == ["rules[1]"]
        assert found.waits == ["rules[0]"]

    def test_do_not_wait_for_a_value_that_cannot_matter(self, check: str) -> None:
        props = {"rules": [rule(["get"], [UNKNOWN], UNKNOWN), rule([UNKNOWN], ["pods"], [""])]}
        assert verdict(check, f"{RBAC}Role", props).said == ""

    def test_find_a_wildcard_beside_an_unknown_member(self, check: str) -> None:
        props = {"rules": [rule([UNKNOWN, "*"], ["*", UNKNOWN])]}
        assert verdict(check, f"{RBAC}Role", props).paths == ["rules[0]"]

    @pytest.mark.parametrize(("given", "path"), [(UNKNOWN, "items"), ([UNKNOWN], "items[0]")])
    def test_say_that_preview_cannot_see_the_members(
        self, check: str, given: object, path: str
    ) -> None:
        found = verdict(check, f"{RBAC}ClusterRoleList", {"items": given})
        assert found.messages == ()
        assert found.waits == [path]

    def test_never_repeat_a_value(self, check: str) -> None:
        given = rule(["*"], ["*"], ["*", secret("hush")], resourceNames=["quiet"])
        said = verdict(check, f"{RBAC}Role", {"rules": [given]}).said
        assert "hush" not in said
        assert "quiet" not in said

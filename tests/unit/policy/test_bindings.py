from __future__ import annotations

from typing import Any

import pytest

from tests.support.policy_checks import RBAC, UNKNOWN, Verdict, secret, verdict

ADMIN = "bind-no-cluster-admin"
MASTERS = "bind-no-system-masters"
OBJECT_ID = "bind-group-is-entra-object-id"
GROUP = "0b7c1d2e-1111-4222-8333-44445555aaaa"
BINDING_TYPES = [
    f"kubernetes:rbac.authorization.k8s.io/{version}:{kind}{form}"
    for version in ("v1", "v1beta1", "v1alpha1")
    for kind in ("RoleBinding", "ClusterRoleBinding")
    for form in ("", "Patch")
]
OTHER_TYPES = [
    f"{RBAC}Role",
    f"{RBAC}RoleBindingX",
    "kubernetes:rbac.authorization.k8s.io/v1x:RoleBinding",
    "kubernetes:core/v1:Binding",
    "azure-native:authorization:RoleAssignment",
]
WORST = {
    "metadata": {"name": "worst"},
    "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [{"kind": "Group", "name": "system:masters"}],
}


def role_ref(name: Any = "cluster-admin", kind: Any = "ClusterRole") -> dict[str, Any]:
    return {"roleRef": {"kind": kind, "name": name}}


def group(name: Any, kind: Any = "Group") -> dict[str, Any]:
    return {"kind": kind, "name": name}


def judged(check: str, props: dict[str, Any], config: dict[str, Any] | None = None) -> Verdict:
    return verdict(check, f"{RBAC}RoleBinding", props, config)


class TestABindingToClusterAdmin:
    @pytest.mark.parametrize(
        "props",
        [
            role_ref(),
            {"roleRef": {"name": "cluster-admin"}},
            role_ref(secret("cluster-admin")),
            {"roleRef": secret({"kind": "ClusterRole", "name": "cluster-admin"})},
            role_ref(kind=None),
            WORST,
        ],
        ids=["plain", "without a kind", "secret name", "secret reference", "null kind", "whole"],
    )
    def test_fails(self, props: dict[str, Any]) -> None:
        assert judged(ADMIN, props).paths == ["roleRef.name"]

    @pytest.mark.parametrize(
        "props",
        [
            role_ref("admin"),
            role_ref("edit"),
            role_ref("cluster-admins"),
            role_ref("Cluster-Admin"),
            role_ref(kind="Role"),
            role_ref(None),
            role_ref(["cluster-admin"]),
            {"roleRef": "cluster-admin"},
            {"roleRef": None},
            {},
        ],
        ids=[
            "admin", "edit", "longer name", "capital letters", "a Role", "null", "a list", "a text",
            "null reference", "no reference",
        ],
    )  # fmt: skip
    def test_passes(self, props: dict[str, Any]) -> None:
        assert judged(ADMIN, props).said == ""

    def test_passes_where_the_configuration_lists_it(self) -> None:
        config = {"allowedBindings": ["rescue", "worst"]}
        assert judged(ADMIN, WORST, config).said == ""

    @pytest.mark.parametrize(
        "metadata",
        [{"name": "rescue2"}, {"name": "Rescue"}, {"generateName": "rescue"}, {}, None, "rescue"],
        ids=["longer", "capital", "generated", "none", "null", "text"],
    )
    def test_fails_where_the_configuration_lists_another(self, metadata: object) -> None:
        props = role_ref() | {"metadata": metadata}
        assert judged(ADMIN, props, {"allowedBindings": ["rescue"]}).paths == ["roleRef.name"]

    def test_waits_for_a_name_that_the_configuration_may_list(self) -> None:
        props = role_ref() | {"metadata": {"name": UNKNOWN}}
        found = judged(ADMIN, props, {"allowedBindings": ["rescue"]})
        assert found.messages == ()
        assert found.waits == ["metadata.name"]

    @pytest.mark.parametrize("config", [None, {}, {"allowedBindings": []}])
    def test_does_not_wait_for_a_name_that_no_configuration_lists(self, config: Any) -> None:
        props = role_ref() | {"metadata": {"name": UNKNOWN}, "subjects": UNKNOWN}
        found = judged(ADMIN, props, config)
        assert found.paths == ["roleRef.name"]
        assert found.waiting == ""

    @pytest.mark.parametrize(
        "props",
        [role_ref(UNKNOWN), role_ref(kind=UNKNOWN), {"roleRef": UNKNOWN}],
        ids=["name", "kind", "reference"],
    )
    def test_says_that_preview_cannot_see_it(self, props: dict[str, Any]) -> None:
        found = judged(ADMIN, props)
        assert found.messages == ()
        assert found.waits == ["roleRef"]

    def test_does_not_wait_for_the_name_of_a_role(self) -> None:
        assert judged(ADMIN, role_ref(UNKNOWN, "Role")).said == ""
        assert judged(ADMIN, role_ref("view", UNKNOWN)).said == ""


class TestTheGroupSystemMasters:
    @pytest.mark.parametrize(
        "subjects",
        [
            [group("system:masters")],
            [secret(group("system:masters"))],
            secret([group("system:masters")]),
            [group(secret("system:masters"))],
            [group("system:masters") | {"apiGroup": "rbac.authorization.k8s.io"}],
        ],
        ids=["plain", "secret subject", "secret list", "secret name", "with its API group"],
    )
    def test_fails(self, subjects: object) -> None:
        assert judged(MASTERS, {"subjects": subjects}).paths == ["subjects[0].name"]

    @pytest.mark.parametrize(
        "subjects",
        [
            [group(GROUP)],
            [group("system:masters", "User")],
            [group("system:masters", "ServiceAccount")],
            [group("system:master")],
            [group("System:Masters")],
            [group(["system:masters"])],
            [{"name": "system:masters"}],
            ["system:masters"],
            [None],
            [],
            None,
            "system:masters",
        ],
        ids=[
            "Entra group", "user", "service account", "shorter", "capitals", "list as name",
            "no kind", "texts", "null", "none", "null subjects", "text",
        ],
    )  # fmt: skip
    def test_passes(self, subjects: object) -> None:
        assert judged(MASTERS, {"subjects": subjects}).said == ""

    def test_passes_without_subjects(self) -> None:
        assert judged(MASTERS, role_ref()).said == ""

    def test_is_named_by_the_place_of_each_subject(self) -> None:
        subjects = [group(GROUP), group("system:masters"), group(GROUP), group("system:masters")]
        assert judged(MASTERS, {"subjects": subjects}).paths == [
            "subjects[1].name",
            "subjects[3].name",
        ]

    @pytest.mark.parametrize(
        ("subjects", "path"),
        [
            (UNKNOWN, "subjects"),
            ([UNKNOWN], "subjects[0]"),
            ([group(UNKNOWN)], "subjects[0].name"),
            ([group("system:masters", UNKNOWN)], "subjects[0].kind"),
        ],
        ids=["list", "subject", "name", "kind"],
    )
    def test_says_that_preview_cannot_see_it(self, subjects: object, path: str) -> None:
        found = judged(MASTERS, {"subjects": subjects})
        assert found.messages == ()
        assert found.waits == [path]

    def test_does_not_wait_for_the_name_of_a_user(self) -> None:
        assert judged(MASTERS, {"subjects": [group(UNKNOWN, "User")]}).said == ""

    def test_is_found_beside_what_preview_cannot_see(self) -> None:
        found = judged(MASTERS, {"subjects": [group(UNKNOWN), group("system:masters")]})
        assert found.paths == ["subjects[1].name"]
        assert found.waits == ["subjects[0].name"]


class TestTheObjectIdOfAGroup:
    @pytest.mark.parametrize(
        "subjects",
        [
            [group(GROUP)],
            [group(secret(GROUP))],
            secret([group(GROUP)]),
            [group("payments-dev@contoso.example", "User")],
            [{"kind": "ServiceAccount", "name": "default", "namespace": "payments"}],
            [{"name": "developers"}],
            ["developers"],
            [],
            None,
        ],
        ids=[
            "object id", "secret id", "secret list", "user", "service account", "no kind", "text",
            "none", "null",
        ],
    )  # fmt: skip
    def test_passes(self, subjects: object) -> None:
        assert judged(OBJECT_ID, {"subjects": subjects}).said == ""

    @pytest.mark.parametrize(
        "name",
        [
            "sg-payments",
            "system:masters",
            GROUP.replace("-", ""),
            f"{{{GROUP}}}",
            GROUP[:-1],
            GROUP + "0",
            GROUP.replace("a", "g"),
            f" {GROUP}",
            f"{GROUP}\n",
            "",
            None,
            5.0,
            [GROUP],
            secret("sg-payments"),
        ],
        ids=[
            "display name", "system group", "without dashes", "in braces", "too short", "too long",
            "no hex", "leading blank", "trailing newline", "empty", "null", "number", "list",
            "secret name",
        ],
    )  # fmt: skip
    def test_fails_where_it_is_none(self, name: object) -> None:
        found = judged(OBJECT_ID, {"subjects": [group(GROUP), group(name)]})
        assert found.paths == ["subjects[1].name"]
        assert "is no Entra object id" in found.said

    def test_fails_in_capital_letters_because_tokens_have_none(self) -> None:
        found = judged(OBJECT_ID, {"subjects": [group(GROUP.upper())]})
        assert found.paths == ["subjects[0].name"]
        assert "lower case" in found.said

    def test_is_not_asked_for_a_name_that_the_configuration_lists(self) -> None:
        props = {"subjects": [group("system:serviceaccounts:monitoring")]}
        config = {"allowedNames": ["system:serviceaccounts:monitoring"]}
        assert judged(OBJECT_ID, props, config).said == ""
        assert judged(OBJECT_ID, props, {"allowedNames": ["system:serviceaccounts"]}).messages

    @pytest.mark.parametrize(
        ("subjects", "path"),
        [
            (UNKNOWN, "subjects"),
            ([UNKNOWN], "subjects[0]"),
            ([group(UNKNOWN)], "subjects[0].name"),
            ([group("developers", UNKNOWN)], "subjects[0].kind"),
            ([group(UNKNOWN, UNKNOWN)], "subjects[0].name"),
        ],
        ids=["list", "subject", "name", "kind", "both"],
    )
    def test_says_that_preview_cannot_see_it(self, subjects: object, path: str) -> None:
        found = judged(OBJECT_ID, {"subjects": subjects})
        assert found.messages == ()
        assert found.waits == [path]

    def test_does_not_wait_for_a_kind_that_cannot_matter(self) -> None:
        assert judged(OBJECT_ID, {"subjects": [group(GROUP, UNKNOWN)]}).said == ""

    def test_never_repeats_the_name(self) -> None:
        subjects = [group(secret("the-hidden-project"))]
        assert "hidden" not in judged(OBJECT_ID, {"subjects": subjects}).said


@pytest.mark.parametrize(
    ("check", "path"),
    [
        (ADMIN, "roleRef.name"),
        (MASTERS, "subjects[0].name"),
        (OBJECT_ID, "subjects[0].name"),
    ],
)
class TestAllBindingChecks:
    @pytest.mark.parametrize("token", BINDING_TYPES)
    def test_judge_every_spelling_of_the_types(self, check: str, path: str, token: str) -> None:
        assert verdict(check, token, WORST).paths == [path]

    @pytest.mark.parametrize("token", OTHER_TYPES)
    def test_leave_other_types_alone(self, check: str, path: str, token: str) -> None:
        found = verdict(check, token, WORST)
        assert found.said == "", path

    def test_judge_the_members_of_a_list(self, check: str, path: str) -> None:
        props = {"items": [{}, WORST]}
        found = verdict(check, f"{RBAC}ClusterRoleBindingList", props)
        assert found.paths == [f"items[1].{path}"]

    def test_judge_the_bindings_of_a_list_of_anything(self, check: str, path: str) -> None:
        own = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding"}
        props = {"items": [WORST, WORST | own]}
        assert verdict(check, "kubernetes:core/v1:List", props).paths == [f"items[1].{path}"]

    def test_wait_for_the_kind_of_a_member(self, check: str, path: str) -> None:
        props = {"items": [WORST | {"apiVersion": UNKNOWN, "kind": "RoleBinding"}]}
        found = verdict(check, "kubernetes:core/v1:List", props)
        assert found.messages == (), path
        assert found.waits == ["items[0].kind"]

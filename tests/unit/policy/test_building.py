from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy, Severity
from pulumi_policy.deserialize import deserialize_properties, serialize_properties
from pulumi_policy.proxy import unknown_checking_proxy

from policy.checks.building import NotEvaluatedError, policy_of
from tests.support.policy_checks import CHECKS, CLUSTER, RBAC, UNKNOWN, arguments, secret, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.checks.model import Finding, Subject

MENDED = {
    "aks-local-accounts-disabled": {"disableLocalAccounts": True},
    "aks-run-command-off": {"apiServerAccessProfile": {"disableRunCommand": True}},
}


def mended(check: str, props: dict[str, Any], resource_type: str = CLUSTER) -> Any:
    """What the remediation of a check makes of properties, in their wire form; None if nothing."""
    policy: Any = policy_of(CHECKS[check])
    args = arguments(resource_type, {})
    args.props = unknown_checking_proxy(deserialize_properties(props, proxy_secrets=True))
    result = policy.remediate(args)
    return None if result is None else serialize_properties(result)


class TestACheckThatBreaks:
    def break_down(self, _: Subject) -> Iterator[Finding]:
        raise RuntimeError("the value was hunter2")
        yield

    def test_is_a_violation_and_no_exception(self) -> None:
        broken = replace(CHECKS["aks-entra-managed"], judge=self.break_down)
        found = verdict(broken, CLUSTER, {})
        assert "the check itself failed (RuntimeError in test_building.py:" in found.said

    def test_does_not_tell_the_text_of_the_error(self) -> None:
        broken = replace(CHECKS["aks-entra-managed"], judge=self.break_down)
        assert "hunter2" not in verdict(broken, CLUSTER, {}).said

    def test_is_a_violation_where_it_takes_unknown_for_a_truth(self) -> None:
        def careless(cluster: Subject) -> Iterator[Finding]:
            if not cluster.read("enableRBAC"):
                yield cluster.violation("enableRBAC", "is off")

        broken = replace(CHECKS["aks-rbac-enabled"], judge=careless)
        assert "the check itself failed" in verdict(broken, CLUSTER, {"enableRBAC": UNKNOWN}).said


class TestAnAdvisoryOfWhatPreviewCannotSee:
    def test_names_each_path_once(self) -> None:
        props = {"items": [UNKNOWN, {"rules": UNKNOWN}, {"rules": [UNKNOWN]}]}
        waiting = verdict("rbac-no-escalate", f"{RBAC}RoleList", props).waiting
        assert "items[0], items[1].rules, items[2].rules[0] are not known yet" in waiting

    def test_is_what_the_sdk_takes_for_an_unknown_value(self) -> None:
        error = NotEvaluatedError(["a.b"])
        assert error.message.startswith("not evaluated at preview, because a.b is not known yet")


@pytest.mark.parametrize("check", MENDED)
class TestARemediation:
    def test_makes_the_check_pass(self, check: str) -> None:
        after = mended(check, {"tags": {"a": 1.0}})
        assert after == {"tags": {"a": 1.0}} | MENDED[check]
        assert verdict(check, CLUSTER, after).said == ""

    def test_keeps_secrets_and_unknown_values(self, check: str) -> None:
        before = {
            "dnsPrefix": secret("hidden"),
            "location": UNKNOWN,
            "apiServerAccessProfile": {"authorizedIPRanges": [secret("10.0.0.0/8"), UNKNOWN]},
        }
        after = mended(check, before)
        assert after["dnsPrefix"] == secret("hidden")
        assert after["location"] == UNKNOWN
        assert after["apiServerAccessProfile"]["authorizedIPRanges"] == [
            secret("10.0.0.0/8"),
            UNKNOWN,
        ]

    def test_overrides_what_was_said(self, check: str) -> None:
        wrong = {
            "disableLocalAccounts": False,
            "apiServerAccessProfile": {"disableRunCommand": False},
        }
        assert mended(check, wrong) == wrong | MENDED[check]

    def test_does_nothing_where_the_check_passes(self, check: str) -> None:
        assert mended(check, dict(MENDED[check])) is None

    def test_does_nothing_to_other_types(self, check: str) -> None:
        assert mended(check, {}, f"{RBAC}Role") is None


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
class TestThePolicyOfEachCheck:
    def test_has_the_level_of_production(self, check: Any) -> None:
        assert policy_of(check).enforcement_level is EnforcementLevel.MANDATORY

    def test_carries_what_a_report_needs(self, check: Any) -> None:
        policy = policy_of(check)
        assert policy.severity in set(Severity)
        assert policy.description.endswith(".")
        assert policy.remediation_steps
        assert policy.remediation_steps.endswith(".")
        assert policy.url is not None
        assert policy.url.startswith(("https://learn.microsoft.com/", "https://kubernetes.io/"))
        assert policy.tags
        assert policy.tags[0] in {"cluster", "entra", "rbac", "bindings", "azure", "stack"}
        assert all(":" in tag for tag in list(policy.tags)[1:])

    def test_names_the_benchmark_with_its_recommendation(self, check: Any) -> None:
        framework = policy_of(check).framework
        if check.benchmark:
            assert framework is not None
            assert framework.reference == check.benchmark
            assert framework.version == "1.8.0"
        else:
            assert framework is None

    def test_has_a_default_for_each_option(self, check: Any) -> None:
        assert (policy_of(check).config_schema is None) == (not check.options)
        for name, schema in check.options.items():
            assert "default" in schema, name
            assert schema["description"].endswith(".")

    def test_mends_only_what_it_also_judges(self, check: Any) -> None:
        policy = policy_of(check)
        if isinstance(policy, ResourceValidationPolicy):
            assert policy.has_validation()
            assert policy.has_remediation() == (check.id in MENDED)
        else:
            assert check.mend is None

"""Checks of Kubernetes Roles and ClusterRoles: what their rules grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .matching import ROLES
from .model import Check
from .rules import Rule, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Subject

_RBAC = "rbac"
_GOOD_PRACTICES = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
_RBAC_GROUP = "rbac.authorization.k8s.io"


def _no_any_any(role: Subject) -> Iterator[Finding]:
    for rule in rules_of(role):
        if not isinstance(rule, Rule):
            yield rule
            continue
        holds = rule.grants_literally(verb="*", resource="*")
        yield from rule.findings(
            holds,
            "grants every verb on every resource; list the verbs and the resources that are needed",
        )


def _no_escalate(role: Subject) -> Iterator[Finding]:
    for rule in rules_of(role):
        if not isinstance(rule, Rule):
            yield rule
            continue
        holds = rule.grants("escalate", _RBAC_GROUP, ("roles", "clusterroles"))
        yield from rule.findings(
            holds,
            "grants escalate on roles, so who holds it can give themselves any right; "
            "remove the verb (and '*' in its place)",
        )


CHECKS: tuple[Check, ...] = (
    Check(
        id="rbac-no-any-any",
        title="No role grants every verb on every resource.",
        kinds=ROLES,
        judge=_no_any_any,
        severity="critical",
        fix="Replace the wildcards by the verbs and resources that are needed.",
        url=_GOOD_PRACTICES,
        benchmark="4.1.3",
        anchors=(
            "trivy:KSV-0044",
            "checkov:CKV_K8S_49",
            "kubescape:C-0187",
            "azurepolicy:BlockWildcardRoles",
        ),
        subject=_RBAC,
    ),
    Check(
        id="rbac-no-escalate",
        title="No role lets its holders widen roles beyond their own rights.",
        kinds=ROLES,
        judge=_no_escalate,
        severity="critical",
        fix="Remove escalate from the rules about roles and clusterroles.",
        url="https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
        "#privilege-escalation-prevention-and-bootstrapping",
        anchors=("checkov:CKV_K8S_158", "trivy:KSV-0050", "kubescape:C-0191"),
        subject=_RBAC,
    ),
)

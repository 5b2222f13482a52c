"""Checks of Kubernetes Roles and ClusterRoles: what their rules grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .judges import grants_none
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


_ROLES = ("roles", "clusterroles")
_WRITE = ("create", "update", "patch", "delete", "deletecollection")

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
        judge=grants_none(
            ("escalate",),
            _RBAC_GROUP,
            _ROLES,
            "grants escalate on roles, so who holds it can give themselves any right; "
            "remove the verb (and '*' in its place)",
        ),
        severity="critical",
        fix="Remove escalate from the rules about roles and clusterroles.",
        url="https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
        "#privilege-escalation-prevention-and-bootstrapping",
        anchors=("checkov:CKV_K8S_158", "trivy:KSV-0050", "kubescape:C-0191"),
        subject=_RBAC,
    ),
    Check(
        id="rbac-no-bind",
        title="No role lets its holders give roles that they do not have.",
        kinds=ROLES,
        judge=grants_none(
            ("bind",),
            _RBAC_GROUP,
            _ROLES,
            "grants bind on any role, so who holds it can give themselves any right; "
            "name the roles in resourceNames, or remove the verb (and '*' in its place)",
            unless_named=True,
        ),
        severity="critical",
        fix="Name the roles that may be given in resourceNames, or remove bind.",
        url=_GOOD_PRACTICES,
        anchors=("checkov:CKV_K8S_157", "trivy:KSV-0051", "kubescape:C-0191"),
        subject=_RBAC,
    ),
    Check(
        id="rbac-no-impersonate",
        title="No role lets its holders act as others.",
        kinds=ROLES,
        judge=grants_none(
            ("impersonate",),
            "",
            ("users", "groups", "serviceaccounts"),
            "grants impersonate, so who holds it can be anybody; remove the verb",
        ),
        severity="critical",
        fix="Remove impersonate.",
        url=_GOOD_PRACTICES,
        anchors=("trivy:KSV-0043", "checkov:CKV2_K8S_3", "kubescape:C-0065"),
        subject=_RBAC,
    ),
    Check(
        id="rbac-no-rbac-write",
        title="No role writes roles and bindings.",
        kinds=ROLES,
        judge=grants_none(
            _WRITE,
            _RBAC_GROUP,
            (*_ROLES, "rolebindings", "clusterrolebindings"),
            "writes roles or bindings, which are this program's to write; remove it",
        ),
        severity="high",
        fix="Leave roles and bindings to the program.",
        url=_GOOD_PRACTICES,
        anchors=("trivy:KSV-0050", "trivy:KSV-0052", "checkov:CKV2_K8S_1"),
        subject=_RBAC,
    ),
    Check(
        id="rbac-no-secrets-read",
        title="No role reads Secrets.",
        kinds=ROLES,
        judge=grants_none(
            ("get", "list", "watch"),
            "",
            ("secrets",),
            "reads Secrets, and with them what those open; remove it",
        ),
        severity="high",
        fix="Remove secrets from the rules that read.",
        url=_GOOD_PRACTICES,
        benchmark="4.1.2",
        anchors=("trivy:KSV-0041", "trivy:KSV-0113", "checkov:CKV2_K8S_5", "kubescape:C-0186"),
        subject=_RBAC,
    ),
    Check(
        id="rbac-no-exec",
        title="No role runs commands in pods or forwards their ports.",
        kinds=ROLES,
        judge=grants_none(
            ("create", "get"),
            "",
            ("pods/exec", "pods/attach", "pods/ephemeralcontainers", "pods/portforward"),
            "enters pods, and so has what they have; leave it to a role for emergencies",
        ),
        severity="high",
        fix="Use developer instead of operator, or remove the subresources.",
        url=_GOOD_PRACTICES,
        anchors=("trivy:KSV-0053", "trivy:KSV-0054", "checkov:CKV2_K8S_2", "kubescape:C-0002"),
        subject=_RBAC,
    ),
    Check(
        id="rbac-no-token-request",
        title="No role makes tokens of service accounts.",
        kinds=ROLES,
        judge=grants_none(
            ("create",),
            "",
            ("serviceaccounts/token",),
            "makes tokens of service accounts, which outlive the right; remove it",
        ),
        severity="critical",
        fix="Remove serviceaccounts/token.",
        url=_GOOD_PRACTICES,
        benchmark="4.1.12",
        anchors=("kubescape:C-0282",),
        subject=_RBAC,
    ),
    Check(
        id="rbac-no-node-proxy",
        title="No role reaches the nodes' kubelets.",
        kinds=ROLES,
        judge=grants_none(
            ("get", *_WRITE),
            "",
            ("nodes/proxy",),
            "reaches the kubelets, around the API server's audit and admission; remove it",
        ),
        severity="critical",
        fix="Remove nodes/proxy.",
        url=_GOOD_PRACTICES,
        benchmark="4.1.9",
        anchors=("trivy:KSV-0047", "checkov:CKV2_K8S_2", "kubescape:C-0279"),
        subject=_RBAC,
    ),
)

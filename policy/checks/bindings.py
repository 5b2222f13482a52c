"""Checks of RoleBindings and ClusterRoleBindings: who gets a role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from .matching import BINDINGS
from .model import Check
from .reading import UNKNOWN, contains, every, items, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Subject
    from .reading import Truth

_BINDING = "bindings"
_ENTRA_RBAC = "https://learn.microsoft.com/azure/aks/azure-ad-rbac"
_OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MASTERS = "system:masters"
_EVERYBODY = (
    "system:authenticated",
    "system:unauthenticated",
    "system:anonymous",
    "system:serviceaccounts",
)


def _no_cluster_admin(binding: Subject) -> Iterator[Finding]:
    name, kind = binding.read("roleRef.name"), binding.read("roleRef.kind", "ClusterRole")
    binds = every(_is(name, "cluster-admin"), _is(kind, "ClusterRole"))
    if binds is UNKNOWN:
        yield binding.not_yet("roleRef")
    elif binds:
        allowed = _is_allowed(binding)
        if allowed is UNKNOWN:
            yield binding.not_yet("metadata.name")
        elif not allowed:
            yield binding.violation(
                "roleRef.name",
                "is cluster-admin, which may do everything; bind a narrower role, use the "
                "cluster's admin group, or list the binding in allowedBindings of this check",
            )


def _is(value: Any, wanted: str) -> Truth:
    return UNKNOWN if value is UNKNOWN else value == wanted


def _is_allowed(binding: Subject) -> Truth:
    """Whether the configuration lists the binding, by its name in the cluster."""
    allowed = _configured(binding, "allowedBindings")
    return contains([binding.read("metadata.name")], allowed) if allowed else False


def _configured(binding: Subject, option: str) -> frozenset[str]:
    """The texts that an option of the check lists."""
    return frozenset(map(str, items(plain(binding.config.get(option)))))


def _no_masters(binding: Subject) -> Iterator[Finding]:
    for path, subject in _subjects(binding):
        if subject is UNKNOWN:
            yield binding.not_yet(path)
            continue
        holds = every(_is(_get(subject, "kind"), "Group"), _is(_get(subject, "name"), _MASTERS))
        if holds is UNKNOWN:
            yield binding.not_yet(f"{path}.{_unseen(subject)}")
        elif holds:
            yield binding.violation(
                f"{path}.name",
                "is system:masters, which is above RBAC and cannot be taken back; "
                "bind an Entra group by its object id",
            )


def _no_everybody(binding: Subject) -> Iterator[Finding]:
    for path, subject in _subjects(binding):
        name = UNKNOWN if subject is UNKNOWN else _get(subject, "name")
        if name is UNKNOWN:
            yield binding.not_yet(path if subject is UNKNOWN else f"{path}.name")
        elif name in _EVERYBODY:
            yield binding.violation(
                f"{path}.name", "is everybody, or everything that runs; bind an Entra group"
            )


def _no_users(binding: Subject) -> Iterator[Finding]:
    for path, subject in _subjects(binding):
        if subject is UNKNOWN or _get(subject, "kind") is UNKNOWN:
            yield binding.not_yet(path)
        elif _get(subject, "kind") == "User" and not _OBJECT_ID.fullmatch(
            str(_get(subject, "name"))
        ):
            yield binding.violation(
                f"{path}.kind", "is a single person; bind a group, whose members can change"
            )


def _group_is_object_id(binding: Subject) -> Iterator[Finding]:
    for path, subject in _subjects(binding):
        if subject is UNKNOWN:
            yield binding.not_yet(path)
            continue
        group, name = _is(_get(subject, "kind"), "Group"), _get(subject, "name")
        if group is False:
            continue
        if group is UNKNOWN or name is UNKNOWN:
            if isinstance(name, str) and _OBJECT_ID.fullmatch(name):
                continue
            yield binding.not_yet(f"{path}.{_unseen(subject)}")
        else:
            yield from _object_id_findings(binding, f"{path}.name", name)


def _object_id_findings(binding: Subject, path: str, name: object) -> Iterator[Finding]:
    text = name if isinstance(name, str) else ""
    if _OBJECT_ID.fullmatch(text) or text in _configured(binding, "allowedNames"):
        return
    if _OBJECT_ID.fullmatch(text.lower()):
        problem = "has capital letters; tokens carry object ids in lower case, so it never matches"
    else:
        problem = "is no Entra object id; tokens carry no group names, so it never matches"
    yield binding.violation(path, f"{problem}; write the object id of the group, in lower case")


def _subjects(binding: Subject) -> Iterator[tuple[str, Any]]:
    """Path and fields of each subject; the list itself may be unknown, then so is the only one."""
    subjects = binding.read("subjects")
    if subjects is UNKNOWN:
        yield "subjects", UNKNOWN
    for index, subject in enumerate(items(subjects)):
        if subject is UNKNOWN or isinstance(subject, Mapping):
            yield f"subjects[{index}]", subject


def _unseen(subject: Any) -> str:
    """Which of a subject's fields to wait for."""
    return "name" if _get(subject, "name") is UNKNOWN else "kind"


def _get(subject: Any, key: str) -> Any:
    return cast("Mapping[str, Any]", subject).get(key)


_NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "default": []}

CHECKS: tuple[Check, ...] = (
    Check(
        id="bind-no-cluster-admin",
        title="Nobody is bound to cluster-admin beside the cluster's admin groups.",
        kinds=BINDINGS,
        judge=_no_cluster_admin,
        severity="critical",
        fix="Bind a narrower role, or make the people members of the cluster's admin group.",
        url="https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
        benchmark="4.1.1",
        anchors=(
            "trivy:KSV-0111",
            "azurepolicy:a3dc4946-dba6-43e6-950d-f96532848c9f",
            "kubescape:C-0185",
            "kubescape:C-0035",
        ),
        subject=_BINDING,
        options={
            "allowedBindings": {
                **_NAMES,
                "description": "Names (metadata.name) of bindings that may grant cluster-admin.",
            }
        },
    ),
    Check(
        id="bind-no-system-masters",
        title="Nobody is bound through the group system:masters.",
        kinds=BINDINGS,
        judge=_no_masters,
        severity="critical",
        fix="Bind an Entra group by its object id.",
        url="https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
        anchors=("trivy:KSV-0123", "kubescape:C-0246"),
        subject=_BINDING,
    ),
    Check(
        id="bind-no-everybody",
        title="Nothing is bound to everybody.",
        kinds=BINDINGS,
        judge=_no_everybody,
        severity="critical",
        fix="Bind an Entra group by its object id.",
        url="https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
        anchors=("trivy:KSV-0122", "trivy:KSV-01011", "kubescape:C-0262", "kubescape:C-0265"),
        subject=_BINDING,
    ),
    Check(
        id="bind-no-direct-users",
        title="Rights go to groups and programs, not to single people.",
        kinds=BINDINGS,
        judge=_no_users,
        severity="medium",
        fix="Bind a group that the person is in.",
        url=_ENTRA_RBAC,
        anchors=("mcsb:PA-7",),
        subject=_BINDING,
    ),
    Check(
        id="bind-group-is-entra-object-id",
        title="Groups are bound by their Entra object ids.",
        kinds=BINDINGS,
        judge=_group_is_object_id,
        severity="medium",
        fix="Write the group's object id, in lower case, as the subject's name.",
        url=_ENTRA_RBAC,
        subject=_BINDING,
        options={
            "allowedNames": {
                **_NAMES,
                "description": "Names of Kubernetes' own groups that may be bound.",
            }
        },
    ),
)

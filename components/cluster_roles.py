"""ClusterRoles that are there without the program, and what is said about others."""

import difflib
from collections.abc import Iterable

import pulumi

KNOWN = ("view", "edit", "admin", "cluster-admin")
"""Those for people that Kubernetes makes
(https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles, 2026-11)."""


def warn_of_unknown(names: Iterable[str]) -> None:
    """Say which of the ClusterRoles may not be there; `system:` ones are Kubernetes' own.

    A binding to a role that is not there is taken and gives nothing: nobody is told.
    """
    for name in sorted({*names} - {*KNOWN}):
        if not name.startswith("system:"):
            near = difflib.get_close_matches(name, KNOWN, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else "."
            pulumi.warn(
                f'clusterRole "{name}" is none of {", ".join(KNOWN)}{hint} Until somebody makes a '
                "ClusterRole of that name it gives nothing (kubectl get clusterroles lists them; "
                "those below `roles` are roles of a team's namespaces)"
            )

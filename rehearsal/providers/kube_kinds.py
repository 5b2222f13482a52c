"""Kinds by their Pulumi tokens, and the fields of theirs that never change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rehearsal.providers.errors import ProviderError

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json

_UNSUPPORTED: Final = ("helm.sh", "yaml", "kustomize")
_MUTABLE_SWITCHES: Final = {"ConfigMap": "enableConfigMapMutable", "Secret": "enableSecretMutable"}
# pulumi-kubernetes, `provider/pkg/provider/diff.go`: fields that the API server never changes.
_IMMUTABLE: Final[dict[str, tuple[str, ...]]] = {
    "v1/ConfigMap": ("binaryData", "data"),
    "v1/Secret": ("data", "stringData", "type"),
    "v1/PersistentVolumeClaim": ("spec",),
    "v1/Service": ("spec.clusterIP", "spec.type"),
    "apps/v1/Deployment": ("spec.selector",),
    "apps/v1/StatefulSet": ("spec.podManagementPolicy", "spec.selector", "spec.serviceName"),
    "batch/v1/Job": ("spec.completions", "spec.selector", "spec.template"),
    "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ("roleRef",),
    "rbac.authorization.k8s.io/v1/RoleBinding": ("roleRef",),
    "storage.k8s.io/v1/StorageClass": ("parameters", "provisioner"),
}


def immutable(inputs: Json, config: Json) -> tuple[str, ...]:
    """The dotted fields whose change replaces the object, under the provider's configuration."""
    kind = str(inputs.get("kind"))
    switch = config.get(_MUTABLE_SWITCHES.get(kind, ""), "false")
    if str(switch).lower() == "true":
        return ()
    return _IMMUTABLE.get(f"{inputs.get('apiVersion')}/{kind}", ())


def kind_of(token: str) -> tuple[str, str]:
    """The apiVersion and kind of a token such as `kubernetes:rbac.authorization.k8s.io/v1:Role`.

    Raises:
        ProviderError: It is none of the API server's kinds.
    """
    found = re.fullmatch(r"kubernetes:([\w.-]+)/(v\w+):(\w+)", token)
    if not found or found[1] in _UNSUPPORTED or found[3].endswith(("Patch", "List")):
        raise ProviderError(
            f"a rehearsal has no resource type '{token}'; it has every kind of the API server, and"
            " neither charts, YAML files, patches nor lists"
        )
    return (found[2] if found[1] == "core" else f"{found[1]}/{found[2]}"), found[3]

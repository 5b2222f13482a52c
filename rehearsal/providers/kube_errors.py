"""What the kubernetes provider says of an object that the API server did not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from rehearsal.providers.errors import ProviderError
from rehearsal.providers.kube_api import KubeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.providers.codec import Json

PATCH_FORCE: Final = "pulumi.com/patchForce"
"""The annotation that takes over fields which another manager owns."""


def object_id(live: Mapping[str, Any]) -> str:
    """`namespace/name`, or the name alone."""
    metadata = cast("Json", live["metadata"])
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])


def explained(error: ProviderError, inputs: Json, manager: str) -> ProviderError:
    """The error with the object that it is about, and what to do where that is known."""
    what = f"{inputs['kind']} '{object_id(inputs)}'"
    if isinstance(error, KubeError) and error.reason == "Conflict":
        return ProviderError(
            f'{what}: the resource managed by field manager "{manager}" had an apply conflict:'
            f" {error}; change the program to agree, or take the fields over with the annotation"
            f' {PATCH_FORCE}: "true"'
        )
    if isinstance(error, KubeError) and "being terminated" in str(error):
        return ProviderError(
            f"{what} was not applied by the Kubernetes API server: {error}; wait until its"
            " namespace is gone, then run refresh, which finds that out, and up, which makes both"
        )
    return ProviderError(f"{what} was not applied by the Kubernetes API server: {error}")

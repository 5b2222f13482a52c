"""What a changed provider configuration means for the objects of a cluster.

As pulumi-kubernetes decides it (`provider/pkg/provider/provider.go`, DiffConfig): a provider is
replaced, and all its objects with it, if `clusterIdentifier` changes; while that is set and stays,
nothing else replaces; without it, another or an unknown active cluster does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import yaml
from pulumi.runtime.proto import provider_pb2

from rehearsal.providers.codec import UNKNOWN

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json

_IDENTIFIER = "clusterIdentifier"


def diff(olds: Json, news: Json) -> provider_pb2.DiffResponse:
    """The answer to DiffConfig."""
    changed = sorted(key for key in {*olds, *news} if olds.get(key) != news.get(key))
    changed = [key for key in changed if key not in {"version", "__internal"}]
    if not changed:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
    replaces: list[str] = []
    if _IDENTIFIER in olds and _IDENTIFIER in news:
        replaces = [_IDENTIFIER] if _IDENTIFIER in changed else []
        if not replaces:
            return _some(changed, [])
    unknown = [key for key in ("kubeconfig", "context", "cluster") if news.get(key) == UNKNOWN]
    if unknown:
        return _some(changed, [*replaces, unknown[0]])
    if _active_cluster(olds) != _active_cluster(news):
        replaces += [key for key in changed if key not in replaces]
    return _some(changed, replaces)


def _some(changed: list[str], replaces: list[str]) -> provider_pb2.DiffResponse:
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME, diffs=changed, replaces=replaces
    )


def _active_cluster(config: Json) -> Any:
    """The cluster entry that the configuration uses; None where it names none."""
    try:
        document = yaml.safe_load(str(config.get("kubeconfig", "")))
    except yaml.YAMLError:
        return None
    if not isinstance(document, dict):
        return None
    kubeconfig = cast("Json", document)

    def entry(plural: str, singular: str, name: object) -> Json:
        entries = cast("list[Json]", kubeconfig.get(plural) or [])
        found = (item.get(singular) for item in entries if item.get("name") == name)
        return cast("Json", next(found, None) or {})

    context = entry(
        "contexts", "context", config.get("context") or kubeconfig.get("current-context")
    )
    return entry("clusters", "cluster", config.get("cluster") or context.get("cluster"))

"""What no pipeline may do: replace or delete the cluster, and what stands or falls with it.

A new cluster has another API server and none of the workloads; a new Kubernetes provider deletes
and makes again everything that it holds; with the resource group everything in it goes; so do a
team's workloads and volumes with its namespace.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ops.review.model import azure_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.review.model import Change, Preview

_PRECIOUS = {
    "the cluster ({name})": azure_type("containerservice", "ManagedCluster"),
    "the resource group ({name})": azure_type("resources", "ResourceGroup"),
    "the Kubernetes provider ({name})": re.compile(r"pulumi:providers:kubernetes"),
    "the namespace {last}, with all that is in it,": re.compile(r"kubernetes:core/v1:Namespace"),
}
"""How a message names it, to its type; `last` is what follows the team's name."""
_VERBS = {"replace": "replaced", "delete": "deleted"}


def dangers(preview: Preview) -> Iterator[str]:
    """A sentence for each thing that the preview would do and must not."""
    for change in preview.changes:
        what = _precious(change)
        if what and change.kind in _VERBS:
            yield _sentence(what, change)
    if not preview.complete:
        count = sum(preview.counts.get(kind, 0) for kind in _VERBS)
        if count:
            yield (
                f"{count} resource(s) would be replaced or deleted, and this output does not name "
                "them; look at the preview itself"
            )


def _precious(change: Change) -> str:
    return next((what for what, token in _PRECIOUS.items() if token.fullmatch(change.type)), "")


def _sentence(what: str, change: Change) -> str:
    because = f", because of {', '.join(change.causes)}" if change.causes else ""
    named = what.format(name=change.name, last=change.name.rpartition(".")[2])
    return f"{named} would be {_VERBS[change.kind]}{because}"

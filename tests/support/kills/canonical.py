"""World and state without what may differ between runs that came to the same: ids, times, order."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rehearsal.engine import urns
from rehearsal.engine.state import Snapshot
from rehearsal.engine.stored import NoStateError, StoredStack
from rehearsal.engine.values import Value, mapped
from tests.support.kills.engine import PASSPHRASE

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine.state import Resource


def objects(folder: Path) -> dict[str, dict[str, Any]]:
    """What is in the provider's world, by id."""
    world: dict[str, Any] = json.loads((folder / "world.json").read_text())
    return world["objects"]


def snapshot(folder: Path) -> Snapshot:
    """The state; reading it checks the rules of states. That of a new stack is empty."""
    try:
        return StoredStack.of(folder, folder, "dev", PASSPHRASE).snapshot()
    except NoStateError:
        return Snapshot()


def stable_world(folder: Path) -> list[str]:
    """A text for each object; what was made twice is there twice."""
    return _with_stable_ids(folder, [repr(_known(found)) for found in objects(folder).values()])


def stable_state(folder: Path) -> list[str]:
    """A text for each row, with the plaintext of secrets.

    An id stays in it as it is if the world has no such object, a provider's if no row has it.
    """
    rows = snapshot(folder).resources
    providers = {urns.reference(row.urn, row.id): row.urn for row in rows if row.custom}
    return _with_stable_ids(folder, [repr(_stable(row, providers)) for row in rows])


def _stable(row: Resource, providers: dict[str, str]) -> Resource:
    return replace(
        row,
        id="" if urns.is_provider_type(row.type) else row.id,
        provider=providers.get(row.provider, row.provider),
        inputs=_known(row.inputs),
        outputs=_known(row.outputs),
        dependencies=tuple(sorted(row.dependencies)),
        property_dependencies={
            name: tuple(sorted(found)) for name, found in sorted(row.property_dependencies.items())
        },
        created="",
        modified="",
    )


def _known(value: Any) -> Any:
    """The value in one order, without how often an object was updated."""

    def change(item: Value) -> Value:
        if not isinstance(item, dict):
            return item
        return {key: item[key] for key in sorted(item.keys() - {"revision"})}

    return mapped(value, change)


def _with_stable_ids(folder: Path, texts: list[str]) -> list[str]:
    """The texts with what each object is in the place of its id, which differs from run to run."""
    ids = {key: f"<{found['type']} {found['name']}>" for key, found in objects(folder).items()}
    for identifier in sorted(ids, key=len, reverse=True):
        texts = [text.replace(identifier, ids[identifier]) for text in texts]
    return sorted(texts)

"""A damaged state is refused, and the refusal says how to go back to the last good one."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.engine import checkpoint
from rehearsal.engine.recovery import DamagedStateError
from rehearsal.engine.state import Resource, Snapshot
from rehearsal.engine.stored import StoredStack
from rehearsal.engine.urns import STACK_TYPE
from rehearsal.engine.values import Secret
from tests.support.states import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.engine.secrets import SecretsManager

    Change = Callable[[dict[str, Any]], object]

STACK = Resource(
    urn="urn:pulumi:dev::suite::pulumi:pulumi:Stack::suite-dev",
    type=STACK_TYPE,
    custom=False,
    outputs={"key": Secret("open-sesame")},
)
THING = Resource(
    urn="urn:pulumi:dev::suite::pkg:index:Thing::a",
    type="pkg:index:Thing",
    custom=True,
    id="a",
    parent=STACK.urn,
)


@pytest.fixture
def stored(tmp_path: Path, manager: SecretsManager) -> StoredStack:
    """A stack with a good state, and a backup of it."""
    (tmp_path / "Pulumi.yaml").write_text("name: suite\nruntime: python\n")
    found = StoredStack.of(tmp_path, tmp_path / "a backend", "dev", PASSPHRASE)
    text = checkpoint.render(Snapshot((STACK, THING)), "organization/suite/dev", manager)
    found.files.save((text,), durable=True)
    found.files.remember("update", "succeeded", {}, 0)
    return found


def changed(change: Change) -> Callable[[bytes], bytes]:
    def damage(text: bytes) -> bytes:
        content = json.loads(text)
        change(content["checkpoint"]["latest"])
        return json.dumps(content).encode()

    return damage


def set_in(*path: str | int, to: object) -> Callable[[bytes], bytes]:
    def change(latest: Any) -> None:
        for step in path[:-1]:
            latest = latest[step]
        latest[path[-1]] = to

    return changed(change)


def version_4(text: bytes) -> bytes:
    return text.replace(b'"version":3', b'"version":4')


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "truncated": (lambda text: text[: len(text) // 2], "no JSON"),
    "empty": (lambda _: b"", "no JSON"),
    "binary": (lambda text: text.replace(b"suite", b"su\xffte"), "no UTF-8 text"),
    "a list": (lambda _: b"[]", "no checkpoint"),
    "an empty object": (lambda _: b"{}", "no checkpoint"),
    "magic": (set_in("manifest", "magic", to="x"), "magic cookie"),
    "rows": (set_in("resources", to={"a": 1}), "'resources' is no list"),
    "row": (set_in("resources", 1, to="row"), "a resource is no object"),
    "field": (set_in("resources", 1, "protect", to="yes"), "'protect' is no bool"),
    "dangling": (set_in("resources", 1, "parent", to=THING.urn[:-1] + "z"), "which is absent"),
    "itself": (set_in("resources", 1, "dependencies", to=[THING.urn]), "which comes later"),
    "order": (changed(lambda latest: latest["resources"].reverse()), "which comes later"),
    "twice": (
        changed(lambda latest: latest["resources"].append(latest["resources"][1])),
        "appears twice",
    ),
    "component with id": (set_in("resources", 0, "id", to="x"), "has the id 'x'"),
    "ciphertext": (
        set_in("resources", 0, "outputs", "key", "ciphertext", to="v1:AAAA:AAAA"),
        "a secret cannot be decrypted",
    ),
    "pending": (
        changed(lambda latest: latest.update(pending_operations=[{"type": "dreaming"}])),
        "unknown type 'dreaming'",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_state_is_refused_and_the_named_command_mends_it(
    stored: StoredStack, name: str
) -> None:
    damage, reason = DAMAGES[name]
    whole = stored.files.state.read_bytes()
    broken = damage(whole)
    stored.files.state.write_bytes(broken)

    with pytest.raises(DamagedStateError) as caught:
        stored.outputs()

    message = str(caught.value)
    assert message.startswith(f"{stored.files.state}: ")
    assert reason in message
    assert "open-sesame" not in message
    assert stored.files.state.read_bytes() == broken, "what is refused is left as it is"
    line = next(line for line in message.splitlines() if "stack import" in line)
    *command, backup = shlex.split(line)
    assert command == ["python", "-m", "rehearsal", "stack", "import", "-s", "dev"]
    stored.take_over(Path(backup).read_text())
    assert stored.outputs() == {"key": Secret("open-sesame")}
    assert stored.files.state.with_name("dev.json.damaged").read_bytes() == broken


def test_the_latest_of_the_good_copies_is_named(stored: StoredStack) -> None:
    (good,) = stored.files.copies()
    for number, text in enumerate(("{", '{"version":3}', "[]")):
        later = good.with_name(f"dev.{number}.json")
        later.write_text(text)
        os.utime(later, (2**33 + number, 2**33 + number))
    older = good.with_name("dev.older.json")
    older.write_bytes(good.read_bytes())
    os.utime(older, (1, 1))
    stored.files.state.write_text("{")

    with pytest.raises(DamagedStateError) as caught:
        stored.outputs()

    assert str(good) in str(caught.value)


def test_without_a_good_copy_the_refusal_says_so(stored: StoredStack) -> None:
    (good,) = stored.files.copies()
    good.write_text("{")
    stored.files.state.write_text("{")
    with pytest.raises(DamagedStateError, match="there is no good copy of an earlier state"):
        stored.exported()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (version_4, "of version 4"),
        (set_in("secrets_providers", "type", to="cloud"), "its secrets manager is 'cloud'"),
        (set_in("resources", 1, "taint", to=True), "the field 'taint' belongs to a feature"),
    ],
)
def test_a_state_with_features_that_are_lacking_is_no_damaged_one(
    stored: StoredStack, damage: Callable[[bytes], bytes], reason: str
) -> None:
    stored.files.state.write_bytes(damage(stored.files.state.read_bytes()))
    with pytest.raises(checkpoint.StateError, match=reason) as caught:
        stored.outputs()
    assert "stack import" not in str(caught.value)

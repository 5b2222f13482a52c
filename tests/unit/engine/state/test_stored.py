"""Moving a state out and in: nothing that would harm the stack is taken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.engine import checkpoint
from rehearsal.engine.backend import LockedError
from rehearsal.engine.secrets import WrongPassphraseError
from rehearsal.engine.state import PendingOperation, Resource, Snapshot
from rehearsal.engine.stored import NoStateError, StoredStack
from rehearsal.engine.values import Secret
from tests.support.states import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rehearsal.engine.secrets import SecretsManager
    from rehearsal.engine.values import Value

HIDDEN = "open-sesame"
ROW = "urn:pulumi:{stack}::suite::pulumi:pulumi:Stack::suite-dev"


@pytest.fixture
def stored(tmp_path: Path) -> StoredStack:
    (tmp_path / "Pulumi.yaml").write_text("name: suite\nruntime: python\n")
    return StoredStack.of(tmp_path, tmp_path / "backend", "dev", PASSPHRASE)


def exported(
    stack: str, manager: SecretsManager, outputs: Mapping[str, Value] | None = None
) -> str:
    row = Resource(
        urn=ROW.format(stack=stack),
        type="pulumi:pulumi:Stack",
        custom=False,
        outputs=dict(outputs or {"a": "b"}),
    )
    text = checkpoint.render(Snapshot(resources=(row,)), f"organization/suite/{stack}", manager)
    latest: dict[str, Any] = json.loads(text)["checkpoint"]["latest"]
    return json.dumps({"version": 3, "deployment": latest})


def test_what_goes_out_can_come_in(stored: StoredStack, manager: SecretsManager) -> None:
    with pytest.raises(NoStateError, match="stack 'dev' has no state"):
        stored.outputs()
    stored.take_over(exported("dev", manager))
    assert stored.outputs() == {"a": "b"}
    stored.take_over(stored.exported())
    assert stored.outputs() == {"a": "b"}


def test_another_stack_s_state_is_refused(stored: StoredStack, manager: SecretsManager) -> None:
    with pytest.raises(checkpoint.StateError, match="is of the stack 'suite/prd', not of"):
        stored.take_over(exported("prd", manager))
    with pytest.raises(NoStateError):
        stored.outputs()


def test_secrets_go_out_as_ciphertext_unless_they_are_asked_for(
    stored: StoredStack, manager: SecretsManager
) -> None:
    value = Secret({"key": [HIDDEN, 1.5, None]})
    stored.take_over(exported("dev", manager, outputs={"secret": value, "plain": "text"}))
    before = stored.exported()
    shown = stored.exported(show_secrets=True)
    assert HIDDEN not in before
    assert HIDDEN in shown

    stored.take_over(shown)
    assert stored.outputs() == {"secret": value, "plain": "text"}
    assert HIDDEN not in stored.files.state.read_text(), "what came in clear is encrypted"
    stored.take_over(before)
    assert (
        json.loads(stored.exported())["deployment"]["resources"]
        == (json.loads(before)["deployment"]["resources"])
    ), "a ciphertext is kept"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "the given state is no JSON"),
        ("[]", "neither 'deployment' nor 'checkpoint'"),
        ('{"deployment": {}}', "of version None"),
        ('{"version": 4, "deployment": {}}', "of version 4"),
        ('{"version": 3, "deployment": []}', "'latest' is no object"),
        ('{"version": 3, "deployment": {"resources": {}}}', "'resources' is no list"),
        ('{"version": 3, "deployment": {"resources": [{"urn": "x"}]}}', "'type' is no str"),
    ],
)
def test_what_is_no_state_is_not_taken(stored: StoredStack, text: str, expected: str) -> None:
    with pytest.raises(checkpoint.StateError, match=expected):
        stored.take_over(text)
    assert stored.files.load() is None


def test_a_state_of_another_passphrase_is_not_taken(
    stored: StoredStack, manager: SecretsManager
) -> None:
    other = StoredStack(stored.files, "another one")
    with pytest.raises(WrongPassphraseError, match="incorrect passphrase"):
        other.take_over(exported("dev", manager))
    assert stored.files.load() is None


def test_a_state_is_not_taken_while_somebody_works_on_the_stack(
    stored: StoredStack, manager: SecretsManager
) -> None:
    with stored.files.lock(), pytest.raises(LockedError):
        stored.take_over(exported("dev", manager))
    assert stored.files.load() is None


def test_what_was_being_done_moves_with_the_state(
    stored: StoredStack, manager: SecretsManager
) -> None:
    row = Resource(ROW.format(stack="dev"), "pkg:index:Thing", custom=True)
    state = Snapshot(pending=(PendingOperation(row, "creating"),))
    stored.take_over(checkpoint.render(state, "organization/suite/dev", manager).decode())
    assert stored.snapshot() == state

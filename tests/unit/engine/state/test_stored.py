"""Moving a state out and in: nothing that would harm the stack is taken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rehearsal.engine import checkpoint
from rehearsal.engine.state import Resource, Snapshot
from rehearsal.engine.stored import NoStateError, StoredStack

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine.secrets import SecretsManager

PASSPHRASE = "correct-horse"
SALT = "v1:FhTj+pdYfMw=:v1:MLb44O/s8BY0+bIJ:G8xJCsZDFvV5AD25vearJarOwNv89A=="
"""Made by the real CLI with that passphrase."""

ROW = "urn:pulumi:{stack}::suite::pulumi:pulumi:Stack::suite-dev"


@pytest.fixture
def stored(tmp_path: Path) -> StoredStack:
    (tmp_path / "Pulumi.yaml").write_text("name: suite\nruntime: python\n")
    return StoredStack.of(tmp_path, tmp_path / "backend", "dev", PASSPHRASE)


def exported(stack: str, manager: SecretsManager) -> str:
    row = Resource(
        urn=ROW.format(stack=stack), type="pulumi:pulumi:Stack", custom=False, outputs={"a": "b"}
    )
    text = checkpoint.render(
        Snapshot(resources=(row,)),
        f"organization/suite/{stack}",
        SALT,
        lambda resource: checkpoint.encode_row(resource, manager),
    )
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


def test_a_file_that_is_no_checkpoint_is_not_exported(stored: StoredStack) -> None:
    stored.files.state.parent.mkdir(parents=True)
    stored.files.state.write_text("{}")
    with pytest.raises(checkpoint.StateError, match="it is a checkpoint of version None"):
        stored.exported()

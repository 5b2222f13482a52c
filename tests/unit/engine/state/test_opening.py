"""A stack file whose salt was made with another passphrase, as a rehearsal of a real stack has."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from rehearsal.engine import Run
from rehearsal.engine.opening import open_stack
from rehearsal.engine.secrets import WrongPassphraseError
from tests.support.states import PASSPHRASE, SALT

OWN = "the rehearsal's own"


def request(
    folder: Path,
    config: dict[str, Any],
    *,
    passphrase: str = OWN,
    ignores_idle_salt: bool = True,
) -> Run:
    (folder / "Pulumi.yaml").write_text("name: suite\nruntime: python\n")
    stack_file = json.dumps({"encryptionsalt": SALT, "config": config})
    (folder / "Pulumi.dev.yaml").write_text(stack_file)
    return Run(
        operation="preview",
        project_dir=folder,
        stack="dev",
        backend=folder / "home",
        passphrase=passphrase,
        python=Path(sys.executable),
        environment={},
        ignores_idle_salt=ignores_idle_salt,
    )


def test_an_idle_salt_of_another_passphrase_is_passed_over(tmp_path: Path) -> None:
    opened = open_stack(request(tmp_path, {"suite:word": "plain"}))
    assert opened.secrets.salt != SALT


def test_without_being_told_so_it_is_refused_as_the_real_cli_does(tmp_path: Path) -> None:
    with pytest.raises(WrongPassphraseError, match="incorrect passphrase"):
        open_stack(request(tmp_path, {"suite:word": "plain"}, ignores_idle_salt=False))


def test_the_salt_of_the_right_passphrase_is_used(tmp_path: Path) -> None:
    opened = open_stack(request(tmp_path, {"suite:word": "plain"}, passphrase=PASSPHRASE))
    assert opened.secrets.salt == SALT


@pytest.mark.parametrize("value", [{"secure": "v1:a:b"}, {"deep": [{"secure": "v1:a:b"}]}])
def test_secure_values_need_their_passphrase_and_the_message_says_what_to_do(
    tmp_path: Path, value: Any
) -> None:
    config = {"suite:word": value, "suite:open": "plain"}
    with pytest.raises(WrongPassphraseError) as refused:
        open_stack(request(tmp_path, config))
    said = str(refused.value)
    assert "set PULUMI_CONFIG_PASSPHRASE" in said
    assert f"{tmp_path / 'Pulumi.dev.yaml'} has values that were encrypted with it" in said
    assert said.count("suite:") == 1
    assert "REHEARSAL_HOME" in said

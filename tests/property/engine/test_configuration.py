from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.engine.configuration import configure
from rehearsal.engine.project import load_project, load_stack_file
from rehearsal.engine.secrets import SecretsManager

MANAGER = SecretsManager.create("a passphrase")

texts = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), max_size=10)
documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=10,
)


def given_to_program(value: object) -> str | None:
    """The text that a program gets for a value of the stack file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (folder / "Pulumi.dev.yaml").write_text(json.dumps({"config": {"key": value}}))
        project = load_project(folder)
        stack_file = load_stack_file(project, project.stack_file("dev"))
        return configure(project, stack_file, "dev", MANAGER).values.get("shop:key")


@given(documents.filter(lambda value: value is not None and not isinstance(value, str)))
def test_structured_configuration_reaches_the_program_as_its_json(value: object) -> None:
    text = given_to_program(value)
    assert text is not None
    assert json.loads(text) == value


@given(texts)
def test_texts_reach_the_program_as_they_are(value: str) -> None:
    assert given_to_program(value) == value


@given(texts)
def test_secure_values_reach_the_program_in_clear(value: str) -> None:
    assert given_to_program({"secure": MANAGER.encrypt(value)}) == value

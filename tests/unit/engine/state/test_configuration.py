from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.configuration import Configuration, configure, disabled_default_providers
from rehearsal.engine.project import ProjectError, load_project, load_stack_file

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.engine.secrets import SecretsManager

HEAD = "name: shop\nruntime: python\n"
SECURE = "{secure: 'v1:PqvZ5qkwTwfHZh2u:1ij7P4m8t+rFG/vG6+FscSyONxNMXpfFuzqxnQ=='}"
"""`s3cr3t-token`, encrypted by the real CLI with the passphrase and salt of the tests."""


def configured(
    folder: Path, manager: SecretsManager, *, declared: str = "", given: str = ""
) -> Configuration:
    (folder / "Pulumi.yaml").write_text(f"{HEAD}config: {{{declared}}}\n")
    (folder / "Pulumi.dev.yaml").write_text(f"config: {{{given}}}\n")
    project = load_project(folder)
    return configure(project, load_stack_file(project, project.stack_file("dev")), "dev", manager)


def test_the_stack_file_goes_over_defaults(tmp_path: Path, manager: SecretsManager) -> None:
    declared = "a: {type: string, default: x}, b: {type: string, default: y}, c: short"
    found = configured(tmp_path, manager, declared=declared, given="b: z")
    assert found.values == {"shop:a": "x", "shop:b": "z", "shop:c": "short"}


def test_values_reach_the_program_as_texts(tmp_path: Path, manager: SecretsManager) -> None:
    given = "n: 3, f: 1.5, t: true, o: {b: [1, null], a: 0.5}, l: [x], s: text"
    found = configured(tmp_path, manager, given=given)
    assert found.values == {
        "shop:n": "3",
        "shop:f": "1.5",
        "shop:t": "true",
        "shop:o": '{"a":0.5,"b":[1,null]}',
        "shop:l": '["x"]',
        "shop:s": "text",
    }


def test_secure_values_are_opened_and_marked(tmp_path: Path, manager: SecretsManager) -> None:
    given = f"token: {SECURE}, deep: {{list: [{SECURE}], open: 1}}, open: text"
    found = configured(tmp_path, manager, given=given)
    assert found.values["shop:token"] == "s3cr3t-token"
    assert json.loads(found.values["shop:deep"]) == {"list": ["s3cr3t-token"], "open": 1}
    assert found.secret_keys == {"shop:token", "shop:deep"}
    assert found.is_secret("shop:token")
    assert not found.is_secret("shop:open")


def test_a_secure_value_of_another_stack_is_refused_with_its_key(
    tmp_path: Path, manager: SecretsManager
) -> None:
    with pytest.raises(ProjectError, match=r"Pulumi.dev.yaml: configuration key 'shop:token'"):
        configured(tmp_path, manager, given="token: {secure: 'v1:AAAA:BBBB'}")


@pytest.mark.parametrize(
    ("declared", "given", "name"),
    [
        ("type: string", "{a: 1}", "string"),
        ("type: integer", "many", "integer"),
        ("type: integer", "true", "integer"),
        ("type: boolean", "1", "boolean"),
        ("type: object", "[1]", "object"),
        ("type: array, items: {type: object}", "{a: 1}", "array<object>"),
        ("type: array, items: {type: object}", "[1]", "array<object>"),
        (
            "type: array, items: {type: array, items: {type: string}}",
            "[[1]]",
            "array<array<string>>",
        ),
    ],
)
def test_a_value_of_another_type_is_refused_as_the_real_cli_words_it(
    tmp_path: Path, manager: SecretsManager, declared: str, given: str, name: str
) -> None:
    with pytest.raises(ProjectError) as caught:
        configured(tmp_path, manager, declared=f"key: {{{declared}}}", given=f"key: {given}")
    assert str(caught.value) == (
        "validating stack config: Stack 'dev' with configuration key 'key' must be of type"
        f" '{name}'; it is given in {tmp_path / 'Pulumi.dev.yaml'}"
    )


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("type: string", "3"),
        ("type: string", "true"),
        ("type: integer", "'-3'"),
        ("type: boolean", "'true'"),
        ("type: object", "{a: 1}"),
        ("type: array, items: {type: object}", "[{a: 1}]"),
    ],
)
def test_a_value_that_reads_as_the_type_is_accepted(
    tmp_path: Path, manager: SecretsManager, declared: str, given: str
) -> None:
    found = configured(tmp_path, manager, declared=f"key: {{{declared}}}", given=f"key: {given}")
    assert "shop:key" in found.values


def test_all_missing_values_are_told_at_once(tmp_path: Path, manager: SecretsManager) -> None:
    declared = "a: {type: string}, b: {type: integer}, c: {type: string, default: x}"
    with pytest.raises(ProjectError, match="is missing configuration values 'a', 'b'; set it in"):
        configured(tmp_path, manager, declared=declared)


def test_a_null_is_no_value(tmp_path: Path, manager: SecretsManager) -> None:
    with pytest.raises(ProjectError, match="missing configuration value 'a'"):
        configured(tmp_path, manager, declared="a: {type: string}", given="a: ~")


def test_a_secret_key_must_be_encrypted(tmp_path: Path, manager: SecretsManager) -> None:
    declared = "token: {type: string, secret: true}"
    with pytest.raises(ProjectError, match="must be encrypted") as caught:
        configured(tmp_path, manager, declared=declared, given="token: hunter2")
    assert "hunter2" not in str(caught.value)
    assert configured(tmp_path, manager, declared=declared, given=f"token: {SECURE}").secret_keys


def test_a_namespace_is_a_providers_configuration() -> None:
    found = Configuration({"kubernetes:context": "x", "shop:a": "y"})
    assert found.of_namespace("kubernetes") == {"context": "x"}


def test_default_providers_can_be_disabled(tmp_path: Path, manager: SecretsManager) -> None:
    declared = "pulumi:disable-default-providers: {value: [kubernetes]}"
    found = configured(tmp_path, manager, declared=declared)
    assert disabled_default_providers(found) == {"kubernetes"}
    assert disabled_default_providers(Configuration()) == frozenset()


@pytest.mark.parametrize("text", ["kubernetes", "3", "[3]", "{}"])
def test_a_malformed_list_of_disabled_providers_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match="list of package names"):
        disabled_default_providers(Configuration({"pulumi:disable-default-providers": text}))

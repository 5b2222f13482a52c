from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.project import Project, ProjectError, load_project, load_stack_file

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "name: shop\nruntime: python\n"


def load(tmp_path: Path, text: str) -> Project:
    (tmp_path / "Pulumi.yaml").write_text(text)
    return load_project(tmp_path)


def test_a_project_has_its_program_and_stack_files_beside_it(tmp_path: Path) -> None:
    project = load(tmp_path, HEAD)
    assert project.name == "shop"
    assert project.main == tmp_path
    assert project.stack_file("dev") == tmp_path / "Pulumi.dev.yaml"


def test_main_and_stack_config_dir_are_honoured(tmp_path: Path) -> None:
    project = load(tmp_path, HEAD + "main: program/\nstackConfigDir: stacks\ndescription: A shop\n")
    assert project.main == tmp_path / "program"
    assert project.stack_file("dev") == tmp_path / "stacks" / "Pulumi.dev.yaml"
    assert project.description == "A shop"


def test_the_old_way_to_name_the_directory_of_stack_files_works(tmp_path: Path) -> None:
    assert load(tmp_path, HEAD + "config: stacks\n").stack_directory == tmp_path / "stacks"


def test_runtime_options_are_accepted(tmp_path: Path) -> None:
    text = "name: shop\nruntime: {name: python, options: {virtualenv: .venv}}\n"
    assert load(tmp_path, text).name == "shop"


def test_declared_keys_get_the_namespace_of_the_project(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        HEAD + "config:\n  size: {type: integer, default: 3}\n  shop:name: {type: string}\n"
        "  pulumi:disable-default-providers: {value: [kubernetes]}\n  short: text\n",
    )
    declared = {declaration.key: declaration for declaration in project.declarations}
    assert declared["shop:size"].default == 3
    assert declared["shop:name"].default is None
    assert declared["pulumi:disable-default-providers"].value == ["kubernetes"]
    assert declared["shop:short"].value == "text"


@pytest.mark.parametrize(
    ("default", "name"),
    [("3", "integer"), ("true", "boolean"), ("text", "string"), ("{a: 1}", "object")],
)
def test_a_type_is_inferred_from_the_default(tmp_path: Path, default: str, name: str) -> None:
    project = load(tmp_path, f"{HEAD}config: {{key: {{default: {default}}}}}\n")
    assert project.declarations[0].type == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("runtime: python\n", "missing a 'name'"),
        ("name: shop\n", "missing a 'runtime'"),
        ("name: shop\nruntime: nodejs\n", "'nodejs'.*'python' only"),
        ("- a\n", "no mapping"),
        ("name: [\n", r"Pulumi.yaml:\d+:\d+: it is no YAML"),
        ("name: a\nname: b\n", r"Pulumi.yaml:2:1: .*'name' appears twice"),
        ("name: \x00\n", "no YAML"),
        (HEAD + "config: [a]\n", "'config' is no mapping"),
        (HEAD + "config: {key: {typ: string}}\n", "'typ'; allowed are default"),
        (HEAD + "config: {key: {type: text}}\n", "unknown type 'text'; allowed are string"),
        (HEAD + "config: {key: {type: array}}\n", "via the 'items' attribute"),
        (HEAD + "config: {key: {type: integer, default: x}}\n", "expected type 'integer'"),
        (
            HEAD + "config: {key: {type: array, items: {type: string}, default: [1]}}\n",
            "expected type 'array<string>'",
        ),
        (HEAD + "config: {a:key: {type: string}}\n", "not namespaced by the project"),
        (HEAD + "config: {key: {value: 1, default: 2}}\n", "both 'value' and 'default'"),
    ],
)
def test_a_wrong_project_file_is_refused_with_place_and_remedy(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ProjectError, match=message) as caught:
        load(tmp_path, text)
    assert str(tmp_path / "Pulumi.yaml") in str(caught.value)


def test_an_absent_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="there is no such file"):
        load_project(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProjectError, match="cannot be read"):
        load_project(tmp_path)


# --- stack files -----------------------------------------------------------------------------


def stack_file(tmp_path: Path, text: str) -> dict[str, object]:
    project = load(tmp_path, HEAD)
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(text)
    return dict(load_stack_file(project, path).config)


def test_an_absent_or_empty_stack_file_configures_nothing(tmp_path: Path) -> None:
    project = load(tmp_path, HEAD)
    assert load_stack_file(project, tmp_path / "absent.yaml").config == {}
    assert stack_file(tmp_path, "") == {}


def test_keys_get_the_namespace_of_the_project_where_they_have_none(tmp_path: Path) -> None:
    assert stack_file(tmp_path, "config: {a: 1, other:b: 2}\n") == {"shop:a": 1, "other:b": 2}


def test_plain_scalars_are_read_as_go_reads_them(tmp_path: Path) -> None:
    text = "config: {a: on, b: 12:30, c: 2026-01-01, d: true, e: 0x10, f: 1e3, g: ~, h: 1_000}\n"
    assert list(stack_file(tmp_path, text).values()) == [
        "on",
        "12:30",
        "2026-01-01",
        True,
        16,
        1000.0,
        None,
        "1_000",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: [a]\n", "'config' is no mapping"),
        ("environment: [prod]\n", "Pulumi Cloud"),
        ("secretsprovider: awskms://x\n", "'passphrase' only"),
        ("config: {a: }}\n", "no YAML"),
    ],
)
def test_a_wrong_stack_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        stack_file(tmp_path, text)

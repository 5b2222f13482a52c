from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rehearsal import toolchain
from rehearsal.toolchain import ToolchainError, Tools

if TYPE_CHECKING:
    from rehearsal.toolchain import GoBinary


def stub(directory: Path, name: str, says: str) -> Path:
    """A program that says one thing, whatever it is asked."""
    program = directory / name
    program.unlink(missing_ok=True)
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


def kubectl_says(version: str) -> str:
    return f'{{"clientVersion": {{"gitVersion": "{version}"}}}}'


def test_a_binary_is_kept_by_what_it_is_made_from(tiny: GoBinary) -> None:
    before = tiny.path
    assert tiny.path == before
    (tiny.module / "go.sum").write_text("")
    with_sums = tiny.path
    (tiny.module / "main.go").write_text("package main\n\nfunc main() {}\n")
    assert len({before, with_sums, tiny.path, replace(tiny, linker_flags="-s").path}) == 4


def test_other_files_beside_the_module_do_not_cause_a_new_build(tiny: GoBinary) -> None:
    before = tiny.path
    (tiny.module / "requirements-kubectl.txt").write_text("kubectl==9")
    assert tiny.path == before


def test_the_real_binaries_are_pinned_by_modules_and_carry_their_versions() -> None:
    controlplane, kubelogin = toolchain.go_binaries()
    assert controlplane.what.startswith("kube-apiserver and kube-controller-manager v1.")
    assert kubelogin.what == "kubelogin v0.2.21"
    assert "gitVersion=v1." in controlplane.linker_flags
    assert (kubelogin.module / "go.sum").exists()


def test_what_is_missing_is_named_with_the_command_that_makes_it(
    tiny: GoBinary, search_path: Path
) -> None:
    (search_path / "kubectl").unlink()
    with pytest.raises(ToolchainError) as caught:
        toolchain.find()
    assert tiny.what in str(caught.value)
    assert "kubectl" in str(caught.value)
    assert "make setup" in str(caught.value)


@pytest.mark.usefixtures("cache")
def test_a_kubectl_older_than_1_18_is_not_taken(search_path: Path) -> None:
    recent = stub(search_path, "kubectl", kubectl_says("v1.18.0"))
    assert toolchain.find_kubectl() == recent
    stub(search_path, "kubectl", kubectl_says("v1.17.9"))
    assert toolchain.find_kubectl() is None


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("says", ["", "[]", "{}", kubectl_says("unknown")])
def test_a_kubectl_that_does_not_tell_its_version_is_not_taken(
    search_path: Path, says: str
) -> None:
    stub(search_path, "kubectl", says)
    assert toolchain.find_kubectl() is None


def test_etcd_is_the_program_itself_and_not_the_script_around_it() -> None:
    etcd = toolchain.find_etcd()
    assert etcd is not None
    assert etcd.read_bytes()[:4] == b"\x7fELF"


def test_the_tools_come_first_on_the_search_path_and_only_once() -> None:
    tools = Tools(Path("/c/x"), Path("/k/kubelogin"), Path("/b/kubectl"), Path("/e/etcd"))
    assert tools.search_path("/usr/bin:/bin") == "/k:/b:/usr/bin:/bin"
    assert replace(tools, kubectl=Path("/k/kubectl")).search_path("/bin") == "/k:/bin"


def test_go_has_to_be_as_new_as_the_newest_of_the_modules_asks_for() -> None:
    assert toolchain.needed_go() >= (1, 26, 6)


def test_versions_compare_as_numbers() -> None:
    assert toolchain.parse_version("go1.9.2") < toolchain.parse_version("go1.26")
    with pytest.raises(ValueError, match="has no version"):
        toolchain.parse_version("devel")

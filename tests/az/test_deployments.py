"""Templates deployed by az."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.arm_templates import cluster, feature, identity, template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.az import Shell


@pytest.fixture(scope="module")
def group(admin: Shell) -> Iterator[str]:
    """A resource group of this file."""
    admin.run("az group create --name by-template --location westeurope")
    yield "by-template"
    admin.run("az group delete --name by-template --yes")


def written(directory: Path, content: dict[str, Any]) -> Path:
    """The template as a file."""
    file = directory / "main.json"
    file.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return file


def test_a_cluster_is_made_by_a_template(admin: Shell, group: str, tmp_path: Path) -> None:
    content = template(
        cluster("[parameters('name')]"),
        parameters={"name": {"type": "string"}},
        outputs={"name": {"type": "string", "value": "[toUpper(parameters('name'))]"}},
    )
    options = f"-g {group} --template-file {written(tmp_path, content)} --parameters name=by-az"

    assert admin.json(f"az deployment group validate {options}")["error"] is None
    done = admin.json(f"az deployment group create --name main {options}")

    assert done["properties"]["provisioningState"] == "Succeeded"
    assert done["properties"]["outputs"]["name"]["value"] == "BY-AZ"
    assert admin.json(f"az aks show -g {group} -n by-az")["aadProfile"]["managed"] is True
    assert admin.json(f"az deployment group list -g {group} --query [].name") == ["main"]
    listed = admin.json(f"az deployment operation group list -g {group} -n main")
    assert [row["properties"]["provisioningState"] for row in listed] == ["Succeeded"] * 2
    assert admin.json(f"az deployment group export -g {group} -n main") == content
    admin.run(f"az deployment group delete -g {group} -n main")
    assert admin.json(f"az deployment group list -g {group}") == []


def test_az_tells_why_a_deployment_fails(admin: Shell, group: str, tmp_path: Path) -> None:
    create = f"az deployment group create -g {group} --template-file"
    said = admin.refused(f"{create} {written(tmp_path, template(identity('[nothing()]')))}")
    assert "InvalidTemplate" in said
    assert "The template function 'nothing' is not valid" in said
    said = admin.refused(f"{create} {written(tmp_path, template(identity('a', location='mars')))}")
    assert "The provided location 'mars' is not available" in said
    said = admin.refused(f"{create} {written(tmp_path, template(identity('a', unheard_of=1)))}")
    assert "DeploymentFailed" in said
    assert "unheard_of" in said


def test_features_are_registered_at_the_subscription(admin: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, template(feature("AAD-V2")))
    options = f"--location westeurope --name features --template-file {file}"
    assert admin.json(f"az deployment sub create {options}")["location"] == "westeurope"
    shown = "az feature show --namespace Microsoft.ContainerService --name AAD-V2"
    assert admin.json(shown)["properties"]["state"] in {"Registering", "Registered"}
    admin.run("az deployment sub delete --name features")

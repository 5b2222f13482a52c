"""What may be sent is what Microsoft's own models have, by wire name."""

from __future__ import annotations

import re
from enum import Enum
from inspect import get_annotations
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from azure.mgmt.containerservice import models as aks_models
from azure.mgmt.msi import models as msi_models

from rehearsal.cloud import aks
from rehearsal.cloud.arm.bodies import schemas

MEMBERS = yaml.safe_load((Path(aks.__file__).parent / "resource_members.yaml").read_text("utf-8"))
# What Azure writes and nobody sends: its insides are of no interest.
OPAQUE = (aks_models.SystemData, aks_models.ErrorDetail)
IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"


def names_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Names of a schema's members, as a tree."""
    inner = schema.get("items", schema)
    return {name: names_of(member) for name, member in inner.get("properties", {}).items()}


def wire_names(model: Any, above: tuple[Any, ...] = ()) -> dict[str, Any]:
    """Names of the members of a model of azure-mgmt-containerservice, as a tree."""
    model.__new__(model)
    annotations: dict[str, str] = {}
    for base in reversed(model.__mro__):
        annotations.update(get_annotations(base))
    found: dict[str, Any] = {}
    for attribute, field in model._attr_to_rest_field.items():  # noqa: SLF001 - told nowhere else
        inner = re.search(r"_models\.(\w+)", str(annotations.get(attribute)))
        nested: Any = getattr(aks_models, inner[1]) if inner else Enum
        name = field._rest_name  # noqa: SLF001 - told nowhere else
        plain = issubclass(nested, Enum) or nested in {*above, model, *OPAQUE}
        found[name] = {} if plain else wire_names(nested, (*above, model))
    return found


def listed_names(members: dict[str, Any]) -> dict[str, Any]:
    """Names of the members that resource_members.yaml has, as a tree."""
    found: dict[str, Any] = {}
    for key, inner in members.items():
        if isinstance(inner, list):
            found.update({name: {} for name in cast("list[str]", inner)})
        else:
            nested = listed_names(inner)
            found[key.removesuffix("[]")] = nested.get("*", nested)
    return found


@pytest.mark.parametrize(
    ("kind", "model"),
    [("managedCluster", aks_models.ManagedCluster), ("agentPool", aks_models.AgentPool)],
)
def test_clusters_and_pools_have_the_members_of_microsofts_models(kind: str, model: Any) -> None:
    assert listed_names(MEMBERS[kind]) == wire_names(model)


def test_maintenance_has_the_members_of_microsofts_model() -> None:
    schema = schemas()["Microsoft.ContainerService/managedClusters/maintenanceConfigurations"]

    assert names_of(schema) == wire_names(aks_models.MaintenanceConfigurationProperties)


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        (IDENTITIES, msi_models.Identity),
        (
            f"{IDENTITIES}/federatedIdentityCredentials",
            msi_models.FederatedIdentityCredential,
        ),
    ],
)
def test_identities_have_the_members_of_microsofts_models(kind: str, model: Any) -> None:
    members = model._attribute_map.values()  # noqa: SLF001 - told nowhere else
    keys = {entry["key"] for entry in members}

    assert set(schemas()[kind]["properties"]) == {
        key.removeprefix("properties.") for key in keys if key.startswith("properties.")
    }

"""Preview features, registered by a deployment of a template before the cluster is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.azure import Azure

if TYPE_CHECKING:
    from tests.support.rehearsal import Rehearsal

pytestmark = pytest.mark.e2e

FEATURES = ["AAD-V2", "NodeOSUpgradeChannelPreview"]
REGISTRATIONS = "providers/Microsoft.Features/subscriptionFeatureRegistrations"
DEPLOYMENTS = "providers/Microsoft.Resources/deployments"


def ask_for_features(config: dict[str, Any]) -> None:
    config["aks-entra:cluster"]["previewFeatures"] = FEATURES


def registered(azure: Azure) -> list[str]:
    """Features of the subscription that are registered."""
    found = azure.arm(f"{azure.subscription}/{REGISTRATIONS}", "2021-07-01").json()["value"]
    return [each["name"] for each in found if each["properties"]["state"] == "Registered"]


def deployments(azure: Azure) -> list[dict[str, Any]]:
    return azure.arm(f"{azure.subscription}/{DEPLOYMENTS}", "2025-04-01").json()["value"]


def test_features_are_registered_before_the_cluster_and_outlive_it(empty: Rehearsal) -> None:
    empty.edit_stack("local", ask_for_features)

    planned = empty.json("preview")
    done = empty.json("up")
    azure = Azure(empty)
    made = deployments(azure)

    assert planned["changes"] == done["changes"]
    assert registered(azure) == FEATURES
    assert [each["properties"]["provisioningState"] for each in made] == ["Succeeded"]
    assert azure.cluster()["systemData"]["createdAt"] >= made[0]["properties"]["timestamp"]
    empty.run("up", "--expect-no-changes")
    assert deployments(azure) == made

    empty.run("destroy")

    assert deployments(azure) == []
    assert registered(azure) == FEATURES

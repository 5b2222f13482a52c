"""Preview features are registered, and waited for, before the cluster is made."""

from __future__ import annotations

import pulumi
import pytest

from components import features
from tests.support.cluster_program import cluster
from tests.support.directory_double import World


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once."""
    monkeypatch.setattr(features, "POLL_SECONDS", 0.0)


def test_without_features_nothing_is_deployed_or_asked() -> None:
    made = cluster()
    assert made.of("DeploymentAtSubscriptionScope") == []
    assert made.called("getSubscriptionFeatureRegistration") == []


def test_features_are_registered_by_a_deployment_at_the_subscription() -> None:
    made = cluster(preview_features=["AAD-V2", "NodeOSUpgradeChannelPreview"])
    deployment = made.one("DeploymentAtSubscriptionScope")
    assert deployment.name == "main-features"
    assert deployment.inputs["location"] == "westeurope"
    assert deployment.inputs["properties"]["mode"] == "Incremental"
    assert deployment.inputs["properties"]["template"]["resources"] == [
        {
            "type": "Microsoft.Features/featureProviders/subscriptionFeatureRegistrations",
            "apiVersion": "2021-07-01",
            "name": f"Microsoft.ContainerService/{feature}",
            "properties": {},
        }
        for feature in ("AAD-V2", "NodeOSUpgradeChannelPreview")
    ]


def test_the_cluster_waits_until_each_feature_is_registered() -> None:
    world = World(feature_states=["Registering", "Pending", "Registered"])
    made = cluster(preview_features=["AAD-V2"], world=world)
    assert made.called("getSubscriptionFeatureRegistration") == [
        {"featureName": "AAD-V2", "providerNamespace": "Microsoft.ContainerService"}
    ] * len(["Registering", "Pending", "Registered"])
    names = [each.name for each in made.resources]
    assert names.index("main-features") < names.index("main-cluster")
    deployment = made.one("DeploymentAtSubscriptionScope")
    assert deployment.urn in made.one("ManagedCluster").dependencies


def test_a_first_preview_waits_for_nothing() -> None:
    made = cluster(preview_features=["AAD-V2"], preview=True)
    assert made.called("getSubscriptionFeatureRegistration") == []
    assert made.one("ManagedCluster")


def test_a_feature_that_stays_pending_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "POLLS", 2)
    world = World(feature_states=["Pending"])
    with pytest.raises(pulumi.RunError) as refused:
        cluster(preview_features=["AAD-V2"], world=world)
    assert '"AAD-V2" (cluster.previewFeatures) is still Pending' in str(refused.value)
    assert "az feature show --namespace Microsoft.ContainerService --name AAD-V2" in str(
        refused.value
    )

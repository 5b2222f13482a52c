"""Preview features of AKS: registered with the subscription before the cluster is made.

By a deployment of a template: `azure-native:features:SubscriptionFeatureRegistration` cannot be
created, since Azure answers for every feature as if its registration were there already
(https://github.com/pulumi/pulumi-azure-native/issues/1722). Destroying the deployment leaves the
features registered; other clusters of the subscription may need them.
"""

import asyncio

import pulumi
from pulumi_azure_native import features, resources

NAMESPACE = "Microsoft.ContainerService"
"""Resource provider whose features these are."""
POLL_SECONDS = 10.0
"""Time between two looks at a registration."""
POLLS = 120
"""How often to look; Azure takes some minutes, up to a quarter of an hour."""

_TEMPLATE = {
    "$schema": (
        "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
    ),
    "contentVersion": "1.0.0.0",
}


def registered(
    name: str, names: list[str], location: pulumi.Input[str], options: pulumi.ResourceOptions
) -> pulumi.Output[list[pulumi.Resource]]:
    """Make `NAME-features`; what it gives, for `depends_on`, is there once all are registered.

    Args:
        name: Prefix of the child's name.
        names: Features below `NAMESPACE`; without any, nothing is made or waited for.
        location: Region that keeps the deployment's record.
        options: Options of the child.

    Raises:
        pulumi.RunError: Later, while the program runs: a feature is not registered in time.
    """
    if not names:
        nothing: list[pulumi.Resource] = []
        return pulumi.Output.from_input(nothing)
    deployment = resources.DeploymentAtSubscriptionScope(
        f"{name}-features",
        resources.DeploymentAtSubscriptionScopeArgs(
            location=location,
            properties=resources.DeploymentPropertiesArgs(
                mode=resources.DeploymentMode.INCREMENTAL,
                template={**_TEMPLATE, "resources": [_registration(feature) for feature in names]},
            ),
        ),
        pulumi.ResourceOptions.merge(
            options,
            # Azure refuses to move the record of a deployment.
            pulumi.ResourceOptions(replace_on_changes=["location"]),
        ),
    )

    async def wait(_id: str) -> list[pulumi.Resource]:
        for feature in names:
            await _wait(feature)
        return [deployment]

    return deployment.id.apply(wait)


def _registration(feature: str) -> dict[str, object]:
    return {
        "type": "Microsoft.Features/featureProviders/subscriptionFeatureRegistrations",
        "apiVersion": "2021-07-01",
        "name": f"{NAMESPACE}/{feature}",
        "properties": {},
    }


async def _wait(feature: str) -> None:
    state = ""
    for attempt in range(POLLS):
        if attempt:
            await asyncio.sleep(POLL_SECONDS)
        answer = await features.get_subscription_feature_registration_output(
            feature_name=feature, provider_namespace=NAMESPACE
        ).future()
        state = str(answer.properties.state) if answer else ""
        if state == features.SubscriptionFeatureRegistrationState.REGISTERED.value:
            return
    raise pulumi.RunError(
        f'the preview feature "{feature}" (cluster.previewFeatures) is still {state or "unknown"} '
        f"after {POLLS * POLL_SECONDS / 60:.0f} minutes; run again once it is Registered, which "
        f"this shows: az feature show --namespace {NAMESPACE} --name {feature}; one that stays "
        "Pending needs Microsoft's approval"
    )

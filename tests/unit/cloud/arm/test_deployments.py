"""Deployments of templates: what is made, told and refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rehearsal.cloud.web import Request
from tests.support.arm import AKS, SUBSCRIPTION, Arm, RecordingRuntime, cluster_path, error
from tests.support.arm_templates import (
    DEPLOYMENTS,
    HEAD,
    IDENTITIES,
    cluster,
    deployed,
    deployment_path,
    feature,
    identity,
    nested,
    put,
    template,
)

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply

WEST = "westeurope"
REGISTRATION = (
    f"{SUBSCRIPTION}/providers/Microsoft.Features/featureProviders/Microsoft.ContainerService"
    "/subscriptionFeatureRegistrations/AAD-V2"
)


def identities(arm: Arm, group: str) -> list[str]:
    found = arm.call("GET", f"{group}/providers/{IDENTITIES}").body["value"]
    return [each["name"] for each in found]


def test_a_feature_is_registered_by_a_deployment_at_the_subscription(arm: Arm) -> None:
    made = put(arm, SUBSCRIPTION, template(feature("AAD-V2")), location="West Europe")

    assert made.status == 201
    assert made.body["location"] == WEST
    assert made.body["properties"]["provisioningState"] == "Accepted"
    assert (
        f"{deployment_path(SUBSCRIPTION)}/operationStatuses/"
        in (made.headers["Azure-AsyncOperation"])
    )
    assert arm.done(made)["status"] == "Succeeded"
    assert arm.call("GET", REGISTRATION).body["properties"]["state"] == "Registering"
    shown = arm.call("GET", deployment_path(SUBSCRIPTION)).body["properties"]
    assert shown["provisioningState"] == "Succeeded"
    assert [each["id"] for each in shown["outputResources"]] == [REGISTRATION]

    assert arm.done(arm.call("DELETE", deployment_path(SUBSCRIPTION)))["http"] == 200
    assert error(arm.call("GET", deployment_path(SUBSCRIPTION))) == (404, "DeploymentNotFound")
    assert arm.call("HEAD", deployment_path(SUBSCRIPTION)).status == 404
    assert arm.call("DELETE", deployment_path(SUBSCRIPTION)).status == 204
    assert arm.call("GET", REGISTRATION).body["properties"]["state"] == "Registering"


def test_a_cluster_and_its_pool_are_made_one_after_the_other(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    group = arm.group()
    pool = {
        "type": f"{AKS}/agentPools",
        "apiVersion": "2025-09-01",
        "name": "[format('{0}/user', parameters('name'))]",
        "dependsOn": [f"[resourceId('{AKS}', parameters('name'))]"],
        "properties": {"mode": "User", "count": 1, "vmSize": "Standard_D4ds_v5"},
    }
    content = template(
        pool,
        cluster("[parameters('name')]"),
        parameters={"name": {"type": "string"}},
        outputs={"issuer": {"type": "string", "value": "[reference(parameters('name')).fqdn]"}},
    )

    done = deployed(arm, group, content, name="aks-dev")

    found = arm.call("GET", cluster_path(group)).body["properties"]
    assert found["aadProfile"]["managed"] is True
    assert [each["name"] for each in found["agentPoolProfiles"]] == ["system", "user"]
    assert done["outputs"]["issuer"] == {"type": "String", "value": found["fqdn"]}
    assert done["parameters"] == {"name": {"type": "String", "value": "aks-dev"}}
    assert runtime.ensured[0].cluster_id == cluster_path(group).lower()


def test_conditions_and_loops_decide_what_is_made(arm: Arm) -> None:
    group = arm.group()
    loop = {"name": "all", "count": "[length(parameters('names'))]"}
    many = identity("[parameters('names')[copyIndex('all')]]", copy=loop)
    content = template(
        many,
        identity("never", condition="[equals(1, 2)]", dependsOn=["all"]),
        parameters={"names": {"type": "array"}},
    )

    deployed(arm, group, content, names=["one", "two"])

    assert identities(arm, group) == ["one", "two"]


def test_what_fails_is_told_and_only_what_needs_it_is_left_out(arm: Arm) -> None:
    group = arm.group()
    content = template(
        identity("bad", unheard_of=1),
        identity("after", dependsOn=["bad"]),
        identity("last", dependsOn=["after"]),
        identity("good"),
    )

    done = deployed(arm, group, content)

    assert identities(arm, group) == ["good"]
    assert done["provisioningState"] == "Failed"
    assert done["error"]["code"] == "DeploymentFailed"
    assert done["error"]["target"] == deployment_path(group)
    details = done["error"]["details"]
    assert [each["code"] for each in details] == ["InvalidRequestContent"]
    rows = arm.call("GET", f"{deployment_path(group)}/operations").body["value"]
    told = {row["properties"]["targetResource"]["resourceName"]: row["properties"] for row in rows}
    assert told["good"]["provisioningState"] == "Succeeded"
    assert told["bad"]["statusCode"] == "BadRequest"
    assert told["bad"]["statusMessage"]["error"] == details[0]
    older = f"{group}/deployments/main/operations/{rows[0]['operationId']}"
    assert arm.call("GET", older).body == rows[0]


def test_a_cluster_that_fails_while_it_is_made_fails_the_deployment(
    arm: Arm, runtime: RecordingRuntime
) -> None:
    runtime.failure = "no memory"

    done = deployed(arm, arm.group(), template(cluster("aks-dev")))

    (detail,) = done["error"]["details"]
    assert detail["code"] == "ResourceDeploymentFailure"
    assert "terminal provisioning state 'Failed'" in detail["message"]
    assert "no memory" in detail["details"][0]["message"]


def test_an_output_without_a_value_fails_the_deployment(arm: Arm) -> None:
    outputs = {"o": {"type": "string", "value": "[reference('a').nothing]"}}
    done = deployed(arm, arm.group(), template(identity("a"), outputs=outputs))
    assert done["error"]["code"] == "DeploymentOutputEvaluationFailed"
    assert "'nothing' doesn't exist" in done["error"]["details"][0]["message"]


def test_a_deployment_inside_another_makes_a_group_and_fills_it(arm: Arm) -> None:
    inner = template(
        identity("[concat('id-', resourceGroup().name)]"),
        outputs={"id": {"type": "string", "value": "[resourceGroup().id]"}},
    )
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2024-03-01",
        "name": "rg-new",
        "location": WEST,
    }
    content = template(
        nested("fill", inner, resourceGroup="rg-new", dependsOn=["rg-new"]),
        group,
        outputs={"id": {"type": "string", "value": "[reference('fill').outputs.id.value]"}},
    )

    done = deployed(arm, SUBSCRIPTION, content, location=WEST)

    made = f"{SUBSCRIPTION}/resourceGroups/rg-new"
    assert done["outputs"]["id"]["value"] == made
    assert identities(arm, made) == ["id-rg-new"]
    listed = arm.call("GET", f"{made}/providers/{DEPLOYMENTS}").body["value"]
    assert [each["name"] for each in listed] == ["fill"]


def test_a_failure_inside_is_told_with_its_own_details(arm: Arm) -> None:
    group = arm.group()
    done = deployed(arm, group, template(nested("in", template(identity("a", unheard_of=1)))))
    (outer,) = done["error"]["details"]
    assert outer["details"][0]["code"] == "DeploymentFailed"
    assert outer["details"][0]["details"][0]["code"] == "InvalidRequestContent"


def test_secrets_reach_the_resource_and_nothing_that_is_shown(arm: Arm) -> None:
    group = arm.group()
    content = template(
        identity("a", tags={"secret": "[parameters('p')]"}),
        parameters={"p": {"type": "secureString"}},
        outputs={"o": {"type": "secureString", "value": "[parameters('p')]"}},
    )

    done = deployed(arm, group, content, p="canary")

    assert arm.call("GET", f"{group}/providers/{IDENTITIES}/a").body["tags"] == {"secret": "canary"}
    assert done["outputs"] == {"o": {"type": "SecureString"}}
    kept = [arm.cloud.store.all(f"arm/{kind}") for kind in ("deployment", "operation")]
    assert "canary" not in str(kept)
    exported = arm.call("POST", f"{deployment_path(group)}/exportTemplate").body
    assert exported == {"template": content}


def test_a_group_takes_its_deployments_along(arm: Arm) -> None:
    group = arm.group()
    deployed(arm, group, template(identity("a")))
    arm.done(arm.call("DELETE", group))
    group = arm.group()
    assert arm.call("GET", f"{group}/providers/{DEPLOYMENTS}").body == {"value": []}


def test_deployments_are_listed_by_state(arm: Arm) -> None:
    group = arm.group()
    deployed(arm, group, template(identity("a", unheard_of=1)))
    path = f"{group}/providers/{DEPLOYMENTS}"

    def found(**query: str) -> Reply:
        return arm.call("GET", path, query={f"${key}": value for key, value in query.items()})

    assert len(found(filter="provisioningState eq 'Failed'").body["value"]) == 1
    assert found(filter="provisioningState eq 'Succeeded'").body["value"] == []
    assert found(top="0").body["value"] == []
    # As az asks, with a slash at the end.
    assert arm.call("GET", f"{path}/").body == found().body
    assert error(found(filter="name eq 'a'")) == (400, "InvalidFilterInQueryString")
    assert error(found(top="x"))[0] == 400


def test_a_template_is_read_as_people_write_it(arm: Arm) -> None:
    group = arm.group()
    resource = json.dumps(identity("a", tags={"b": "one"})).replace("one", "one // more\nlines")
    written = (
        f'{{"properties": {{"mode": "Incremental", template: {{ // as az sends it\n'
        f'"$schema": "{HEAD["$schema"]}", contentVersion: "1" /* not\nread */,'
        f' "resources": [{resource}]}}}}}}'
    )
    token = {"authorization": f"Bearer {arm.token('deployer')}"}
    version = {"api-version": "2024-03-01"}

    def sent(content: str) -> Reply:
        request = Request("PUT", deployment_path(group), version, token, content.encode())
        return arm.cloud.router.handle(request)

    assert arm.done(sent(written))["status"] == "Succeeded"
    tags = arm.call("GET", f"{group}/providers/{IDENTITIES}/a").body["tags"]
    assert tags == {"b": "one // more\nlines"}
    for broken in (written[:-1], written.replace("template:", "template"), '{"a'):
        assert error(sent(broken)) == (400, "InvalidRequestContent")

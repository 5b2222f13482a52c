"""Deployments that are refused, and what the caller has to be allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.arm import READER, SUBSCRIPTION, WORLD, Arm, error
from tests.support.arm_templates import (
    DEPLOYMENTS,
    IDENTITIES,
    deployed,
    deployment_body,
    deployment_path,
    identity,
    nested,
    put,
    template,
)

if TYPE_CHECKING:
    from rehearsal.cloud.web import Reply

WEST = "westeurope"
MODE = {"mode": "Incremental"}


def documents(arm: Arm) -> Any:
    """All that ARM keeps."""
    kinds = ("deployment", "operation", "registration", "resource", "resourceGroup")
    return [arm.cloud.store.all(f"arm/{kind}") for kind in kinds]


def test_validation_makes_nothing(arm: Arm) -> None:
    group = arm.group()
    before = documents(arm)
    path = f"{deployment_path(group)}/validate"

    good = arm.call("POST", path, deployment_body(template(identity("a"))))
    bad = arm.call("POST", path, deployment_body(template(identity("[nothing()]"))))

    assert good.status == 200
    assert good.body["properties"]["validatedResources"] == [
        {"id": f"{group}/providers/{IDENTITIES}/a"}
    ]
    assert error(bad) == (400, "InvalidTemplate")
    assert documents(arm) == before


SITE = {**identity("s"), "type": "Microsoft.Web/sites"}
ONE_OF = {"p": {"type": "string", "allowedValues": ["x"]}}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (template(identity("a", location="mars")), (400, "LocationNotAvailableForResourceType")),
        (template(nested("in", template(SITE))), (501, "NotImplemented")),
        (template(nested("in", template(SITE), resourceGroup="later")), (501, "NotImplemented")),
        (template(nested("in", template(nested("in", template(SITE))))), (501, "NotImplemented")),
        (template(nested("in", template(identity("[nothing()]")))), (400, "InvalidTemplate")),
        (template(nested("in", template(identity("[utcNow()]")))), (501, "NotImplemented")),
        (template(nested("in", template(SITE), condition=False)), (200, "")),
        (template(nested("in", template(identity("a", location="mars")))), (400, "Location")),
    ],
)
def test_what_no_resource_provider_has_is_refused_before_anything_is_made(
    arm: Arm, content: dict[str, Any], expected: tuple[int, str]
) -> None:
    group = arm.group()
    before = documents(arm)
    path = f"{deployment_path(group)}/validate"
    reply = arm.call("POST", path, deployment_body(content))
    assert reply.status == expected[0]
    if reply.status != 200:
        assert reply.body["error"]["code"].startswith(expected[1])
        assert put(arm, group, content).body["error"] == reply.body["error"]
    assert documents(arm) == before


def test_a_nested_template_may_need_what_only_the_deployment_tells(arm: Arm) -> None:
    group = arm.group()
    inner = nested("in", template(identity("b"), parameters=ONE_OF))
    given = {**inner["properties"], "parameters": {"p": {"value": "[reference('a').clientId]"}}}
    body = deployment_body(template(identity("a"), {**inner, "properties": given}))
    assert arm.call("POST", f"{deployment_path(group)}/validate", body).status == 200


def test_the_caller_needs_a_right_for_each_resource(arm: Arm) -> None:
    group = arm.group()
    writer = {
        "properties": {
            "roleName": "Deployer of templates",
            "type": "CustomRole",
            "assignableScopes": [SUBSCRIPTION],
            "permissions": [{"actions": [f"{DEPLOYMENTS}/*", "*/read"], "notActions": []}],
        }
    }
    role = "6d0a4a0e-2f0c-4c0e-8a55-4f64f0d3a0aa"
    person = WORLD.account("payments-dev")
    owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    arm.assign(SUBSCRIPTION, owner, WORLD.account("deployer").object_id)
    definitions = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    assert arm.call("PUT", f"{definitions}/{role}", writer, version="2022-04-01").status == 201
    path, body = deployment_path(group), deployment_body(template(identity("a")))

    def asked() -> Reply:
        return arm.call("PUT", path, body, who=person.name)

    assert error(asked()) == (403, "AuthorizationFailed")
    arm.assign(group, READER, person.object_id)
    assert error(asked()) == (403, "AuthorizationFailed")
    arm.assign(group, role, person.object_id)
    refused = asked()
    assert error(refused) == (403, "InvalidTemplateDeployment")
    assert "Authorization failed for template resource 'a'" in refused.body["error"]["message"]
    assert arm.call("GET", f"{group}/providers/{IDENTITIES}").body == {"value": []}


@pytest.mark.parametrize(
    ("scope", "change", "expected"),
    [
        ("group", {"location": WEST}, (400, "InvalidDeployment")),
        ("subscription", {"location": None}, (400, "InvalidDeployment")),
        ("subscription", {"location": "mars"}, (400, "LocationNotAvailableForDeployment")),
        ("group", {"more": 1}, (400, "InvalidRequestContent")),
        ("group", {"properties": None}, (400, "InvalidRequestContent")),
        ("group", {"properties": {"mode": "Other"}}, (400, "InvalidRequestContent")),
        ("group", {"properties": {"template": {}}}, (400, "InvalidRequestContent")),
        ("group", {"properties": MODE}, (400, "InvalidTemplate")),
        ("group", {"properties": {**MODE, "template": "{"}}, (400, "InvalidTemplate")),
        ("group", {"properties": {"mode": "Complete", "template": {}}}, (501, "NotImplemented")),
        (
            "group",
            {"properties": {**MODE, "templateLink": {"uri": "x"}}},
            (501, "NotImplemented"),
        ),
    ],
)  # fmt: skip
def test_a_request_that_is_wrong_is_refused_and_changes_nothing(
    arm: Arm, scope: str, change: dict[str, Any], expected: tuple[int, str]
) -> None:
    group = arm.group()
    at = group if scope == "group" else SUBSCRIPTION
    body = {**deployment_body(template(), location="" if at == group else WEST), **change}
    before = documents(arm)
    kept = {key: value for key, value in body.items() if value is not None}

    assert error(arm.call("PUT", deployment_path(at), kept)) == expected
    assert documents(arm) == before


def test_names_what_if_and_unknown_types_are_refused(arm: Arm) -> None:
    group = arm.group()
    body = deployment_body(template())
    long = arm.call("PUT", deployment_path(group, "a" * 65), body)
    assert error(long) == (400, "DeploymentNameLengthLimitExceeded")
    assert error(arm.call("PUT", deployment_path(group, "a b"), body))[0] == 400
    assert error(arm.call("POST", f"{deployment_path(group)}/whatIf", body))[0] == 501
    site = {**identity("a"), "type": "Microsoft.Web/sites"}
    refused = put(arm, group, template(site))
    assert refused.status == 501
    assert "/providers/Microsoft.Web/sites/a" in refused.body["error"]["message"]


def test_a_record_stays_in_its_region(arm: Arm) -> None:
    deployed(arm, SUBSCRIPTION, template(), location=WEST)
    moved = put(arm, SUBSCRIPTION, template(), location="eastus")
    assert error(moved) == (409, "InvalidDeploymentLocation")
    again = put(arm, SUBSCRIPTION, template(), location=WEST)
    assert again.status == 200
    arm.done(again)

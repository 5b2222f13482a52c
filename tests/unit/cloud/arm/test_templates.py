"""What a template may say of parameters, resources and outputs, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud.arm.templates import Place, Template
from rehearsal.cloud.arm.templates_language import TemplateError, UnsupportedError
from tests.support.arm import SUBSCRIPTION
from tests.support.arm_templates import HEAD, identity, template

GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
SCHEMAS, LEAF = "https://schema.management.azure.com/schemas", "deploymentTemplate.json#"
PLACE = Place(GROUP, {"resourcegroup": {"id": GROUP, "name": "rg", "location": "westeurope"}})


def test_what_needs_itself_is_refused() -> None:
    variables = {"a": "[variables('b')]", "b": "[variables('a')]"}
    with pytest.raises(TemplateError, match="needs itself"):
        Template(template(variables=variables), {}, PLACE)


@pytest.mark.parametrize(
    ("declaration", "given", "said"),
    [
        ({"type": "string"}, {}, "The value for the template parameter 'p' is not provided"),
        ({"type": "string"}, {"p": 1}, "not of its type 'String'"),
        ({"type": "int"}, {"p": True}, "not of its type 'Int'"),
        ({"type": "text"}, {"p": "a"}, "the types are 'string, securestring, int"),
        ({"type": "string", "minLength": 3}, {"p": "ab"}, "should be at least 3"),
        ({"type": "string", "maxLength": 1}, {"p": "ab"}, "should be at most 1"),
        ({"type": "int", "minValue": 3}, {"p": 2}, "should be at least 3"),
        ({"type": "string", "allowedValues": ["a"]}, {"p": "b"}, "The value 'b' is not part of"),
        ({"type": "string"}, {"p": "a", "q": 1}, "The template parameters 'q' in the parameters"),
        ({"type": "string", "pattern": "a"}, {"p": "a"}, "has the member 'pattern'"),
    ],
)
def test_a_parameter_is_held_to_its_declaration(
    declaration: dict[str, Any], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(TemplateError) as refused:
        Template(template(parameters={"p": declaration}), given, PLACE)
    assert said in str(refused.value)


def test_the_value_of_a_secret_parameter_is_in_no_refusal_and_not_shown() -> None:
    declaration = {"type": "secureString", "allowedValues": ["a"]}
    with pytest.raises(TemplateError) as refused:
        Template(template(parameters={"p": declaration}), {"p": "canary"}, PLACE)
    assert "canary" not in str(refused.value)

    outputs = {"o": {"type": "securestring", "value": "[parameters('p')]"}}
    parameters = {"p": {"type": "securestring"}}
    made = Template(template(parameters=parameters, outputs=outputs), {"p": "canary"}, PLACE)
    assert made.parameters == {"p": {"type": "SecureString"}}
    assert made.outputs(lambda _id, _version: {}) == {"o": {"type": "SecureString"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "has to be an object"),
        ({}, "Required property '$schema' not found"),
        ({**HEAD, "resources": [], "more": 1}, "Could not find member 'more'"),
        ({**HEAD, "$schema": 1, "resources": []}, "Template schema '1' is not supported"),
        ({**HEAD, "$schema": f"{SCHEMAS}/2017-01-01/{LEAF}", "resources": []}, "is not supported"),
        (template(identity("a", apiVersion="latest")), "its api-version 'latest' is no date"),
        (template(identity("a", apiVersion="2024-13-01")), "is no date"),
        (template(identity("a"), identity("A")), "is defined multiple times"),
        (template(identity("a", dependsOn=["b"])), "The resource 'b' is not defined"),
        (template(identity("a", dependsOn=["b"]), identity("b", dependsOn=["a"])), "Circular"),
        (template(identity("a", tags={"x": "[reference('a').clientId]"})), "Circular"),
        (template(identity("a/b")), "incorrect segment lengths"),
        (template(identity("[reference('x').a]")), "'reference' is not expected at this location"),
        (template(identity("a", copy={"name": "all", "count": 801})), "'count' of 0 to 800"),
        (template(identity("a", condition="yes")), "is no boolean"),
        (template(identity("a", copy={"name": "n", "count": 2})), "is defined multiple times"),
    ],
)
def test_a_malformed_template_is_refused(content: Any, said: str) -> None:
    with pytest.raises(TemplateError) as refused:
        Template(content, {}, PLACE)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        {**HEAD, "resources": {"a": identity("a")}},
        template(functions=[{"namespace": "own"}]),
        template(languageVersion="2.0"),
        template(identity("a", resources=[identity("b")])),
        template(variables={"copy": [{"name": "a", "count": 1, "input": 1}]}),
        template(identity("a", properties={"copy": [{"name": "x", "count": 1, "input": 1}]})),
        template(parameters={"p": {"type": "string", "nullable": True}}),
        template(identity("[newGuid()]")),
        template(identity("a", tags={"when": "[utcNow()]"})),
        template(outputs={"o": {"type": "string", "value": "[utcNow()]"}}),
        template(outputs={"o": {"type": "array", "copy": {"count": 1, "input": 1}}}),
    ],
)
def test_what_the_local_azure_does_not_have_names_itself(content: Any) -> None:
    with pytest.raises(UnsupportedError, match="The local Azure has no"):
        Template(content, {}, PLACE)


@pytest.mark.parametrize(
    "schema",
    [
        HEAD["$schema"],
        f"{SCHEMAS}/2018-05-01/subscriptionDeploymentTemplate.json#",
        f"{SCHEMAS.replace('https', 'http')}/2015-01-01/DeploymentTemplate.json",
    ],
)
def test_a_schema_of_any_scope_will_do(schema: str) -> None:
    assert Template({**HEAD, "$schema": schema, "resources": []}, {}, PLACE).resources == []


def test_resources_come_after_those_that_they_need() -> None:
    last = identity("last", tags={"x": "[reference('first0').clientId]"}, dependsOn=["loop"])
    loop = identity("[concat('first', copyIndex())]", copy={"name": "loop", "count": 2})
    scoped = identity("scoped", scope="Microsoft.A/b/x", dependsOn=["last"])

    made = Template(template(scoped, last, loop), {}, PLACE)

    assert [each.name for each in made.resources] == ["first0", "first1", "last", "scoped"]
    assert made.resources[3].id == (
        f"{GROUP}/providers/Microsoft.A/b/x/providers/Microsoft.ManagedIdentity/"
        "userAssignedIdentities/scoped"
    )


def test_names_of_properties_are_evaluated_too() -> None:
    ids: dict[str, Any] = {"[resourceId('Microsoft.A/b', 'x')]": {}}
    made = Template(template(identity("a", identity={"userAssignedIdentities": ids})), {}, PLACE)

    body = made.body(made.resources[0], lambda _id, _version: {})

    (made_id,) = body["identity"]["userAssignedIdentities"]
    assert made_id == f"{GROUP}/providers/Microsoft.A/b/x"
    assert "name" not in body

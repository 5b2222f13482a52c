"""What the expressions of templates give, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud.arm.templates import Place, Template
from rehearsal.cloud.arm.templates_language import TemplateError, UnsupportedError
from tests.support.arm import SUBSCRIPTION, WORLD
from tests.support.arm_templates import template

GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
PLACE = Place(
    GROUP,
    {
        "resourcegroup": {"id": GROUP, "name": "rg", "location": "westeurope"},
        "subscription": {"id": SUBSCRIPTION, "subscriptionId": WORLD.subscription_id},
        "deployment": {"name": "main"},
    },
)
PARTS: dict[str, Any] = {
    "parameters": {
        "text": {"type": "string", "defaultValue": "Abc"},
        "flag": {"type": "bool", "defaultValue": True},
        "list": {"type": "array", "defaultValue": ["a", {"B": 1}]},
    },
    "variables": {"twice": "[concat(parameters('text'), parameters('TEXT'))]"},
}
A, XY = "Microsoft.A/b/c", "/providers/Microsoft.A/b/x/c/y"
ANSWERED = (
    "/subscriptions/31e9f9a0-9fd2-4294-a0a3-0101246d9700/resourceGroups/"
    "rg-modm201-20230913120256/providers/Microsoft.Compute/virtualMachines/bobjacmodm201"
)


def value(expression: Any, kind: str = "object") -> Any:
    """What an expression gives as an output of the template."""
    output = {"o": {"type": kind, "value": {"it": expression} if kind == "object" else expression}}
    made = Template({**template(**PARTS), "outputs": output}, {}, PLACE)
    found = made.outputs(lambda _id, _version: {})["o"]["value"]
    return found["it"] if kind == "object" else found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("plain", "plain"),
        ("[[not an expression]", "[not an expression]"),
        ("[one end", "[one end"),
        ("[concat('it''s ', 1, true())]", "it's 1True"),
        ("[concat(createArray(1), createArray('b'))]", [1, "b"]),
        ("[format('{0}-{1}{{}}', parameters('text'), 7)]", "Abc-7{}"),
        ("[variables('twice')]", "AbcAbc"),
        ("[ToLower( parameters('text') )]", "abc"),
        ("[toUpper('ä')]", "Ä"),
        ("[parameters('list')[1].b]", 1),
        ("[createObject('a', createArray(null(), -2)).A[1]]", -2),
        ("[createObject('a b', 1)['a b']]", 1),
        ("[if(parameters('flag'), 'yes', parameters('nowhere'))]", "yes"),
        ("[equals(1, true())]", False),
        ("[equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))]", True),
        ("[and(true(), not(false()), or(false(), true()))]", True),
        ("[empty(null())]", True),
        ("[length('abc')]", 3),
        ("[split('a,b;c', createArray(',', ';'))]", ["a", "b", "c"]),
        ("[join(createArray('a', 1), '+')]", "a+1"),
        ("[replace('a-b-c', '-', '')]", "abc"),
        ("[substring('abcdef', 2, 3)]", "cde"),
        ("[substring('abc', 1)]", "bc"),
        ("[union(createArray(1, 2), createArray(2, '2'))]", [1, 2, "2"]),
        (
            "[union(createObject('a', resourceGroup()), createObject('a', createObject('id', 2)))]",
            {"a": {"id": 2, "name": "rg", "location": "westeurope"}},
        ),
        ("[first('')]", ""),
        ("[last(createArray(1, 2))]", 2),
        ("[contains(parameters('list'), 'a')]", True),
        ("[contains(createObject('Key', 1), 'key')]", True),
        ("[coalesce(null(), 'b')]", "b"),
        ("[int('42')]", 42),
        ("[string(createObject('a', 1))]", '{"a":1}'),
        ("[add(mul(2, 3), sub(1, 2))]", 5),
        ("[createArray(div(-7, 2), mod(-7, 2), max(1, 3), min(range(2, 2)))]", [-3, -1, 3, 2]),
        ("[and(less(1, 2), greater('b', 'a'), lessOrEquals(2, 2), greaterOrEquals(2, 2))]", True),
        ("[range(3, 2)]", [3, 4]),
        ("[concat(take('abc', 2), skip('abc', 2), take('a', 9))]", "abca"),
        ("[concat(take(parameters('list'), 1), skip(parameters('list'), 5))]", ["a"]),
        ("[and(startsWith('Abc', 'aB'), endsWith('abC', 'Bc'), not(endsWith('a', 'b')))]", True),
        ("[createArray(indexOf('aBc', 'b'), lastIndexOf('aa', 'A'))]", [1, 1]),
        ("[createArray(indexOf('a', 'b'), lastIndexOf(createArray(1), true()))]", [-1, -1]),
        ("[createArray(indexOf(range(4, 3), 5), lastIndexOf(createArray(1, 1), 1))]", [1, 1]),
        ("[trim('  a ')]", "a"),
        ("[base64('ä')]", "w6Q="),
        ("[base64ToJson(base64('{\"a\": [1]}')).a[0]]", 1),
        ("[json('[true, null]')]", [True, None]),
        ("[createArray(bool('True'), bool(0))]", [True, False]),
        ("[array('a')]", ["a"]),
        ("[deployment().name]", "main"),
        ("[resourceGroup().location]", "westeurope"),
        ("[subscription().subscriptionId]", WORLD.subscription_id),
        (f"[resourceId('{A}', 'x', 'y')]", f"{GROUP}/providers/Microsoft.A/b/x/c/y"),
        (f"[resourceId('o', '{A}', 'x', 'y')]", f"{SUBSCRIPTION}/resourceGroups/o{XY}"),
        (f"[subscriptionResourceId('{A}', 'x', 'y')]", f"{SUBSCRIPTION}{XY}"),
        (f"[tenantResourceId('{A}', 'x', 'y')]", XY),
        (f"[extensionResourceId('/s/x', '{A}', 'x', 'y')]", f"/s/x{XY}"),
    ],
)  # fmt: skip
def test_an_expression_has_its_value(expression: str, expected: Any) -> None:
    found = value(expression)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # The test of Azure/terraform-provider-azapi, and one that ARM itself has answered
        # (microsoft/commercial-marketplace-offer-deploy, its unit tests).
        (f"/subscriptions/{'0' * 8}-0000-0000-0000-{'0' * 12}', 'resource-id", "cwvxuqg24sifi"),
        (ANSWERED, "yvjxno3je5on2"),
    ],
)
def test_unique_strings_are_those_of_azure(given: str, expected: str) -> None:
    assert value(f"[uniqueString('{given}')]") == expected


def test_a_guid_is_made_of_its_arguments_joined() -> None:
    assert value("[guid('a', 'b')]") == value("[guid('a-b')]")
    assert value("[guid('a', 'b')]") == "2d796349-8c7e-55ec-9624-54ece82ed031"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("[nowUtc()]", "The template function 'nowUtc' is not valid"),
        ("[own.function(1)]", "The template function 'own.function' is not valid"),
        ("[concat('a']", "expected ',', found ''"),
        ("[concat('a', 'b]", "unexpected ' ' at position '11'"),
        ("[]", "unexpected ''"),
        ("[1.5]", "unexpected '5' after a dot"),
        ("[toLower(1)]", "'toLower': its argument 1 is of the wrong type"),
        ("[toLower('a', 'b')]", "requires 1 argument(s) while 2 were provided"),
        ("[substring('abc', 2, 5)]", "must refer to a location within the string"),
        ("[format('{0:D2}', 1)]", "only placeholders such as {0}"),
        ("[parameters('nowhere')]", "The template parameter 'nowhere' is not found"),
        ("[variables('nowhere')]", "The template variable 'nowhere' is not found"),
        ("[parameters('list')[5]]", "array index '5' is out of bounds"),
        ("[resourceGroup().nothing]", "property 'nothing' doesn't exist, available properties are"),
        ("[less(1, 'a')]", "two integers or two strings"),
        ("[add(true(), 1)]", "its argument 1 is of the wrong type"),
        ("[div(1, 0)]", "it divides by zero"),
        (f"[mul({10**17}, {10**17})]", "the result is too large"),
        ("[max('a', 2)]", "have to be integers"),
        ("[range(0, 10001)]", "the count has to be 0 to 10000"),
        ("[json('{')]", "the argument is no JSON"),
        ("[base64ToString('+')]", "no base64 of a text"),
        ("[bool('yes')]", "neither true nor false"),
        ("[indexOf('a', 1)]", "its argument 2 is of the wrong type"),
        ("[tenant()]", "The template function 'tenant' is not expected at this location"),
        ("[copyIndex()]", "The template function 'copyIndex' is not expected at this location"),
        ("[if(1, 2, 3)]", "no boolean"),
        ("[resourceId('A.B/c', 'x', 'y')]", "incorrect segment lengths"),
        ("[reference('nothing')]", "could not find template resource"),
        ("[" + "not(" * 80 + "true()" + ")" * 80 + "]", "nested too deeply"),
    ],
)  # fmt: skip
def test_an_expression_without_a_value_is_refused(expression: str, said: str) -> None:
    with pytest.raises(TemplateError) as refused:
        value(expression)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "expression",
    [
        *("[utcNow()]", "[newGuid()]", "[items(createObject())]", "[environment().name]"),
        *("[listKeys('a', '2023-01-01')]", "[ManagementGroup()]", "[float('1.5')]"),
        "[filter(createArray(1), lambda('x', true()))]",
    ],
)
def test_a_function_that_only_azure_has_names_itself(expression: str) -> None:
    with pytest.raises(UnsupportedError, match="has no template function '"):
        value(expression)


def test_a_template_cannot_grow_without_end() -> None:
    doubling = {"v0": "xxxxxxxx"}
    for n in range(40):
        before = f"variables('v{n}')"
        doubling[f"v{n + 1}"] = f"[concat({before}, {before})]"
    with pytest.raises(TemplateError, match="larger than 4 MB"):
        Template(template(variables=doubling), {}, PLACE)


def test_replacing_cannot_grow_without_end() -> None:
    many = "[replace(replace('aaaaaaaa', 'a', variables('x')), 'x', variables('x'))]"
    with pytest.raises(TemplateError, match="the result is too large"):
        Template(template(variables={"x": "x" * 5000, "many": many}), {}, PLACE)

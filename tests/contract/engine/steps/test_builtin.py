"""What the engine itself provides: references to other stacks, and look-ups by URN."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.suite import Suite
REFERENCE = (
    "other = pulumi.StackReference('organization/suite/dev')",
    "export('seen', other.get_output('open'))",
    "export('hidden', other.get_output('hidden'))",
)


def test_a_stack_reference_reads_the_outputs_of_another_stack(suite: Suite) -> None:
    suite.up("export('open', 'text')", "export('hidden', pulumi.Output.secret('canary'))")
    seen = suite.up("export('open', 'new')", *REFERENCE)
    assert seen.errors == []
    assert seen.outcome.outputs["seen"] == "text"
    assert "canary" not in str(seen.rows), "a secret of another stack stays one"
    row = seen.rows["organization/suite/dev"]
    assert row["external"]
    assert row["outputs"]["secretOutputNames"] == ["hidden"]
    assert suite.preview("export('open', 'new')", *REFERENCE).errors == []


def test_a_stack_that_is_not_there_is_named(suite: Suite) -> None:
    seen = suite.up("pulumi.StackReference('organization/other/prd')")
    assert seen.outcome.exit_code == 1
    assert 'unknown stack "organization/other/prd"' in seen.errors[0]


def test_a_resource_of_the_run_is_found_by_its_urn(suite: Suite) -> None:
    seen = suite.up(
        "made = Thing('made', value=7)",
        "found = pulumi.runtime.invoke_async",
        "import asyncio",
        "async def look():",
        "    urn = await made.urn.future()",
        "    return await found('pulumi:pulumi:getResource', {'urn': urn})",
        "export('found', pulumi.Output.from_input(look()))",
    )
    assert seen.errors == []
    assert seen.outcome.outputs["found"]["state"] == {"value": 7}
    assert seen.outcome.outputs["found"]["id"] == "thing-made-1"

"""Bodies checked by a JSON Schema whose members are all that there is.

Members are read without case, as ARM does, and spelt as the schema spells them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml
from jsonschema import Draft202012Validator

from rehearsal.cloud.arm import errors
from rehearsal.cloud.arm.resources import refuse_unknown_members

if TYPE_CHECKING:
    from rehearsal.cloud.store import Json

_FILE = Path(__file__).with_name("plain_resources.yaml")


@cache
def schemas() -> dict[str, Json]:
    """The schema of each type's `properties`, by type."""
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def conformed(value: Any, schema: Json, where: str) -> Any:
    """The value as the schema spells it, without members that are null or the service's own.

    Args:
        value: What was sent.
        schema: Its JSON Schema; a member with `readOnly` is taken and forgotten.
        where: Its path in the body.

    Raises:
        CloudError: 400 InvalidRequestContent, a member that does not exist.
    """
    if isinstance(value, list) and "items" in schema:
        items = cast("list[Any]", value)
        return [conformed(item, schema["items"], where) for item in items]
    if not isinstance(value, dict) or "properties" not in schema:
        return cast("Any", value)
    members: dict[str, Json] = schema["properties"]
    given = cast("Json", value)
    refuse_unknown_members(given, members, where)
    names = {name.lower(): name for name in members}
    return {
        name: conformed(inner, members[name], f"{where}.{name}")
        for name, inner in ((names[key.lower()], inner) for key, inner in given.items())
        if inner is not None and not members[name].get("readOnly")
    }


def check(value: Any, schema: Json, where: str) -> None:
    """Refuse a value that the schema does not allow.

    Raises:
        CloudError: 400 InvalidRequestContent, naming the first member that is wrong.
    """
    validator: Any = Draft202012Validator(schema)
    problem: Any = next(validator.iter_errors(value), None)
    if problem is not None:
        path = ".".join([where, *map(str, problem.absolute_path)])
        raise errors.invalid_request_content(f"{problem.message}. Path '{path}'")

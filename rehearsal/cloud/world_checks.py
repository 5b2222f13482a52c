"""What is wrong with a world.yaml: against the schema, and among its own parts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA = Path(__file__).parents[1] / "world.schema.json"
# Members whose values stay out of messages.
SECRETS = ("password", "secret", "secondFactor")


def problems(document: Any) -> list[str]:
    """Everything that is wrong, each with its place; references only where the schema is met."""
    return list(_schema_problems(document)) or list(_reference_problems(document))


def _schema_problems(document: Any) -> Iterator[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator: Any = Draft202012Validator(schema)
    for error in validator.iter_errors(document):
        where = error.json_path.removeprefix("$").lstrip(".") or "the file"
        # The value itself stays out of the message where it may be a password.
        secret = where.rpartition(".")[2] in SECRETS
        yield f"{where}: {'not allowed here' if secret else error.message}"


def _reference_problems(document: Mapping[str, Any]) -> Iterator[str]:
    people = [*document["users"], *document["servicePrincipals"]]
    groups = document.get("groups", [])
    ids = [found["id"] for found in (*people, *groups)]
    ids += [found["appId"] for found in document["servicePrincipals"]]
    names = [found["name"] for found in people] + [found["displayName"] for found in groups]
    for value, count in (Counter(ids) + Counter(names)).items():
        if count > 1:
            yield f"'{value}' is used {count} times; ids and names must differ"
    for index, user in enumerate(document["users"]):
        if user.get("guest") and "mail" not in user:
            yield f"users[{index}]: a guest needs a mail, from which its name here is made"
    for where, name in _references(document):
        if name not in names:
            known = ", ".join(sorted(names))
            yield f"{where}: there is no '{name}'; there are {known}"


def _references(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("groups", "generatedGroups"):
        for index, group in enumerate(document.get(key, [])):
            for relation in ("members", "owners"):
                for name in group.get(relation, []):
                    yield f"{key}[{index}].{relation}", name
    for index, policy in enumerate(document.get("conditionalAccess", [])):
        for condition in ("users", "groups"):
            for name in policy.get(condition, []):
                yield f"conditionalAccess[{index}].{condition}", name
    for index, assignment in enumerate(document.get("roleAssignments", [])):
        yield f"roleAssignments[{index}].principal", assignment["principal"]

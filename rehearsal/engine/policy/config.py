"""The configuration of a pack's policies.

The levels and properties of each policy are merged as the Pulumi CLI does
(pulumi/pulumi, `pkg/resource/analyzer/config.go`): the pack's own levels and the defaults of the
policies' schemas, then the configuration inside the pack, then the file; in each, `all` first.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import jsonschema
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2

from rehearsal.engine.policy.model import PolicyConfigError, PolicyPackError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rehearsal.engine.events import EnforcementLevel

LEVELS: Mapping[int, EnforcementLevel] = {
    0: "advisory",
    1: "mandatory",
    2: "disabled",
    3: "remediate",
}
"""Enforcement levels by their number in the protocol."""

VIOLATION_LEVELS: Mapping[int, EnforcementLevel] = {**LEVELS, 3: "mandatory"}
"""The same for violations: what no remediation mended forbids the update, as Pulumi has it."""

_NUMBERS = {level: number for number, level in LEVELS.items()}
_ALL = "all"


@dataclass(frozen=True)
class PolicySetting:
    """What a configuration gives for one policy, or for `all`; an empty level changes nothing."""

    level: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])


def read_config(path: Path | None) -> dict[str, PolicySetting]:
    """Read a configuration file: `{"policy": "level" | {"enforcementLevel": "level", ...}}`.

    Raises:
        PolicyConfigError: The file is missing or malformed, or a level is none.
    """
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        loaded: object = json.loads(text, object_pairs_hook=_unique) if text.strip() else {}
    except FileNotFoundError:
        raise PolicyConfigError(f"{path}: no such policy configuration file") from None
    except (OSError, ValueError) as error:
        raise PolicyConfigError(f"{path}: cannot be read as JSON: {error}") from None
    if not isinstance(loaded, dict):
        raise PolicyConfigError(f'{path}: must be an object such as {{"all": "mandatory"}}')
    document = cast("dict[str, object]", loaded)
    found = {name: _setting(given, f"{path}: {name}") for name, given in document.items()}
    if _ALL in found and found[_ALL].properties:
        names = ", ".join(sorted(found[_ALL].properties))
        raise PolicyConfigError(
            f'{path}: {_ALL}: {names}: "{_ALL}" sets a level only; '
            "write properties under the policy that they belong to"
        )
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, refused if a key is there twice: only one of the two would count.

    Raises:
        ValueError: The message names the key.
    """
    found = dict(pairs)
    twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"{', '.join(twice)}: is there twice")
    return found


def _setting(given: object, where: str) -> PolicySetting:
    if isinstance(given, str):
        return PolicySetting(_level(given, where))
    if not isinstance(given, dict):
        raise PolicyConfigError(
            f'{where}: must be a level or an object with an "enforcementLevel"; '
            f"levels are {_levels()}"
        )
    properties = dict(cast("dict[str, Any]", given))
    level = properties.pop("enforcementLevel", "")
    return PolicySetting(
        _level(level, f"{where}.enforcementLevel") if level != "" else "", properties
    )


def _level(given: object, where: str) -> str:
    if not isinstance(given, str) or given not in _NUMBERS:
        raise PolicyConfigError(f"{where}: {given!r} is no enforcement level; use {_levels()}")
    return given


def _levels() -> str:
    return ", ".join(sorted(_NUMBERS))


def effective_config(
    info: analyzer_pb2.AnalyzerInfo, given: Mapping[str, PolicySetting], path: Path | None
) -> dict[str, analyzer_pb2.PolicyConfig]:
    """The level and the properties of every policy of a pack, in the form of `Configure`.

    Args:
        info: What the pack says about itself.
        given: The file's settings.
        path: The file, for messages.

    Raises:
        PolicyConfigError: The file names a policy that the pack does not have, or its properties
            do not fit the policy's schema.
        PolicyPackError: A policy's schema is none.
    """
    merged = {policy.name: _declared(policy) for policy in info.policies}
    where = str(path) if path else f"policy pack '{info.name}'"
    for name in given:
        if name != _ALL and name not in merged:
            raise PolicyConfigError(f"{where}: {_unknown_policy(info.name, name, list(merged))}")
    for layer in (_initial(info), given):
        merged = _applied(merged, layer)
    for policy in info.policies:
        _validate(policy, merged[policy.name], where)
    return {name: _message(setting) for name, setting in merged.items()}


def _unknown_policy(pack: str, name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{nearest[0]}'?" if nearest else f"it has {', '.join(sorted(known))}"
    return f"policy pack '{pack}' has no policy '{name}'; {hint}"


def _declared(policy: analyzer_pb2.PolicyInfo) -> PolicySetting:
    """A policy's own level, and the defaults that its schema declares."""
    schema = _schema_properties(policy)
    return PolicySetting(
        LEVELS[policy.enforcementLevel],
        {key: entry["default"] for key, entry in schema.items() if "default" in entry},
    )


def _schema_properties(policy: analyzer_pb2.PolicyInfo) -> dict[str, dict[str, Any]]:
    if not policy.HasField("configSchema"):
        return {}
    return json_format.MessageToDict(policy.configSchema.properties)


def _initial(info: analyzer_pb2.AnalyzerInfo) -> dict[str, PolicySetting]:
    """The configuration that the pack brings; an entry without properties may be only a level."""
    return {
        name: PolicySetting(
            LEVELS[config.enforcementLevel], json_format.MessageToDict(config.properties)
        )
        for name, config in info.initialConfig.items()
    }


def _applied(
    merged: Mapping[str, PolicySetting], layer: Mapping[str, PolicySetting]
) -> dict[str, PolicySetting]:
    for_all = layer.get(_ALL, PolicySetting()).level
    result: dict[str, PolicySetting] = {}
    for name, setting in merged.items():
        own = layer.get(name, PolicySetting())
        result[name] = PolicySetting(
            own.level or for_all or setting.level, {**setting.properties, **own.properties}
        )
    return result


def _validate(policy: analyzer_pb2.PolicyInfo, setting: PolicySetting, where: str) -> None:
    if not policy.HasField("configSchema"):
        return
    known = _schema_properties(policy)
    schema = {
        "type": "object",
        "properties": known,
        "required": list(policy.configSchema.required),
    }
    # The CLI lets a misspelt property pass unread.
    problems = [
        f"{policy.name}.{name}: {_unknown(name, sorted(known))}"
        for name in setting.properties
        if name not in known
    ]
    try:
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        problems += [
            f"{policy.name}{problem.json_path.removeprefix('$')}: {problem.message}"
            for problem in validator.iter_errors(dict(setting.properties))  # pyright: ignore[reportUnknownMemberType] - an overload of the stubs is untyped
        ]
    except jsonschema.SchemaError as error:
        raise PolicyPackError(
            f"policy '{policy.name}': the pack gives a schema that is none: {error.message}"
        ) from None
    if problems:
        raise PolicyConfigError(f"{where}: {'; '.join(problems)}")


def _unknown(name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{nearest[0]}'?" if nearest else f"it has {', '.join(known) or 'none'}"
    return f"the policy has no such property; {hint}"


def _message(setting: PolicySetting) -> analyzer_pb2.PolicyConfig:
    message = analyzer_pb2.PolicyConfig(
        enforcementLevel=cast("Any", _NUMBERS[setting.level]),
    )
    message.properties.update(dict(setting.properties))
    return message

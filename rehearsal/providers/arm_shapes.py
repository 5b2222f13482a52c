"""Between the SDK's flat properties and ARM's bodies."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, cast

from rehearsal.providers.arm_types import NESTED_READ_ONLY
from rehearsal.providers.codec import UNKNOWN
from rehearsal.providers.diffs import drift

if TYPE_CHECKING:
    from rehearsal.providers.arm_types import ArmType
    from rehearsal.providers.codec import Json

API_VERSION_KEY = "azureApiVersion"
AUTONAMED_KEY = "__createBeforeDelete"
"""The vendor's mark of a random name: such an object is replaced create-first."""

_EMPTY: dict[str, str] = {}
_ENVELOPE = frozenset({"id", "name", "type"})


def path_of(kind: ArmType, inputs: Json, subscription_id: str) -> str:
    """The id that the inputs name; a scope may start with a slash or not."""
    parts = {name: str(inputs[name]).strip("/") for name in kind.parameters}
    return kind.path.format(subscriptionId=subscription_id, **parts)


def body_of_inputs(kind: ArmType, inputs: Json) -> Json:
    """The body of the PUT.

    A set of user-assigned identities, which the SDK sends as a list, becomes ARM's map.
    """
    body: Json = {}
    properties: Json = {}
    hidden = {*kind.parameters, API_VERSION_KEY, AUTONAMED_KEY}
    for name, value in inputs.items():
        if name in hidden:
            continue
        if name in kind.top or not kind.flat:
            body[name] = _identity(value) if name == "identity" else value
        else:
            properties[name] = value
    return {**body, "properties": properties} if kind.flat and properties else body


def _identity(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    identity = cast("Json", value)
    members = identity.get("userAssignedIdentities")
    if not isinstance(members, list):
        return identity
    return {**identity, "userAssignedIdentities": dict.fromkeys(cast("list[str]", members), _EMPTY)}


def outputs_of(kind: ArmType, body: Json) -> Json:
    """The SDK's outputs of an object that ARM answered."""
    outputs = {key: value for key, value in body.items() if value is not None}
    if kind.flat:
        properties = cast("Json", outputs.pop("properties", {}))
        outputs |= {key: value for key, value in properties.items() if value is not None}
    return {**outputs, API_VERSION_KEY: kind.api_version}


def preview_outputs(kind: ArmType, inputs: Json, olds: Json) -> Json:
    """The outputs as far as they are known: the inputs, and what an update will not change."""
    hidden = {*kind.parameters, AUTONAMED_KEY}
    outputs: Json = dict.fromkeys(("name", "type", *kind.read_only), UNKNOWN)
    outputs |= {key: value for key, value in olds.items() if key not in inputs}
    outputs |= copy.deepcopy({key: v for key, v in inputs.items() if key not in hidden})
    for dotted in kind.computed:
        top, leaf = dotted.split(".")
        if isinstance(outputs.get(top), dict):
            old = cast("Json", olds.get(top) or {})
            outputs[top].setdefault(leaf, old.get(leaf, UNKNOWN))
    identity = cast("Json", outputs.get("identity") or {})
    if isinstance(identity.get("userAssignedIdentities"), list):
        # Given as a list and answered as a map, which the vendor leaves unknown until then
        # (pulumi-azure-native, `provider/pkg/convert/previewOutputs.go`).
        identity["userAssignedIdentities"] = UNKNOWN
    return outputs


def inputs_of(kind: ArmType, path: str, outputs: Json) -> Json:
    """The inputs of an object that is imported: all that it tells and that can be set."""
    found = kind.id_pattern().fullmatch(path)
    parts = found.groupdict() if found else {}
    parts.pop("subscriptionId", None)
    service = _ENVELOPE | set(kind.read_only)
    return {key: value for key, value in outputs.items() if key not in service} | parts


def refreshed_inputs(kind: ArmType, inputs: Json, before: Json, after: Json) -> Json:
    """The inputs after a refresh, from the outputs before and after it."""
    fixed = {*kind.parameters, API_VERSION_KEY, AUTONAMED_KEY}
    own = _ENVELOPE | set(kind.read_only) | NESTED_READ_ONLY
    kept = {key: value for key, value in inputs.items() if key in fixed}
    free = {key: value for key, value in inputs.items() if key not in fixed}
    shown = [{k: v for k, v in side.items() if k not in fixed} for side in (before, after)]
    return cast("Json", drift(free, shown[0], shown[1], own)) | kept


def differences(wanted: Json, existing: Json) -> list[str]:
    """Where an existing object is not what a PUT of `wanted` would make; dotted, sorted.

    ARM adds defaults, so only what is wanted is looked at, except for tags, of which more is
    another's object. ARM ignores case in ids and names, and spaces in locations.
    """
    found = _missing(wanted, existing, "")
    if (wanted.get("tags") or {}) != (existing.get("tags") or {}):
        found.append("tags")
    return sorted(set(found))


def _missing(wanted: Any, existing: Any, path: str) -> list[str]:
    if isinstance(wanted, dict) and isinstance(existing, dict):
        there = {key.lower(): value for key, value in cast("Json", existing).items()}
        return [
            name
            for key, value in cast("Json", wanted).items()
            for name in _missing(value, there.get(key.lower()), f"{path}.{key}".lstrip("."))
        ]
    if isinstance(wanted, list) and isinstance(existing, list):
        pairs = (cast("list[Any]", wanted), cast("list[Any]", existing))
        if len(pairs[0]) == len(pairs[1]):
            return [name for a, b in zip(*pairs, strict=True) for name in _missing(a, b, path)]
    empty = wanted in ({}, [], False) and existing in ({}, [], False, None)
    return [] if empty or _plain(wanted) == _plain(existing) else [path]


def _plain(value: Any) -> Any:
    return value.replace(" ", "").lower() if isinstance(value, str) else value

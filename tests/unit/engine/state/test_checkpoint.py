from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any

import pytest

from rehearsal.engine import checkpoint
from rehearsal.engine.secrets import SecretsManager
from rehearsal.engine.state import PendingOperation, Resource, Snapshot, Timeouts
from rehearsal.engine.values import SECRET, SIGNATURE, ResourceRef, Secret

STACK = "urn:pulumi:dev::suite::pulumi:pulumi:Stack::suite-dev"
THING = "urn:pulumi:dev::suite::pkg:index:Thing::a"
ORDER = (
    "urn custom delete id type inputs outputs parent protect external dependencies initErrors"
    " provider propertyDependencies pendingReplacement additionalSecretOutputs aliases"
    " customTimeouts importID retainOnDelete deletedWith created modified sourcePosition"
    " ignoreChanges hideDiff replaceOnChanges"
)
"""The order of the fields of ResourceV3 in pulumi/pulumi, `sdk/go/common/apitype/core.go`."""

FULL = Resource(
    urn=THING,
    type="pkg:index:Thing",
    custom=True,
    delete=True,
    id="a-1",
    inputs={"password": Secret("hunter2"), "size": 2.5},
    outputs={"other": ResourceRef(THING, "a-1"), "component": ResourceRef(STACK)},
    parent=STACK,
    protect=True,
    external=True,
    dependencies=(STACK,),
    init_errors=("not ready",),
    provider=f"{THING}::id",
    property_dependencies={"password": (STACK,), "size": ()},
    pending_replacement=True,
    additional_secret_outputs=("token",),
    aliases=(STACK,),
    custom_timeouts=Timeouts(create=90, delete=1.5),
    import_id="a-1",
    retain_on_delete=True,
    deleted_with=STACK,
    created="2026-01-01T00:00:00Z",
    modified="2026-01-01T00:00:01.5Z",
    source_position="project:///__main__.py#15",
    ignore_changes=("size",),
    hide_diff=("size",),
    replace_on_changes=("*",),
)


def render(snapshot: Snapshot, manager: SecretsManager) -> str:
    return checkpoint.render(snapshot, "organization/suite/dev", manager).decode()


def edited(text: str, **latest: Any) -> str:
    content = json.loads(text)
    content["checkpoint"]["latest"].update(latest)
    return json.dumps(content)


def test_a_row_with_every_field_is_read_back_as_it_was(manager: SecretsManager) -> None:
    empty = Resource(urn="", type="", custom=False)
    unset = [
        field.name
        for field in fields(Resource)
        if field.name != "custom" and getattr(FULL, field.name) == getattr(empty, field.name)
    ]
    assert not unset, "the example sets every field, so that none is forgotten"
    snapshot = Snapshot((FULL,), (PendingOperation(FULL, "creating"),))
    assert checkpoint.parse(render(snapshot, manager), manager, "file") == snapshot


def test_fields_are_written_in_the_order_of_the_format(manager: SecretsManager) -> None:
    row = json.loads(checkpoint.encode_row(FULL, manager))
    assert " ".join(row) == ORDER


def test_empty_fields_are_left_out_but_for_urn_custom_and_type(manager: SecretsManager) -> None:
    row = Resource(urn=STACK, type="pulumi:pulumi:Stack", custom=False)
    assert json.loads(checkpoint.encode_row(row, manager)) == {
        "urn": STACK,
        "custom": False,
        "type": "pulumi:pulumi:Stack",
    }


def test_property_dependencies_keep_inputs_without_any(manager: SecretsManager) -> None:
    row = json.loads(checkpoint.encode_row(FULL, manager))
    assert row["propertyDependencies"] == {"password": [STACK], "size": []}


def test_references_are_written_with_an_empty_package_version(manager: SecretsManager) -> None:
    row = json.loads(checkpoint.encode_row(FULL, manager))
    assert row["outputs"]["other"]["packageVersion"] == ""
    assert "id" not in row["outputs"]["component"]


def test_no_secret_is_written_in_clear(manager: SecretsManager) -> None:
    text = render(Snapshot((FULL,)), manager)
    assert "hunter2" not in text
    assert json.loads(text)["checkpoint"]["latest"]["resources"][0]["inputs"][
        "password"
    ].keys() == {
        SIGNATURE,
        "ciphertext",
    }


def test_secrets_shown_in_an_export_are_read(manager: SecretsManager) -> None:
    shown = {SIGNATURE: SECRET, "plaintext": '"hunter2"'}
    row = {"urn": THING, "custom": True, "type": "t", "inputs": {"password": shown}}
    text = edited(render(Snapshot(), manager), resources=[row])
    read = checkpoint.parse(text, manager, "file").resources[0]
    assert read.inputs == {"password": Secret("hunter2")}


def test_the_checkpoint_has_the_shape_that_the_real_cli_reads(manager: SecretsManager) -> None:
    content = json.loads(render(Snapshot(), manager))
    assert content["version"] == 3
    assert content["checkpoint"]["stack"] == "organization/suite/dev"
    latest = content["checkpoint"]["latest"]
    version = latest["manifest"]["version"]
    assert latest["manifest"]["magic"] == hashlib.sha256(version.encode()).hexdigest()
    assert latest["secrets_providers"] == {"type": "passphrase", "state": {"salt": manager.salt}}
    assert latest["metadata"] == {}
    assert not {"resources", "pending_operations"} & latest.keys(), "empty lists are left out"


def test_the_salt_is_found_without_a_passphrase(manager: SecretsManager) -> None:
    text = render(Snapshot(), manager)
    assert checkpoint.salt_of(text, "file") == manager.salt
    assert checkpoint.salt_of(edited(text, secrets_providers=None), "file") == ""


def test_another_secrets_manager_is_refused(manager: SecretsManager) -> None:
    text = edited(render(Snapshot(), manager), secrets_providers={"type": "service"})
    with pytest.raises(checkpoint.StateError, match="'service'"):
        checkpoint.salt_of(text, "file")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"manifest": {"version": "v3.0.0", "magic": "x"}}, "magic cookie"),
        ({"resources": {"a": 1}}, "'resources' is no list"),
        ({"resources": ["row"]}, "no object"),
        ({"resources": [{"urn": THING}]}, f"{THING}: the field 'type'"),
        ({"resources": [{"type": "t", "custom": True}]}, "the field 'urn'"),
        ({"resources": [{"urn": THING, "type": "t", "taint": True}]}, "'taint' belongs to"),
        ({"resources": [{"urn": THING, "type": "t", "inputs": [1]}]}, "'inputs' is no object"),
        ({"resources": [{"urn": THING, "type": "t", "protect": "yes"}]}, "'protect' is no bool"),
        ({"resources": [{"urn": THING, "type": "t", "aliases": "x"}]}, "'aliases' is no list"),
        (
            {"resources": [{"urn": THING, "type": "t", "customTimeouts": {"create": "x"}}]},
            "seconds",
        ),
        ({"pending_operations": [{"type": "thinking"}]}, "unknown type 'thinking'"),
        ({"pending_operations": ["x"]}, "unknown type"),
        ({"manifest": "x"}, "'manifest' is no object"),
    ],
)
def test_malformed_states_are_refused_with_the_place(
    manager: SecretsManager, change: dict[str, Any], message: str
) -> None:
    text = edited(render(Snapshot(), manager), **change)
    with pytest.raises(checkpoint.StateError, match=message) as caught:
        checkpoint.parse(text, manager, "dev.json")
    assert str(caught.value).startswith("dev.json: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON"),
        ("[]", "no checkpoint"),
        ('{"version":4}', "version 4"),
        ("{}", "no checkpoint"),
    ],
)
def test_what_is_no_checkpoint_is_refused(manager: SecretsManager, text: str, message: str) -> None:
    with pytest.raises(checkpoint.StateError, match=message):
        checkpoint.parse(text, manager, "file")


def test_a_secret_of_another_passphrase_is_refused_with_its_resource(
    manager: SecretsManager,
) -> None:
    text = render(Snapshot((FULL,)), SecretsManager.create("other"))
    with pytest.raises(checkpoint.StateError, match=f"{THING}: a secret cannot be decrypted"):
        checkpoint.parse(text, manager, "file")


def test_stack_traces_of_the_real_cli_are_read_and_dropped(manager: SecretsManager) -> None:
    row = {"urn": THING, "custom": True, "type": "t", "stackTrace": [{"sourcePosition": "x"}]}
    text = edited(render(Snapshot(), manager), resources=[row])
    assert "stackTrace" not in render(checkpoint.parse(text, manager, "file"), manager)

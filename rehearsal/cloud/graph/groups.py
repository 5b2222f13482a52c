"""/groups: make, read, change and delete them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.group_rules import BINDINGS, check_change, check_new
from rehearsal.cloud.graph.pages import entity, listing
from rehearsal.cloud.graph.references import add_reference, bound_ids
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.pages import Found
    from rehearsal.cloud.store import Json


def list_groups(call: Call) -> Reply:
    """All groups."""
    if not call.rights.read("Group"):
        raise call.refuse.denied()
    found: list[Found] = [("Group", group) for group in call.directory.all("Group")]
    return listing(call, "groups", found, typed=False)


def get_group(call: Call) -> Reply:
    """One group."""
    return entity(call, "Group", call.readable("Group", call.request.params["id"]))


def create_group(call: Call) -> Reply:
    """Make a group; a person who makes one without naming owners becomes its owner."""
    if not call.rights.create("Group"):
        raise call.refuse.denied()
    body = call.body()
    check_new(call, body)
    owners, members = (bound_ids(call, body, name) for name in BINDINGS)
    if not owners and call.caller.kind == "User":
        owners = [call.caller.object_id]
    group = documents.group(
        object_id=str(uuid.uuid4()),
        display_name=body["displayName"],
        mail_nickname=body["mailNickname"],
        created=wire_time(call.cloud.clock.now()),
    )
    _apply(group, body)
    if "Unified" in group["groupTypes"]:
        group["mail"] = f"{group['mailNickname']}@{call.directory.tenant().domain}"
    with call.cloud.store.transaction():
        call.directory.put("Group", group)
        for object_id in owners:
            add_reference(call, "owners", group, object_id)
        for object_id in members:
            add_reference(call, "members", group, object_id)
    return entity(call, "Group", group, 201)


def update_group(call: Call) -> Reply:
    """Change a group's properties, and add the members it names."""
    group = call.manageable("Group", call.request.params["id"])
    body = call.body()
    check_change(call, group, body)
    members = bound_ids(call, body, "members@odata.bind")
    with call.cloud.store.transaction():
        _apply(group, body)
        call.directory.put("Group", group)
        for object_id in members:
            add_reference(call, "members", group, object_id)
    return Reply(204)


def delete_group(call: Call) -> Reply:
    """Delete a group with its memberships."""
    group = call.manageable("Group", call.request.params["id"])
    call.directory.remove("Group", group["id"])
    return Reply(204)


def _apply(group: Json, body: Json) -> None:
    for name, value in body.items():
        # A list is emptied by null, everything else is shown as null.
        if name in group and not (value is None and isinstance(group[name], bool | list)):
            group[name] = value

"""/groups: make, read, change and delete them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.group_rules import BINDINGS, check_change, check_new, unified_mail
from rehearsal.cloud.graph.pages import created
from rehearsal.cloud.graph.properties import apply
from rehearsal.cloud.graph.recycle_bin import RecycleBin
from rehearsal.cloud.graph.references import add_reference, bound_ids
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call


def create_group(call: Call) -> Reply:
    """Make a group; a person who makes one without naming owners becomes its owner."""
    if not call.rights.create("Group"):
        raise call.refuse.denied()
    body = call.body()
    check_new(call, body)
    if body.get("isAssignableToRole") and not call.rights.manage_role_groups():
        raise call.refuse.denied()
    owners, members = (bound_ids(call, body, name) for name in BINDINGS)
    if not owners and call.rights.owns_what_it_makes("Group"):
        owners = [call.caller.object_id]
    group = documents.group(
        object_id=str(uuid.uuid4()),
        display_name=body["displayName"],
        mail_nickname=body["mailNickname"],
        created=wire_time(call.cloud.clock.now()),
    )
    apply(group, body)
    if "Unified" in group["groupTypes"]:
        group["mail"] = unified_mail(call, group)
    if group["isAssignableToRole"]:
        group["visibility"] = "Private"
    with call.cloud.store.transaction():
        call.directory.put("Group", group)
        for object_id in owners:
            add_reference(call, "owners", group, object_id)
        for object_id in members:
            add_reference(call, "members", group, object_id)
    return created(call, "Group", group)


def update_group(call: Call) -> Reply:
    """Change a group's properties, and add the members it names."""
    group = call.manageable("Group")
    body = call.body()
    check_change(call, group, body)
    members = bound_ids(call, body, "members@odata.bind")
    with call.cloud.store.transaction():
        apply(group, body)
        call.directory.put("Group", group)
        for object_id in members:
            add_reference(call, "members", group, object_id)
    return Reply(204)


def delete_group(call: Call) -> Reply:
    """Delete a group with its memberships; a Microsoft 365 group can be restored for a while."""
    group = call.manageable("Group")
    if "Unified" in group["groupTypes"]:
        RecycleBin(call.cloud).put("Group", group["id"])
    else:
        call.directory.remove("Group", group["id"])
    return Reply(204)

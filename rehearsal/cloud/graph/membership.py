"""Questions about the groups an object is in: getMemberGroups, checkMemberGroups and their kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.graph.references import readable_subject
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.store import Json

CHECKED_AT_MOST = 20


def get_member_groups(call: Call, kind: ObjectKind | None) -> Reply:
    """Ids of all groups, through others too; only security groups if the body says so."""
    object_id = readable_subject(call, kind)
    only = call.body().get("securityEnabledOnly", False)
    if not isinstance(only, bool):
        raise call.refuse.bad("Invalid value specified for property 'securityEnabledOnly'.")
    ids = call.directory.transitive_group_ids(object_id, security_enabled_only=only)
    return _values(call, sorted(ids))


def check_member_groups(call: Call, kind: ObjectKind | None) -> Reply:
    """Those of the body's groups that the object is in, directly or through others."""
    return _check(call, kind, "groupIds")


def check_member_objects(call: Call, kind: ObjectKind | None) -> Reply:
    """The same, of ids that may be of other things than groups."""
    return _check(call, kind, "ids")


def _check(call: Call, kind: ObjectKind | None, name: str) -> Reply:
    object_id = readable_subject(call, kind)
    wanted = call.texts(call.body(), name, at_most=CHECKED_AT_MOST)
    groups = call.directory.transitive_group_ids(object_id)
    return _values(call, [each for each in wanted if each.lower() in groups])


def _values(call: Call, ids: list[str]) -> Reply:
    body: Json = {"@odata.context": f"{call.base}/$metadata#Collection(Edm.String)", "value": ids}
    return Reply(200, body)

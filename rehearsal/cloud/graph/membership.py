"""Which groups an object is in: memberOf, getMemberGroups and their kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.graph.references import list_ids
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.store import Json

CHECKED_AT_MOST = 20


def member_of(call: Call, kind: ObjectKind | None, *, transitive: bool = False) -> Reply:
    """Groups that the object is in; `kind` is None where the route does not say."""
    object_id = _subject(call, kind)
    if transitive:
        return list_ids(call, sorted(call.directory.transitive_group_ids(object_id)))
    return list_ids(call, call.directory.direct_group_ids(object_id))


def get_member_groups(call: Call, kind: ObjectKind | None) -> Reply:
    """Ids of all groups, through others too; only security groups if the body says so."""
    object_id = _subject(call, kind)
    only = call.body().get("securityEnabledOnly", False)
    if not isinstance(only, bool):
        raise call.refuse.bad("Invalid value specified for property 'securityEnabledOnly'.")
    ids = call.directory.transitive_group_ids(object_id, security_enabled_only=only)
    return _values(call, sorted(ids))


def check_member_groups(call: Call, kind: ObjectKind | None) -> Reply:
    """Those of the body's groups that the object is in, directly or through others."""
    object_id = _subject(call, kind)
    wanted = call.texts(call.body(), "groupIds", at_most=CHECKED_AT_MOST)
    groups = call.directory.transitive_group_ids(object_id)
    return _values(call, [each for each in wanted if each.lower() in groups])


def _subject(call: Call, kind: ObjectKind | None) -> str:
    """Object id that the route means; a user may be named by user principal name, or be `/me`."""
    named = call.request.params.get("id")
    if named is None:
        return call.caller.object_id
    if kind == "User" and "@" in named:
        found = call.directory.find_by_upn(named)
        if found is None:
            raise call.refuse.missing(named)
        named = found.object_id
    known = call.directory.find(named)
    if known is None or kind not in (None, known[0]):
        raise call.refuse.missing(named)
    may_read = call.rights.read(known[0], named.lower())
    if named.lower() != call.caller.object_id and not (may_read and call.rights.read("Group")):
        raise call.refuse.denied()
    return named.lower()


def _values(call: Call, ids: list[str]) -> Reply:
    body: Json = {"@odata.context": f"{call.base}/$metadata#Collection(Edm.String)", "value": ids}
    return Reply(200, body)

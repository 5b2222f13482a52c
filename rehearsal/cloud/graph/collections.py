"""The collections /users, /groups, /applications, /servicePrincipals, and one object of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.graph.app_roles import app_roles
from rehearsal.cloud.graph.applications import with_secrets
from rehearsal.cloud.graph.known_properties import check_names
from rehearsal.cloud.graph.pages import SETS, entity, listing

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.graph.navigation import Found
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Reply


def list_all(call: Call, kind: ObjectKind) -> Reply:
    """All objects of a kind."""
    if not call.rights.read(kind):
        raise call.refuse.denied()
    check_names(call, kind)
    found: list[Found] = [(kind, _complete(call, each)) for each in call.directory.all(kind)]
    return listing(call, SETS[kind], found, typed=False)


def get_one(call: Call, kind: ObjectKind) -> Reply:
    """The object that the route names."""
    document = call.readable(kind)
    check_names(call, kind)
    return entity(call, kind, _complete(call, document))


def _complete(call: Call, document: Json) -> Json:
    if "passwordCredentials" not in document:
        return document
    shown = with_secrets(call, document)
    roles = app_roles(document["appId"])
    return {**shown, "appRoles": roles} if roles else shown

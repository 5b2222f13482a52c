"""Resources that are only data: one row, a `Kind`, makes all operations of a type.

What is sent is checked, kept and shown; it is `Succeeded` at once. A resource goes with its parent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rehearsal.cloud.arm import errors, providers
from rehearsal.cloud.arm.bodies import check, conformed, schemas
from rehearsal.cloud.arm.resources import (
    RESOURCES,
    checked_location,
    checked_tags,
    drop_resource,
    find_group,
    group_to_write_in,
    refuse_move,
    refuse_unknown_members,
    resources_in,
    system_data,
)
from rehearsal.cloud.arm.role_assignment_checks import existing_scope
from rehearsal.cloud.arm.scopes import Scope
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.arm.dispatch import Call, Routes
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json

GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_MEMBERS = ("id", "name", "type", "systemData", "etag", "properties")
_TRACKED = (*_MEMBERS, "location", "tags", "identity", "kind")


def _nothing(*_arguments: Any) -> None:
    """The rule of a kind that has none."""


@dataclass(frozen=True)
class Kind:
    """A type of resource."""

    type: str
    operations: str
    """What its operationIds start with."""
    many: str
    """The path of all: below a group, `{parent}` for a child, or `{scope*}` for an extension."""
    first_version: str
    tracked: bool = False
    """Whether it has a location and tags, and is listed among the subscription's resources."""
    created: int = 201
    """The status of a PUT that makes one."""
    lists_below: bool = False
    """Whether its list holds those of everything below the scope too."""
    complete: Callable[[Call, Json, Json | None], None] = _nothing
    """Gets the new document and the one there was; fills the new one in, or refuses it."""
    written: Callable[[Cloud, Json], None] = _nothing
    dropped: Callable[[Cloud, Json], None] = _nothing
    """What else to do once it is written, and once it is gone."""

    @property
    def one(self) -> str:
        """The path of a single one."""
        return f"{self.many}/{{name}}"


def find(call: Call, path: str) -> Json:
    """The resource of that path, which is a pattern of the call's parameters.

    Raises:
        CloudError: 404 ResourceNotFound.
    """
    resource_id = path.format_map(call.request.params)
    found = call.cloud.store.get(RESOURCES, resource_id.lower())
    if found is None:
        kind, _, name = resource_id.rpartition("/providers/")[2].rpartition("/")
        scope = Scope.parse(resource_id)
        raise errors.resource_not_found(kind, name, scope.resource_group if scope else "")
    return found


class PlainResources:
    """The operations of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._one = kind.one.replace("*}", "}")
        self._schema = schemas()[kind.type]

    def add_routes(self, routes: Routes) -> None:
        """Add the operations."""
        kind, first = self._kind, self._kind.first_version

        def add(method: str, pattern: str, name: str, handler: Any, verb: str | None) -> None:
            operation = f"{kind.operations}_{name}"
            action = verb and f"{kind.type}/{verb}"
            routes.add(method, pattern, operation, handler, action=action, first_version=first)

        if kind.tracked:
            everywhere = f"/subscriptions/{{subscription}}/providers/{kind.type}"
            add("GET", everywhere, "ListBySubscription", self._list, None)
            add("PATCH", kind.one, "Update", self._patch, "write")
        add("GET", kind.many, "List", self._list, None)
        add("GET", kind.one, "Get", self._get, "read")
        add("HEAD", kind.one, "CheckExistence", self._head, "read")
        add("PUT", kind.one, "CreateOrUpdate", self._put, "write")
        add("DELETE", kind.one, "Delete", self._delete, "delete")

    def _list(self, call: Call) -> Reply:
        """Those that the caller may read; nobody is refused, some see none."""
        params = call.request.params
        if "group" in params or "scope" in params:
            self._check_parent(call, find_group)
            where = self._kind.many.replace("*}", "}").format_map(params)
        else:
            where = f"/subscriptions/{params['subscription']}"
        if self._kind.lists_below:
            where = params["scope"]
        rows = [
            row
            for row in resources_in(call.cloud, where)
            if row["type"] == self._kind.type and call.may(f"{row['type']}/read", row["id"])
        ]
        return Reply(200, {"value": rows})

    def _get(self, call: Call) -> Reply:
        self._check_parent(call, find_group)
        return Reply(200, find(call, self._one))

    def _head(self, call: Call) -> Reply:
        find(call, self._one)
        return Reply(204)

    def _put(self, call: Call) -> Reply:
        return self._write(call, call.body(), patch=False)

    def _patch(self, call: Call) -> Reply:
        return self._write(call, call.body(), patch=True)

    def _write(self, call: Call, body: Json, *, patch: bool) -> Reply:
        kind, cloud = self._kind, call.cloud
        refuse_unknown_members(body, _TRACKED if kind.tracked else _MEMBERS)
        given: Any = conformed(body.get("properties") or {}, self._schema, "properties")
        with cloud.store.transaction():
            self._check_parent(call, group_to_write_in)
            resource_id = self._one.format_map(call.request.params)
            existing = cloud.store.get(RESOURCES, resource_id.lower())
            if patch:
                existing = find(call, self._one)
                kept: Json = conformed(existing["properties"], self._schema, "properties")
                given = {**kept, **cast("Json", given)} if isinstance(given, dict) else given
                body = {**existing, **{key: body[key] for key in body if body[key] is not None}}
            check(given, {"type": "object", **self._schema}, "properties")
            document = self._document(existing["id"] if existing else resource_id, body, given)
            if existing is not None and kind.tracked:
                refuse_move(existing, document["location"])
            if "subscription" in call.request.params:
                subscription = call.param("subscription")
                providers.require_registered(cloud, subscription, kind.type.split("/")[0])
            kind.complete(call, document, existing)
            document["systemData"] = system_data(call, existing)
            cloud.store.put(RESOURCES, resource_id.lower(), document)
            kind.written(cloud, document)
        return Reply(kind.created if existing is None else 200, document)

    def _document(self, resource_id: str, body: Json, properties: Json) -> Json:
        kind = self._kind
        document: Json = {
            "id": resource_id,
            "name": resource_id.rsplit("/", 1)[-1],
            "type": kind.type,
            "properties": properties,
        }
        if kind.tracked:
            document["location"] = checked_location(body, kind.type)
            document["tags"] = checked_tags(body) or {}
        return document

    def _delete(self, call: Call) -> Reply:
        with call.cloud.store.transaction():
            key = self._one.format_map(call.request.params).lower()
            existing = call.cloud.store.get(RESOURCES, key)
            if existing is None:
                return Reply(204)
            drop_resource(call.cloud, existing["id"])
            self._kind.dropped(call.cloud, existing)
        return Reply(200)

    def _check_parent(self, call: Call, group: Callable[[Call], Json]) -> None:
        """Refuse a call about what is in, below or on something that is not there."""
        params = call.request.params
        if "group" in params:
            group(call)
        if "parent" in params:
            find(call, self._kind.many.rpartition("/")[0])
        if "scope" in params:
            existing_scope(call)

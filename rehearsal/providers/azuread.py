"""The azuread provider: groups, and look-ups in the directory.

Groups are made in the vendor's sequence (terraform-provider-azuread, `group_resource.go`): under a
temporary name, then renamed, then given members.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, ClassVar, Final, cast

import httpx

from rehearsal.providers import azuread_lookups as lookups
from rehearsal.providers import azuread_shapes as shapes
from rehearsal.providers.account import Account
from rehearsal.providers.calls import Call, Checked, Found
from rehearsal.providers.codec import UNKNOWN
from rehearsal.providers.diffs import changes, drift, response
from rehearsal.providers.errors import PartialError, ProviderError
from rehearsal.providers.graph import Graph
from rehearsal.providers.rest import GRAPH_RETRIES, Session
from rehearsal.providers.servicer import Servicer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi.runtime.proto import provider_pb2

    from rehearsal.providers.codec import Json

_CHANGEABLE: Final = ("description", "displayName", "securityEnabled", "visibility")
_OWNERS_AT_CREATION: Final = 20
_TEMPORARY: Final = "TERRAFORM_UPDATE_"
_LOOKUPS: Final = {
    "azuread:index/getGroup:getGroup": lookups.group,
    "azuread:index/getUser:getUser": lookups.user,
    "azuread:index/getUsers:getUsers": lookups.users,
    "azuread:index/getServicePrincipal:getServicePrincipal": lookups.service_principal,
}


class AzureAd(Servicer):
    """Ids are `/groups/<object id>`, as the vendor's since version 6."""

    package: ClassVar[str] = "azuread"
    version: ClassVar[str] = "6.11.1"

    def __init__(
        self, environment: Mapping[str, str], transport: httpx.BaseTransport | None = None
    ) -> None:
        super().__init__(environment)
        self._transport = transport
        self._recorded: dict[str, str] = {}

    def configure(self, config: Json) -> None:
        """Find the local directory."""
        unknown = sorted(set(config) - {"version"})
        if unknown:
            raise ProviderError(
                f"azuread:{unknown[0]} is not configurable in a rehearsal, which takes account and"
                " endpoints from its environment; remove it from the stack"
            )
        self._account = Account.from_environment(self.environment)
        client = self.keep(self._account.client(self._transport))
        self._session = Session(
            self._account, self._account.graph, client, self.wait, GRAPH_RETRIES
        )
        self._graph = Graph(self._session)

    def check(self, call: Call, olds: Json, news: Json, seed: bytes) -> Checked:
        """A name, and that it is a security group; Microsoft 365 groups are not rehearsed."""
        del olds, seed
        shapes.require_group(call.type)
        failures = [
            (key, f"a rehearsal has no Group.{key}; it has {', '.join(shapes.INPUTS)}")
            for key, value in news.items()
            if key not in shapes.INPUTS
            and value not in (False, [], {}, "")
            and not key.startswith("__")
        ]
        if not news.get("displayName"):
            failures.append(("displayName", "displayName is required and must not be empty"))
        if news.get("securityEnabled") is None:
            failures.append(
                ("securityEnabled", "one of mailEnabled,securityEnabled must be specified")
            )
        return Checked(news, tuple(failures))

    def diff(self, call: Call, olds: Json, news: Json) -> provider_pb2.DiffResponse:
        """Inputs against inputs; owners and members are sets."""
        self._recorded[call.urn] = call.id
        return response(
            changes(shapes.ordered(olds), shapes.ordered(news)),
            shapes.REPLACE,
            delete_before_replace=False,
        )

    def create(self, call: Call, inputs: Json) -> tuple[str, Json]:
        """Make the group, or finish the one that an interrupted run made for this resource.

        A duplicate is refused in a preview too, as the vendor's provider does.
        """
        name = str(inputs["displayName"])
        nickname, object_id = self._interrupted(call, inputs)
        if not object_id:
            self._refuse_duplicate(name, inputs)
        if call.preview:
            return "", shapes.preview(inputs, {})
        if object_id:
            self.tell(call.urn, f"the group {object_id} was made by an interrupted run: taken over")
        else:
            object_id = self._post(inputs, nickname)
        try:
            self._finish(object_id, inputs)
        except (ProviderError, httpx.HTTPError) as error:
            outputs = self._outputs(object_id, inputs)
            if outputs is None:
                raise
            raise PartialError(shapes.PREFIX + object_id, outputs, inputs, str(error)) from error
        outputs = self._outputs(object_id, inputs)
        if outputs is None:
            raise ProviderError(f"the group '{name}' ({object_id}) vanished while it was made")
        return shapes.PREFIX + object_id, outputs

    def _interrupted(self, call: Call, inputs: Json) -> tuple[str, str]:
        """The nickname to use, and the id of the group that already has it, which is in no state.

        The nickname is made from the URN, and from the group that is being replaced if there is
        one, so it is the mark of a create that was killed before its group was recorded.
        """
        if "mailNickname" in inputs:
            return str(inputs["mailNickname"]), ""
        mark = f"{call.urn} {self._recorded.get(call.urn, '')}"
        nickname = hashlib.sha256(mark.encode()).hexdigest()[:10]
        found = self._graph.list("/groups", mailNickname=nickname)
        return nickname, str(found[0]["id"]) if found else ""

    def _refuse_duplicate(self, name: str, inputs: Json) -> None:
        if not inputs.get("preventDuplicateNames") or name == UNKNOWN:
            return
        for existing in self._graph.list("/groups", displayName=name):
            raise ProviderError(
                f"a group with the display name '{name}' already exists, with the object id"
                f" {existing['id']}, and preventDuplicateNames is on: choose another name, or"
                f" import it with the resource option import_='{shapes.PREFIX}{existing['id']}'"
            )

    def _post(self, inputs: Json, nickname: str) -> str:
        caller = str(self._session.claims().get("oid", ""))
        owners = cast("list[str]", inputs.get("owners") or [caller])
        first = sorted(owners, key=lambda owner: owner != caller)[:_OWNERS_AT_CREATION]
        group = {
            "description": inputs.get("description"),
            "displayName": f"{_TEMPORARY}{uuid.uuid4()}",
            "groupTypes": list[str](),
            "mailEnabled": False,
            "mailNickname": nickname,
            "securityEnabled": inputs["securityEnabled"],
        }
        if inputs.get("assignableToRole"):
            group["isAssignableToRole"] = True
        if inputs.get("visibility"):
            group["visibility"] = inputs["visibility"]
        return self._graph.create_group(group, first)

    def _finish(self, object_id: str, inputs: Json) -> None:
        change = {key: inputs[key] for key in _CHANGEABLE if key in inputs}
        self._graph.change_group(object_id, change)
        for relation in shapes.SETS:
            if inputs.get(relation):
                self._graph.set_references(object_id, relation, inputs[relation])

    def _outputs(self, object_id: str, inputs: Json) -> Json | None:
        live = self._graph.get(shapes.PREFIX + object_id)
        if live is None:
            return None
        found = lookups.group(self._graph, {"objectId": object_id})
        found.pop("includeTransitiveMembers")
        found.pop("dynamicMemberships")
        return found | {"preventDuplicateNames": bool(inputs.get("preventDuplicateNames"))}

    def read(self, call: Call, inputs: Json, outputs: Json) -> Found | None:
        """Read the group; its inputs take what changed since the outputs were recorded."""
        shapes.require_group(call.type)
        object_id = shapes.object_id_of(call.id)
        self._recorded[call.urn] = call.id
        found = self._outputs(object_id, inputs)
        if found is None:
            return None
        if not inputs:
            stated = {key: found[key] for key in shapes.INPUTS if key in found}
        else:
            before, after = (
                {key: side[key] for key in shapes.INPUTS if key in side}
                for side in (shapes.ordered(outputs), shapes.ordered(found))
            )
            stated = cast("Json", drift(shapes.ordered(inputs), before, after))
        return Found(shapes.PREFIX + object_id, found, stated)

    def update(self, call: Call, olds: Json, outputs: Json, news: Json) -> Json:
        """Change what differs; owners and members are added before others are removed."""
        if news.get("displayName") != olds.get("displayName"):
            self._refuse_duplicate(str(news["displayName"]), news)
        if call.preview:
            return shapes.preview(news, outputs)
        object_id = shapes.object_id_of(call.id)
        change = {
            key: news.get(key)
            for key in _CHANGEABLE
            if key in news or (key in olds and key != "visibility")
        }
        self._graph.change_group(object_id, change)
        for relation in shapes.SETS:
            if relation in news or (relation == "members" and relation in olds):
                self._graph.set_references(object_id, relation, news.get(relation, []))
        found = self._outputs(object_id, news)
        if found is None:
            raise ProviderError(f"the group {object_id} vanished while it was changed")
        return found

    def delete(self, call: Call, inputs: Json, outputs: Json) -> None:
        """Delete the group."""
        del inputs, outputs
        self._graph.delete_group(shapes.object_id_of(call.id))

    def invoke(self, token: str, args: Json) -> Json:
        """Look something up."""
        if token == "azuread:index/getClientConfig:getClientConfig":  # noqa: S105 - a function's name
            object_id = str(self._session.claims().get("oid", ""))
            return {
                "clientId": self._account.client_id,
                "id": f"{self._account.tenant_id}-{self._account.client_id}-{object_id}",
                "objectId": object_id,
                "tenantId": self._account.tenant_id,
            }
        if token not in _LOOKUPS:
            known = ", ".join(["azuread:index/getClientConfig:getClientConfig", *_LOOKUPS])
            raise ProviderError(f"a rehearsal has no function '{token}'; it has {known}")
        return _LOOKUPS[token](self._graph, args)

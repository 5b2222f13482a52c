"""The azure-native provider: the rows of `arm_types`, against the local Azure's ARM."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, ClassVar, cast

from rehearsal.providers import arm_shapes as shapes
from rehearsal.providers.account import Account
from rehearsal.providers.arm import Arm, OperationFailedError, provisioning_state
from rehearsal.providers.arm_types import ACTIONS, GETTERS, TYPES, ArmType
from rehearsal.providers.calls import Call, Checked, Found
from rehearsal.providers.codec import UNKNOWN, has_unknown, section
from rehearsal.providers.diffs import changes, response
from rehearsal.providers.errors import PartialError, ProviderError
from rehearsal.providers.rest import ARM_RETRIES, Session
from rehearsal.providers.servicer import Servicer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    from pulumi.runtime.proto import provider_pb2

    from rehearsal.providers.codec import Json

_CONFIGURABLE = frozenset({"location", "version"})


class AzureNative(Servicer):
    """Resources are ARM objects, ids are ARM ids."""

    package: ClassVar[str] = "azure-native"
    version: ClassVar[str] = "3.29.0"

    def __init__(
        self, environment: Mapping[str, str], transport: httpx.BaseTransport | None = None
    ) -> None:
        super().__init__(environment)
        self._transport = transport
        self._location = ""

    def configure(self, config: Json) -> None:
        """Take the default location, and find the local Azure."""
        unknown = sorted(set(config) - _CONFIGURABLE)
        if unknown:
            raise ProviderError(
                f"azure-native:{unknown[0]} is not configurable in a rehearsal, which takes"
                " account and endpoints from its environment; remove it from the stack"
            )
        self._location = str(config.get("location", ""))
        self._account = Account.from_environment(self.environment)
        client = self.keep(self._account.client(self._transport))
        self._session = Session(self._account, self._account.arm, client, self.wait, ARM_RETRIES)
        self._arm = Arm(self._session)

    def check(self, call: Call, olds: Json, news: Json, seed: bytes) -> Checked:
        """Fill in name and location as the vendor does; required inputs must be there."""
        kind = _kind(call.type)
        inputs = {
            **news,
            shapes.API_VERSION_KEY: news.get(shapes.API_VERSION_KEY, kind.api_version),
        }
        own = kind.parameters[-1]
        if own not in inputs:
            named = olds.get(own) or _autoname(kind, call.name, seed)
            inputs |= {own: named, shapes.AUTONAMED_KEY: olds.get(shapes.AUTONAMED_KEY, True)}
        if "location" in kind.top and "location" not in inputs:
            location = olds.get("location") or self._location or self._group_location(inputs)
            inputs |= {"location": location} if location else {}
        missing = [name for name in kind.required if name not in inputs]
        hint = (
            ". Either set it explicitly or configure it with"
            " 'pulumi config set azure-native:location <value>'."
        )
        return Checked(
            inputs,
            tuple(
                ("", f"missing required property '{name}'" + (hint if name == "location" else ""))
                for name in missing
            ),
        )

    def _group_location(self, inputs: Json) -> str:
        group = inputs.get("resourceGroupName", "")
        if not group or group == UNKNOWN:
            return cast("str", group)
        kind = TYPES["resources:ResourceGroup"]
        path = shapes.path_of(kind, inputs, self._account.subscription_id)
        return str((self._arm.get(path, kind.api_version) or {}).get("location", ""))

    def diff(self, call: Call, olds: Json, news: Json) -> provider_pb2.DiffResponse:
        """Inputs against inputs; locations are compared as ARM does."""
        kind = _kind(call.type)
        before, after = ({**side} for side in (olds, news))
        for side in (before, after):
            side.pop(shapes.AUTONAMED_KEY, None)
            if "location" in side and side["location"] != UNKNOWN:
                side["location"] = str(side["location"]).replace(" ", "").lower()
        return response(
            changes(before, after),
            (*kind.parameters, *kind.replace),
            delete_before_replace=not olds.get(shapes.AUTONAMED_KEY),
        )

    def create(self, call: Call, inputs: Json) -> tuple[str, Json]:
        """PUT the object if there is none; see the ADR on interrupted creates for one that is."""
        kind = _kind(call.type)
        if call.preview:
            return "", shapes.preview_outputs(kind, inputs, {})
        path = shapes.path_of(kind, inputs, self._account.subscription_id)
        body = shapes.body_of_inputs(kind, inputs)
        existing = self._live(kind, path)
        if existing is None or not self._finished(call, kind, path, body, existing):
            self._put(call, kind, path, inputs)
        live = self._live(kind, path) or body
        return str(live.get("id", path)), shapes.outputs_of(kind, live)

    def _live(self, kind: ArmType, path: str) -> Json | None:
        """The object, or None; a feature that is not registered is not one."""
        live = self._arm.get(path, kind.api_version)
        state = section(live, "properties").get("state")
        return None if state in {"NotRegistered", "Unregistered"} else live

    def _finished(self, call: Call, kind: ArmType, path: str, body: Json, existing: Json) -> bool:
        """Whether an interrupted run's PUT made this very object, and succeeded."""
        others = shapes.differences(body, existing)
        creator = _creator(existing)
        if creator and creator not in {self._account.client_id, self._session.claims().get("oid")}:
            others.append(f"made by {creator}")
        if others:
            raise ProviderError(
                f"cannot create already existing resource '{path}' (not what this program would"
                f" make: {', '.join(others)}). Import it with the resource option import_, choose"
                " another name, or delete it"
            )
        self.tell(call.urn, f"'{path}' exists as an interrupted run would have left it: taken over")
        return self._arm.settle(path, kind.api_version, call.timeout_seconds) in {"", "Succeeded"}

    def _put(self, call: Call, kind: ArmType, path: str, inputs: Json) -> None:
        body = shapes.body_of_inputs(kind, inputs)
        try:
            self._arm.put(path, kind.api_version, body, call.timeout_seconds)
        except OperationFailedError as error:
            live = self._arm.get(path, kind.api_version)
            if live is None:
                raise
            outputs = shapes.outputs_of(kind, live)
            raise PartialError(str(live.get("id", path)), outputs, inputs, str(error)) from error

    def read(self, call: Call, inputs: Json, outputs: Json) -> Found | None:
        """GET the object; its inputs take what changed since the outputs were recorded."""
        kind = _kind(call.type)
        if not kind.id_pattern().fullmatch(call.id):
            raise ProviderError(f"'{call.id}' is not the id of {call.type}: {kind.path}")
        live = self._live(kind, call.id)
        if live is not None and provisioning_state(live) == "Deleting":
            # It cannot be kept any more, so whether it is there is known when it is gone.
            self._arm.settle(call.id, kind.api_version, call.timeout_seconds)
            live = self._live(kind, call.id)
        if live is None:
            return None
        found = shapes.outputs_of(kind, live)
        if inputs:
            stated = shapes.refreshed_inputs(kind, inputs, outputs, found)
        else:
            stated = shapes.inputs_of(kind, call.id, found)
        return Found(call.id, found, stated)

    def update(self, call: Call, olds: Json, outputs: Json, news: Json) -> Json:
        """PUT the whole object again, once an interrupted run's PUT has come to its end."""
        del olds
        kind = _kind(call.type)
        if call.preview or has_unknown(news):
            return shapes.preview_outputs(kind, news, outputs)
        self._arm.settle(call.id, kind.api_version, call.timeout_seconds)
        self._put(call, kind, call.id, news)
        live = self._arm.get(call.id, kind.api_version)
        return shapes.outputs_of(kind, live or shapes.body_of_inputs(kind, news))

    def delete(self, call: Call, inputs: Json, outputs: Json) -> None:
        """DELETE the object and wait until it is gone."""
        del inputs, outputs
        self._arm.delete(call.id, _kind(call.type).api_version, call.timeout_seconds)

    def invoke(self, token: str, args: Json) -> Json:
        """Call a function: the client's configuration, an object, or a cluster's credentials."""
        name = token.removeprefix("azure-native:")
        subscription = self._account.subscription_id
        if name == "authorization:getClientConfig":
            claims = self._session.claims()
            return {
                "clientId": self._account.client_id,
                "objectId": str(claims.get("oid", "")),
                "subscriptionId": subscription,
                "tenantId": self._account.tenant_id,
            }
        if name in ACTIONS:
            kind = TYPES["containerservice:ManagedCluster"]
            path = shapes.path_of(kind, args, subscription)
            return self._arm.post(f"{path}/{ACTIONS[name]}", kind.api_version)
        if name in GETTERS:
            kind = GETTERS[name]
            path = shapes.path_of(kind, args, subscription)
            live = self._arm.get(path, kind.api_version)
            if live is None:
                raise ProviderError(
                    f"{token}: Status=404: there is no '{path}'; check its names, or create it"
                )
            return shapes.outputs_of(kind, live)
        known = ", ".join(["authorization:getClientConfig", *sorted({*ACTIONS, *GETTERS})])
        raise ProviderError(f"a rehearsal has no function '{token}'; it has {known}")


def _kind(token: str) -> ArmType:
    found = TYPES.get(token.removeprefix("azure-native:"))
    if found is None:
        known = ", ".join(sorted(TYPES))
        raise ProviderError(f"a rehearsal has no resource type '{token}'; it has {known}")
    return found


def _autoname(kind: ArmType, name: str, seed: bytes) -> str:
    digest = hashlib.sha256(seed).hexdigest()
    return str(uuid.UUID(digest[:32])) if kind.autoname == "uuid" else name + digest[:8]


def _creator(existing: Json) -> str:
    """Who made an object, as far as it tells; "" where it does not."""
    makers = (section(existing, key).get("createdBy") for key in ("systemData", "properties"))
    return next((str(maker) for maker in makers if maker), "")

"""The kubernetes provider: any kind that the API server has, by server-side apply.

Behaviour is pulumi-kubernetes' (`provider/pkg/provider/provider.go`, `provider/pkg/await`); state
keeps its keys `__inputs`, `__initialApiVersion` and `__fieldManager`.
"""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, ClassVar, Final, cast

from rehearsal.providers import kube_config_diff
from rehearsal.providers.account import loopback_client
from rehearsal.providers.calls import Call, Checked, Found
from rehearsal.providers.codec import has_unknown, section
from rehearsal.providers.diffs import changes, response
from rehearsal.providers.errors import ProviderError
from rehearsal.providers.kube_api import KubeApi, KubeError, UnreachableError
from rehearsal.providers.kube_errors import PATCH_FORCE, explained, object_id
from rehearsal.providers.kube_kinds import immutable, kind_of
from rehearsal.providers.kube_live import pruned, stated_inputs
from rehearsal.providers.kubeconfig import Access
from rehearsal.providers.servicer import Servicer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    from pulumi.runtime.proto import provider_pb2

    from rehearsal.providers.codec import Json

_REFUSED_CONFIG: Final = ("renderYamlToDirectory", "helmReleaseSettings", "kubeClientSettings")
_AUTONAMED: Final = "pulumi.com/autonamed"
_DELETION_POLICY: Final = "pulumi.com/deletionPropagationPolicy"
_IDENTITY: Final = ("apiVersion", "kind", "metadata.name", "metadata.namespace")


class Kubernetes(Servicer):
    """Ids are `namespace/name`, or the name alone."""

    package: ClassVar[str] = "kubernetes"
    version: ClassVar[str] = "4.34.2"

    def __init__(
        self, environment: Mapping[str, str], transport: httpx.BaseTransport | None = None
    ) -> None:
        super().__init__(environment)
        self._transport = transport
        self._config: Json = {}

    def configure(self, config: Json) -> None:
        """Take the provider's inputs; the cluster is asked for at the first use."""
        for name in _REFUSED_CONFIG:
            if config.get(name):
                raise ProviderError(f"a rehearsal's kubernetes provider has no '{name}'; remove it")
        if str(config.get("enableServerSideApply", "true")).lower() == "false":
            raise ProviderError(
                "a rehearsal's kubernetes provider always applies on the server: remove"
                " enableServerSideApply, or set it to true"
            )
        if not config.get("kubeconfig"):
            raise ProviderError(
                "the kubernetes provider needs its kubeconfig input: a rehearsal never takes the"
                " one of this machine's user. Pass provider=... to the resource"
            )
        self._config = config
        access = Access.parse(
            str(config["kubeconfig"]),
            str(config.get("context", "")),
            str(config.get("cluster", "")),
        )
        self._namespace = str(config.get("namespace") or access.namespace)
        client = self.keep(loopback_client(access.tls(), self._transport))
        self._api = KubeApi(access, self.environment, client, self.wait)

    def diff_config(self, olds: Json, news: Json) -> provider_pb2.DiffResponse:
        """See `kube_config_diff`."""
        return kube_config_diff.diff(olds, news)

    def check(self, call: Call, olds: Json, news: Json, seed: bytes) -> Checked:
        """Name and place the object as the vendor does."""
        api_version, kind = kind_of(call.type)
        inputs = {**copy.deepcopy(news), "apiVersion": api_version, "kind": kind}
        metadata = inputs.get("metadata", {})
        if not isinstance(metadata, dict):
            return Checked(inputs)
        placed = cast("Json", metadata)
        if "name" not in placed and "generateName" not in placed:
            old = section(olds, "metadata")
            marked = _AUTONAMED in section(old, "annotations")
            suffix = hashlib.sha256(seed).hexdigest()[:8]
            placed["name"] = old["name"] if marked else f"{call.name}-{suffix}"
            placed["annotations"] = {**placed.get("annotations", {}), _AUTONAMED: "true"}
        try:
            if self._api.resource(api_version, kind).namespaced:
                placed.setdefault("namespace", self._namespace)
            else:
                placed.pop("namespace", None)
        except (UnreachableError, KubeError):
            # A preview may come before the cluster, or before the kind's definition, is there.
            return Checked({**inputs, "metadata": placed})
        return Checked({**inputs, "metadata": placed})

    def diff(self, call: Call, olds: Json, news: Json) -> provider_pb2.DiffResponse:
        """Inputs against inputs; what the API server never changes replaces the object."""
        del call
        fixed = immutable(news, self._config)
        old, new = (section(side, "metadata") for side in (olds, news))
        autonamed = _AUTONAMED in section(new, "annotations")
        same_place = all(old.get(key) == new.get(key) for key in ("name", "namespace"))
        return response(
            changes(olds, news),
            (*_IDENTITY, *fixed),
            delete_before_replace=not autonamed and same_place,
        )

    def create(self, call: Call, inputs: Json) -> tuple[str, Json]:
        """Apply the object, which takes over one that exists, as the vendor does."""
        # The vendor's manager is random. One made from the URN is the same when an interrupted
        # create is repeated, so its first attempt does not stay behind as another owner of fields.
        manager = f"pulumi-kubernetes-{hashlib.sha256(call.urn.encode()).hexdigest()[:8]}"
        outputs = self._apply(call, inputs, manager)
        if outputs is None:
            return "", inputs
        return "" if call.preview else object_id(outputs), outputs

    def _apply(self, call: Call, inputs: Json, manager: str) -> Json | None:
        """Apply and give the outputs; None where a preview cannot know them."""
        if call.preview and has_unknown(inputs):
            return None
        forced = section(inputs, "metadata", "annotations").get(PATCH_FORCE)
        force = str(forced or self._config.get("enablePatchForce", "false")).lower() == "true"
        try:
            path = self._path(inputs)
            live = self._api.apply(path, inputs, manager, force=force, dry_run=call.preview)
            if not call.preview and _is_going(live):
                # An interrupted destroy began to delete it, and what is applied to it goes with it.
                self._api.wait_until_gone(path, live["metadata"]["uid"], call.timeout_seconds)
                live = self._api.apply(path, inputs, manager, force=force, dry_run=False)
        except (KubeError, UnreachableError) as error:
            # The object's namespace, kind or rights may be made by this very deployment.
            early = isinstance(error, UnreachableError) or error.status in {403, 404, 409, 422}
            if call.preview and early:
                return None
            raise explained(error, inputs, manager) from error
        if call.preview:
            live.pop("status", None)
            for key in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
                live["metadata"].pop(key, None)
        return _state(live, inputs, manager)

    def read(self, call: Call, inputs: Json, outputs: Json) -> Found | None:
        """Read the object; its inputs are what it has of what the program states.

        One that is being deleted cannot be kept any more, and so is not found, once it is gone.
        """
        namespace, _, name = call.id.rpartition("/")
        api_version, kind = kind_of(call.type)
        try:
            path = self._api.path(api_version, kind, namespace, name)
            live = self._api.get(path)
            if live is not None and _is_going(live):
                self._api.wait_until_gone(path, live["metadata"]["uid"], call.timeout_seconds)
                live = self._api.get(path)
        except UnreachableError as error:
            if self._forgets_unreachable():
                return None
            raise ProviderError(
                f"{error}. If the cluster was deleted, remove its objects from the state by"
                " refreshing with the environment variable PULUMI_K8S_DELETE_UNREACHABLE=true"
            ) from error
        except KubeError as error:
            if error.status == 404:  # noqa: PLR2004 - the kind itself is gone, with all its objects
                return None
            raise
        if live is None:
            return None
        manager = str(outputs.get("__fieldManager", "pulumi-kubernetes"))
        stated = cast("Json", pruned(inputs, live)) if inputs else stated_inputs(live)
        return Found(call.id, _state(live, stated, manager, outputs), stated)

    def update(self, call: Call, olds: Json, outputs: Json, news: Json) -> Json:
        """Apply again under the same manager, which also removes what is no longer stated."""
        del olds
        manager = str(outputs.get("__fieldManager", "pulumi-kubernetes"))
        found = self._apply(call, news, manager)
        return news if found is None else found

    def delete(self, call: Call, inputs: Json, outputs: Json) -> None:
        """Delete the object in the foreground and wait until it is gone."""
        namespace, _, name = call.id.rpartition("/")
        api_version, kind = kind_of(call.type)
        annotations = section(inputs or outputs, "metadata", "annotations")
        policy = str(annotations.get(_DELETION_POLICY, "foreground")).capitalize()
        try:
            path = self._api.path(api_version, kind, namespace, name)
            self._api.delete(path, policy, call.timeout_seconds)
        except UnreachableError as error:
            if not self._forgets_unreachable():
                raise ProviderError(
                    f"{error}. If the cluster was deleted, remove its objects from the state by"
                    " running again with PULUMI_K8S_DELETE_UNREACHABLE=true"
                ) from error

    def invoke(self, token: str, args: Json) -> Json:
        """Refuse: the vendor's functions render YAML and charts, which a rehearsal does not."""
        del args
        raise ProviderError(
            f"a rehearsal has no function '{token}'; write the objects as resources"
        )

    def _path(self, inputs: Json) -> str:
        metadata = cast("Json", inputs["metadata"])
        return self._api.path(
            str(inputs["apiVersion"]),
            str(inputs["kind"]),
            str(metadata.get("namespace", "")),
            str(metadata["name"]),
        )

    def _forgets_unreachable(self) -> bool:
        switch = self._config.get("deleteUnreachable") or self.environment.get(
            "PULUMI_K8S_DELETE_UNREACHABLE", "false"
        )
        return str(switch).lower() == "true"


def _is_going(live: Json) -> bool:
    return "deletionTimestamp" in live["metadata"]


def _state(live: Json, inputs: Json, manager: str, olds: Json | None = None) -> Json:
    initial = (olds or {}).get("__initialApiVersion", inputs.get("apiVersion"))
    own = {"__inputs": inputs, "__initialApiVersion": initial, "__fieldManager": manager}
    return {**live, **own}

"""Objects that are being deleted already, as an interrupted destroy leaves them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rehearsal.providers.kubernetes import Kubernetes
from tests.support.provider_host import Hosted, RefusedError, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.providers.codec import Json
    from tests.support.wire import Wire

URN = "urn:pulumi:dev::aks-entra::kubernetes:core/v1:Namespace::payments"
PATH = "/api/v1/namespaces/payments"
INPUTS: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "payments"}}
KINDS: Json = {"resources": [{"kind": "Namespace", "name": "namespaces", "namespaced": False}]}
CONFIG = {
    "current-context": "aks",
    "contexts": [{"name": "aks", "context": {"cluster": "aks", "user": "u"}}],
    "clusters": [{"name": "aks", "cluster": {"server": "https://localhost:6443"}}],
    "users": [{"name": "u", "user": {"token": "t"}}],
}


def live(uid: str, **metadata: str) -> Json:
    return INPUTS | {"metadata": {"name": "payments", "uid": uid, **metadata}}


GOING = live("1", deletionTimestamp="2026-11-24T06:00:00Z")


@pytest.fixture
def cluster(wire: Wire) -> Iterator[Hosted]:
    with hosted(Kubernetes({}, wire.transport())) as provider:
        provider.configure({"kubeconfig": json.dumps(CONFIG)})
        wire.expect("GET", "/api/v1", 200, KINDS)
        yield provider


def test_it_is_made_anew_once_it_is_gone(cluster: Hosted, wire: Wire) -> None:
    wire.expect("PATCH", PATH, 200, GOING)
    wire.expect("GET", PATH, 200, GOING)
    wire.expect("GET", PATH, 404)
    wire.expect("PATCH", PATH, 201, live("2"))
    made, outputs = cluster.create(URN, INPUTS)
    assert (made, outputs["metadata"]["uid"]) == ("payments", "2")


def test_it_is_not_found_once_it_is_gone(cluster: Hosted, wire: Wire) -> None:
    for _ in range(2):
        wire.expect("GET", PATH, 200, GOING)
    for _ in range(2):
        wire.expect("GET", PATH, 404)
    assert cluster.read(URN, "payments", INPUTS, {})[0] == ""


def test_one_that_was_made_in_its_place_is_found(cluster: Hosted, wire: Wire) -> None:
    wire.expect("GET", PATH, 200, GOING)
    for _ in range(2):
        wire.expect("GET", PATH, 200, live("2"))
    _, outputs, _ = cluster.read(URN, "payments", INPUTS, {})
    assert outputs["metadata"]["uid"] == "2"


def test_nothing_can_be_put_into_it_and_the_refusal_says_what_to_do(
    cluster: Hosted, wire: Wire
) -> None:
    words = "unable to create new content in namespace payments because it is being terminated"
    wire.expect("PATCH", PATH, 403, {"reason": "Forbidden", "message": words})
    with pytest.raises(RefusedError, match=r"being terminated; wait until its namespace is gone"):
        cluster.create(URN, INPUTS)

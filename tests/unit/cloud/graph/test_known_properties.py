"""Properties in queries: those of the type, those that are only not here, and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.identity import SG_PAYMENTS, graph_error

if TYPE_CHECKING:
    from tests.support.identity import Identity


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/groups?$select=id,nothing", "'nothing' on type 'microsoft.graph.group'"),
        (f"/groups/{SG_PAYMENTS}?$select=appId", "'appId' on type 'microsoft.graph.group'"),
        ("/users?$filter=nothing%20eq%20'a'", "'nothing' on type 'microsoft.graph.user'"),
        ("/users?$filter=startswith(nothing,'a')", "'nothing' on type 'microsoft.graph.user'"),
        ("/servicePrincipals?$filter=tags/any(t:t%20eq%20'a')%20or%20x/any(t:t%20eq%20'a')", "'x'"),
        ("/applications?$select=upn", "'upn' on type 'microsoft.graph.application'"),
    ],
)
def test_a_property_that_the_type_has_not_is_400(
    identity: Identity, address: str, said: str
) -> None:
    reply = identity.graph("GET", address)
    assert graph_error(reply) == (400, "BadRequest")
    assert f"Could not find a property named {said}" in reply.body["error"]["message"]


@pytest.mark.parametrize(
    "address",
    [
        "/users?$select=id,signInActivity,extension_a_b",
        "/groups?$select=assignedLabels,members",
        "/servicePrincipals?$select=id,verifiedPublisher",
        "/users?$select=manager/id",
    ],
)
def test_a_property_that_is_only_not_here_gives_no_value(identity: Identity, address: str) -> None:
    assert identity.graph("GET", address).status == 200


def test_what_beta_has_is_not_judged(identity: Identity) -> None:
    assert identity.graph("GET", "/beta/groups?$select=id,writebackConfiguration").status == 200

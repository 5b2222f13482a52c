"""A cluster in a network of others: its subnet, its private DNS zone, and what it may do there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.azure_double import IDENTITYS_ID
from tests.support.cluster_program import cluster, pool
from tests.support.program import UNKNOWN

NETWORK = (
    "/subscriptions/99999999-0000-0000-0000-000000000001/resourceGroups/rg-network/providers"
    "/Microsoft.Network"
)
SUBNET = f"{NETWORK}/virtualNetworks/vnet/subnets/aks"
ZONE = f"{NETWORK}/privateDnsZones/privatelink.westeurope.azmk8s.io"
ROLES = {
    "main-network": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "main-dns": "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
}
IDENTITY = f"{NETWORK}/../Microsoft.ManagedIdentity/userAssignedIdentities/id-aks"


def test_every_pool_lies_in_the_subnet() -> None:
    made = cluster(subnet_id=SUBNET, identity="user", node_pools=[pool(), pool("work", "User")])
    (first,) = made.one("ManagedCluster").inputs["agentPoolProfiles"]
    assert first["vnetSubnetID"] == made.one("AgentPool").inputs["vnetSubnetID"] == SUBNET


def test_without_a_subnet_azure_makes_a_network() -> None:
    made = cluster(identity="user")
    assert "vnetSubnetID" not in made.one("ManagedCluster").inputs["agentPoolProfiles"][0]
    assert made.of("RoleAssignment") == []


@pytest.mark.parametrize("zone", ["system", "none", ZONE])
def test_a_private_api_server_is_found_where_the_stack_says(zone: str) -> None:
    made = cluster(private=True, private_dns_zone=zone, authorized_ip_ranges=[])
    profile = made.one("ManagedCluster").inputs["apiServerAccessProfile"]
    assert profile["privateDNSZone"] == zone


@pytest.mark.parametrize(
    ("keys", "scopes"),
    [
        ({}, {"main-network": SUBNET}),
        ({"private": True, "private_dns_zone": "none"}, {"main-network": SUBNET}),
        (
            {"private": True, "private_dns_zone": ZONE},
            {"main-network": f"{NETWORK}/virtualNetworks/vnet", "main-dns": ZONE},
        ),
    ],
    ids=["subnet", "no zone", "zone"],
)
def test_an_identity_that_is_made_gets_its_roles_before_the_cluster_is(
    keys: dict[str, Any], scopes: dict[str, str]
) -> None:
    made = cluster(subnet_id=SUBNET, identity="user", **keys)
    assigned = {each.name: each for each in made.of("RoleAssignment")}
    assert {name: each.inputs["scope"] for name, each in assigned.items()} == scopes
    waits = made.one("ManagedCluster").dependencies
    for name, each in assigned.items():
        assert each.urn in waits, "Azure looks at the roles when it makes the cluster"
        assert each.inputs["principalId"] == IDENTITYS_ID
        assert each.inputs["principalType"] == "ServicePrincipal"
        assert each.inputs["roleDefinitionId"] == (
            "/subscriptions/99999999-0000-0000-0000-000000000001/providers"
            f"/Microsoft.Authorization/roleDefinitions/{ROLES[name]}"
        ), "in the subscription of the network"


def test_an_identity_that_is_there_has_its_roles_from_its_owner() -> None:
    made = cluster(subnet_id=SUBNET, identity=IDENTITY, private=True, private_dns_zone=ZONE)
    assert made.of("RoleAssignment") == []


def test_a_first_preview_shows_the_roles_before_there_is_an_identity() -> None:
    made = cluster(subnet_id=SUBNET, identity="user", preview=True)
    inputs = made.one("RoleAssignment").inputs
    assert (inputs["scope"], inputs["principalId"]) == (SUBNET, UNKNOWN)

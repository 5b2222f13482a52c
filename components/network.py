"""The network of the cluster: its API server's address, the pods' traffic, the subnet of its nodes.

The subnet and the private DNS zone are others'; what is done here is to name them to Azure, and to
let an identity that the program makes use them.
"""

import pulumi
from pulumi_azure_native import containerservice

from components.azure_roles import AzureRole, assign
from components.cluster_args import EntraClusterArgs

NETWORK_CONTRIBUTOR = AzureRole("Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7")
"""Joins nodes and load balancers to a subnet, and a private DNS zone to a network."""
ZONE_CONTRIBUTOR = AzureRole("Private DNS Zone Contributor", "b12aa53e-6015-4669-85d0-8515ebb3ae7f")
"""Writes the API server's name into a private DNS zone."""


def api_server(
    args: EntraClusterArgs,
) -> containerservice.ManagedClusterAPIServerAccessProfileArgs:
    """Who reaches the API server, and how its name is found."""
    return containerservice.ManagedClusterAPIServerAccessProfileArgs(
        enable_private_cluster=args["private"],
        private_dns_zone=args["private_dns_zone"] if args["private"] else None,
        # An empty list opens it again; left out, Azure would keep the ranges that it has.
        authorized_ip_ranges=None if args["private"] else args["authorized_ip_ranges"],
        disable_run_command=not args["run_command"],
    )


def profile(args: EntraClusterArgs) -> containerservice.ContainerServiceNetworkProfileArgsDict:
    """As a dict: the class of arguments adds address ranges of its own, here they are Azure's."""
    found: containerservice.ContainerServiceNetworkProfileArgsDict = {
        "network_plugin": args["network_plugin"],
        "network_dataplane": args["network_dataplane"],
        # The data plane that carries the traffic also enforces the policies on it.
        "network_policy": args["network_dataplane"],
        "load_balancer_sku": containerservice.LoadBalancerSku.STANDARD,
    }
    if args["network_mode"] == containerservice.NetworkPluginMode.OVERLAY:
        found["network_plugin_mode"] = containerservice.NetworkPluginMode.OVERLAY
    return found


def roles(
    name: str,
    args: EntraClusterArgs,
    principal_id: pulumi.Output[str] | None,
    options: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """What a new identity must have before a cluster is made with it: `NAME-network`, `NAME-dns`.

    Network Contributor on the subnet; on its whole network where Azure has to link a given DNS zone
    to that (https://learn.microsoft.com/azure/aks/private-clusters, 2026-11).

    Args:
        name: Prefix of the children's names.
        args: Have the subnet and the zone.
        principal_id: Object id of the identity; None for one that the program does not make, whose
            owner gives it these roles.
        options: Options of the children.
    """
    subnet, zone = args.get("subnet_id"), args["private_dns_zone"]
    if principal_id is None or not subnet:
        return []
    needed = {f"{name}-network": (subnet, NETWORK_CONTRIBUTOR)}
    if zone.startswith("/"):
        whole_network, _, _ = subnet.rpartition("/subnets/")
        needed = {
            f"{name}-network": (whole_network, NETWORK_CONTRIBUTOR),
            f"{name}-dns": (zone, ZONE_CONTRIBUTOR),
        }
    return [
        assign(
            child, role, (scope, scope.split("/")[2]), (principal_id, "ServicePrincipal"), options
        )
        for child, (scope, role) in needed.items()
    ]

"""The network of an isolated namespace: its pods talk to each other, and to the name servers."""

import pulumi
from pulumi_kubernetes import meta, networking

_DNS_NAMESPACE = {"kubernetes.io/metadata.name": "kube-system"}
_DNS_PODS = {"k8s-app": "kube-dns"}
"""Label of the cluster's name servers: CoreDNS keeps that of its predecessor, on AKS too
(https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution, 2026-11)."""

_DNS_PORT = 53


def isolate(
    name: str, metadata: meta.v1.ObjectMetaArgs, options: pulumi.ResourceOptions
) -> networking.v1.NetworkPolicy:
    """Deny the namespace of `metadata` all traffic in and out but its own and that to the DNS.

    What a pod needs beyond, a database for instance, takes a NetworkPolicy of its own: policies
    only ever add to what is allowed.
    """
    all_pods = meta.v1.LabelSelectorArgs()
    same_namespace = networking.v1.NetworkPolicyPeerArgs(pod_selector=all_pods)
    name_servers = networking.v1.NetworkPolicyPeerArgs(
        namespace_selector=meta.v1.LabelSelectorArgs(match_labels=_DNS_NAMESPACE),
        pod_selector=meta.v1.LabelSelectorArgs(match_labels=_DNS_PODS),
    )
    dns = [
        networking.v1.NetworkPolicyPortArgs(port=_DNS_PORT, protocol=protocol)
        for protocol in ("UDP", "TCP")
    ]
    return networking.v1.NetworkPolicy(
        name,
        networking.v1.NetworkPolicyInitArgs(
            metadata=metadata,
            spec=networking.v1.NetworkPolicySpecArgs(
                pod_selector=all_pods,
                policy_types=["Ingress", "Egress"],
                ingress=[networking.v1.NetworkPolicyIngressRuleArgs(from_=[same_namespace])],
                egress=[
                    networking.v1.NetworkPolicyEgressRuleArgs(to=[same_namespace]),
                    networking.v1.NetworkPolicyEgressRuleArgs(to=[name_servers], ports=dns),
                ],
            ),
        ),
        options,
    )

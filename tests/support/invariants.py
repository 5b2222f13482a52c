"""What must be true of every deployment, each as a function that tells where it is not."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from tests.support.arm_operations import problems
from tests.support.azure_double import IDENTITYS_ID
from tests.support.deployed import Deployed, Grant, principal_of
from tests.support.program import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLUSTER_USER = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
ZONE_CONTRIBUTOR = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"
AZURE_ROLES = {
    "7f6c6a51-bcf8-42ba-9220-52d62157d7db": {"view", "viewer"},
    "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb": {"edit"},
    "3498e952-d568-435e-9b2c-8d77e338d7f7": {"admin"},
    "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b": {"cluster-admin"},
}
"""Azure's roles on AKS and what they stand for
(https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers)."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAMES = {
    "resourceGroupName": r"[\w().-]{0,89}[\w()-]",
    "resourceName": r"[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?",
    "dnsPrefix": r"[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?",
    "agentPoolName": r"[a-z][a-z0-9]{0,11}",
    "roleAssignmentName": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}
"""Azure's rules for the names that are inputs
(https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules)."""
_RBAC_NAME = r"(?!\.{1,2}$)[^/%]{1,253}"
_OBJECT_NAME = rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*"
"""https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"""
_SECRET = re.compile(r"secret|password|token|private.?key|key-?data|credential", re.IGNORECASE)


def entra_id_decides_who_enters(it: Deployed) -> Iterator[str]:
    profile = it.cluster["aadProfile"]
    if profile["managed"] is not True or it.cluster["enableRBAC"] is not True:
        yield "not managed"
    if not set(profile) <= {"managed", "enableAzureRBAC", "adminGroupObjectIDs", "tenantID"}:
        yield f"legacy fields: {sorted(profile)}"
    azure = it.keys["cluster"].get("authorization") == "azure"
    if profile["enableAzureRBAC"] is not azure:
        yield f"enableAzureRBAC is {profile['enableAzureRBAC']}"


def the_admins_are_the_groups_of_the_configuration(it: Deployed) -> Iterator[str]:
    ids = it.cluster["aadProfile"]["adminGroupObjectIDs"]
    named = [principal_of({"group": group})[1] for group in it.keys["adminGroups"]]
    if not ids or ids != named or not all(uuid.UUID(each) for each in ids):
        yield f"{ids} instead of {named}"


def local_accounts_are_for_emergencies_only(it: Deployed) -> Iterator[str]:
    emergency = it.keys.get("breakGlass", {}).get("enabled", False)
    if it.cluster["disableLocalAccounts"] is emergency:
        yield f"disabled: {it.cluster['disableLocalAccounts']}, emergency: {emergency}"


def every_object_is_made_by_the_provider_of_the_cluster(it: Deployed) -> Iterator[str]:
    provider = it.run.one("providers:kubernetes")
    yield from (each.urn for each in it.objects if each.provider != f"{provider.urn}::k8s")
    if provider.inputs["clusterIdentifier"] != it.run.outputs["clusterId"]:
        yield "the provider is not told which cluster it is"


def everybody_has_what_was_granted_and_nothing_else(it: Deployed) -> Iterator[str]:
    found: Counter[Grant] = Counter()
    for each in it.objects:
        if each.type.endswith("Binding"):
            (subject,) = each.inputs["subjects"]
            where = each.inputs["metadata"].get("namespace", "")
            found[subject["name"], where, each.inputs["roleRef"]["name"]] += 1
    names = {known: name for name, known in it.principals.items()}
    for known, role, scope in it.assignments:
        if role == CLUSTER_USER:
            continue
        where = scope.removeprefix("/namespaces/")
        asked = [
            role_name
            for who, place, role_name in it.grants
            if (who, place) == (names[known], where) and role_name in AZURE_ROLES.get(role, ())
        ]
        found[names[known], where, asked[0] if asked else role] += 1
    if found != it.grants:
        yield f"found {found - it.grants}, missing {it.grants - found}"


def every_subject_is_somebody_of_the_configuration(it: Deployed) -> Iterator[str]:
    groups = {principal_of(entry)[0] for entry in it.entries if "group" in entry}
    for each in it.objects:
        for subject in each.inputs.get("subjects", []):
            name = subject["name"]
            kind = "Group" if name in groups else "User"
            wanted = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}
            if name not in it.principals or subject != wanted:
                yield f"{each.name}: {subject}"


def every_role_that_is_bound_is_there(it: Deployed) -> Iterator[str]:
    made = {
        (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"])
        for each in it.objects
        if each.type.endswith("/v1:Role")
    }
    for each in it.objects:
        if each.type.endswith("/v1:RoleBinding"):
            role = each.inputs["roleRef"]
            if role["kind"] == "ClusterRole":
                continue
            if (each.inputs["metadata"]["namespace"], role["name"]) not in made:
                yield f"{each.name}: {role}"


def everybody_may_fetch_the_kubeconfig_once(it: Deployed) -> Iterator[str]:
    fetching = [
        known for known, role, scope in it.assignments if (role, scope) == (CLUSTER_USER, "")
    ]
    if sorted(fetching) != sorted(set(it.principals.values())):
        yield f"{Counter(fetching)} instead of each of {it.principals}"


def the_cluster_may_use_the_network_it_is_put_in_and_nothing_else(it: Deployed) -> Iterator[str]:
    cluster = it.keys["cluster"]
    subnet = cluster.get("network", {}).get("subnetId")
    zone = cluster.get("apiServer", {}).get("privateDnsZone", "system")
    needed = list[tuple[str, str, str]]()
    if subnet and cluster.get("identity") == "user":
        scope = subnet.partition("/subnets/")[0] if "/" in zone else subnet
        needed = [(IDENTITYS_ID, NETWORK_CONTRIBUTOR, scope)]
        needed += [(IDENTITYS_ID, ZONE_CONTRIBUTOR, zone)] if "/" in zone else []
    if sorted(it.roles_elsewhere) != sorted(needed):
        yield f"{it.roles_elsewhere} instead of {needed}"
    pools = [*it.cluster["agentPoolProfiles"], *(each.inputs for each in it.run.of(":AgentPool"))]
    if {pool.get("vnetSubnetID") for pool in pools} != {subnet}:
        yield "a pool lies elsewhere"


def nothing_is_there_twice(it: Deployed) -> Iterator[str]:
    places = [
        (each.type, each.inputs["metadata"].get("namespace"), each.inputs["metadata"]["name"])
        for each in it.objects
    ]
    urns = [each.urn for each in it.run.resources]
    for what in (places, it.assignments, urns):
        yield from (str(each) for each, count in Counter(map(str, what)).items() if count > 1)


def every_name_is_one_that_azure_and_kubernetes_take(it: Deployed) -> Iterator[str]:
    for each in it.run.resources:
        for key, rule in _NAMES.items():
            if key in each.inputs and not re.fullmatch(rule, each.inputs[key], re.ASCII):
                yield f"{each.name}: {key} {each.inputs[key]!r}"
    for each in it.objects:
        name = each.inputs["metadata"]["name"]
        kind = each.type.rpartition(":")[2]
        rbac = kind in {"ClusterRoleBinding", "Role", "RoleBinding"}
        rule = _LABEL if kind == "Namespace" else _RBAC_NAME if rbac else _OBJECT_NAME
        if not re.fullmatch(rule, name):
            yield f"{kind} {name!r}"


def azure_knows_every_input(it: Deployed) -> Iterator[str]:
    for each in it.run.resources:
        if each.type.startswith("azure-native:"):
            yield from (f"{each.name}: {why}" for why in problems(each.type, each.inputs))


def no_secret_is_sent_or_shown(it: Deployed) -> Iterator[str]:
    if it.run.outputs["kubeconfig"] != SECRET:
        yield "the output kubeconfig is not secret"
    provider = it.run.one("providers:kubernetes")
    if "kubeconfig" not in provider.secret_inputs:
        yield "the provider's kubeconfig is not secret"
    for each in it.run.resources:
        yield from (f"{each.name}: {key}" for key in _keys(each.inputs) if _SECRET.search(key))
    kubeconfig = json.loads(provider.inputs["kubeconfig"])
    if [set(user["user"]) for user in kubeconfig["users"]] != [{"exec"}]:
        yield "somebody logs in without Entra ID"
    yield from (key for key in _keys(kubeconfig) if _SECRET.search(key))


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in cast("dict[str, Any]", value).items():
            yield key
            yield from _keys(below)
    elif isinstance(value, list):
        for below in cast("list[Any]", value):
            yield from _keys(below)


def the_access_matrix_tells_who_may_do_something_where(it: Deployed) -> Iterator[str]:
    told = {(row["id"], row["where"]) for row in it.run.outputs["access"]}
    asked = {(who, f"namespace/{where}" if where else "cluster") for who, where, _ in it.grants}
    asked |= {(principal_of({"group": group})[0], "cluster") for group in it.keys["adminGroups"]}
    if told != asked:
        yield f"told {told - asked}, missing {asked - told}"


INVARIANTS: tuple[Callable[[Deployed], Iterator[str]], ...] = (
    entra_id_decides_who_enters,
    the_admins_are_the_groups_of_the_configuration,
    local_accounts_are_for_emergencies_only,
    every_object_is_made_by_the_provider_of_the_cluster,
    everybody_has_what_was_granted_and_nothing_else,
    every_subject_is_somebody_of_the_configuration,
    every_role_that_is_bound_is_there,
    everybody_may_fetch_the_kubeconfig_once,
    the_cluster_may_use_the_network_it_is_put_in_and_nothing_else,
    nothing_is_there_twice,
    every_name_is_one_that_azure_and_kubernetes_take,
    azure_knows_every_input,
    no_secret_is_sent_or_shown,
    the_access_matrix_tells_who_may_do_something_where,
)
"""All of them."""

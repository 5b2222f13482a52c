"""What holds for every configuration, not only for those we thought of."""

from __future__ import annotations

import copy
import string
import uuid
from typing import Any

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components import naming
from tests.support.directory_double import DEPLOYER, World
from tests.support.program import PROJECT, Run, run_program

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(
    lambda name: not name.startswith("kube-") and name not in {"default", "gatekeeper-system"}
)
GROUPS = [f"group {letter}" for letter in "abcd"]
PROGRAMS = [str(uuid.UUID(int=number)) for number in (1, 2)]
PEOPLE = ["ann@contoso.example", "bob_else.example#EXT#@contoso.example"]
WORLD = World(
    groups={name: [DEPLOYER] for name in GROUPS},
    users=set(PEOPLE),
    service_principals=set(PROGRAMS),
)
PRINCIPALS = st.one_of(
    st.sampled_from(GROUPS).map(lambda name: {"group": {"existing": name}}),
    st.sampled_from(["new one", "new two"]).map(lambda name: {"group": {"displayName": name}}),
    st.sampled_from(PEOPLE).map(lambda name: {"user": name}),
    st.sampled_from(PROGRAMS).map(lambda name: {"servicePrincipal": name}),
)
ROLES = ("viewer", "developer", "operator", "mine")
SOME = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def access(draw: st.DrawFn) -> list[dict[str, Any]]:
    grants = draw(
        st.lists(st.tuples(PRINCIPALS, st.sampled_from(ROLES)), max_size=4, unique_by=str)
    )
    return [{**who, "role": role} for who, role in grants]


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    """Valid configurations: the keys of a stack file."""
    names = draw(st.lists(LABELS, max_size=3, unique=True))
    namespaces = draw(st.lists(LABELS, min_size=len(names), max_size=5, unique=True))
    teams = [
        {
            "name": name,
            # The last team takes what is left.
            "namespaces": namespaces[index:] if name == names[-1] else [namespaces[index]],
            "access": draw(access()),
            "network": draw(st.sampled_from(["isolated", "open"])),
            **draw(st.sampled_from([{}, {"quota": {"cpu": 4, "pods": 9}}])),
        }
        for index, name in enumerate(names)
    ]
    return {
        "location": draw(st.sampled_from(["westeurope", "centralus"])),
        "adminGroups": draw(
            st.sampled_from([[{"existing": GROUPS[0]}], [{"displayName": "new one"}]])
        ),
        "cluster": {
            "name": draw(
                st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,20}[A-Za-z0-9])?", fullmatch=True)
            ),
            "tier": draw(st.sampled_from(["Free", "Standard", "Premium"])),
            "apiServer": {"private": draw(st.booleans())},
        },
        "roles": {"mine": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
        "teams": teams,
        "clusterAccess": [
            {**draw(PRINCIPALS), "clusterRole": role}
            for role in draw(st.lists(st.sampled_from(["view", "edit"]), unique=True))
        ],
    }


def program(config: dict[str, Any], *, preview: bool) -> Run:
    keys = {f"{PROJECT}:{key}": value for key, value in config.items()}
    return run_program(keys, world=WORLD, preview=preview)


@SOME
@given(config=configurations(), preview=st.booleans())
def test_every_cluster_is_entered_by_entra_groups_and_nothing_else(
    config: dict[str, Any],
    *,
    preview: bool,
) -> None:
    cluster = program(config, preview=preview).one("ManagedCluster").inputs
    assert cluster["aadProfile"]["managed"] is True
    assert len(cluster["aadProfile"]["adminGroupObjectIDs"]) >= 1
    assert cluster["disableLocalAccounts"] is True
    assert cluster["enableRBAC"] is True


@SOME
@given(configurations())
def test_every_kubernetes_object_is_behind_the_entrance_and_names_known_ids(
    config: dict[str, Any],
) -> None:
    made = program(config, preview=False)
    provider = made.one("pulumi:providers:kubernetes")
    assigned = {each.inputs["principalId"] for each in made.of("RoleAssignment")}
    for each in made.resources:
        if each.type.startswith("kubernetes:"):
            assert each.provider.startswith(f"{provider.urn}::")
        for subject in each.inputs.get("subjects", []):
            assert subject["name"] in assigned | set(PEOPLE)
    assert len(made.of("RoleAssignment")) == len(assigned)
    bound = {row["id"] for row in made.outputs["access"]}
    assert len(bound) == len(assigned), "whoever is bound may also fetch a kubeconfig"


@SOME
@given(configurations())
def test_two_runs_make_the_same_resources(config: dict[str, Any]) -> None:
    first, second = (
        {each.urn: each.inputs for each in program(config, preview=False).resources}
        for _ in range(2)
    )
    assert first == second


def _set(config: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(config)
    place = changed
    for key in path[:-1]:
        place = place.setdefault(key, {})
    place[path[-1]] = value
    return changed


BAD: st.SearchStrategy[tuple[tuple[str, ...], Any]] = st.sampled_from(
    [
        (("location",), "West Europe"),
        (("tenantId",), "contoso"),
        (("login",), "password"),
        (("protect",), "yes"),
        (("adminGroups",), []),
        (("adminGroups",), [{"objectId": "not-a-guid"}]),
        (("teams",), [{"name": "x", "namespaces": ["Upper"]}]),
        (("teams",), [{"name": "x"}]),
        (("cluster", "tier"), "Gold"),
        (("cluster", "name"), "-"),
        (("cluster", "clientAppID"), "x"),
        (("cluster", "apiServer", "authorizedIpRanges"), ["nowhere"]),
        (("cluster", "nodePools"), [{"name": "Upper"}]),
        (("roles", "mine"), [{"verbs": ["get"]}]),
        (("clusterAccess",), [{"clusterRole": "view"}]),
    ]
)


@SOME
@given(configurations(), BAD)
def test_a_bad_value_anywhere_is_an_error_that_names_its_key(
    config: dict[str, Any], bad: tuple[tuple[str, ...], Any]
) -> None:
    path, value = bad
    with pytest.raises(pulumi.RunError) as refusal:
        program(_set(config, path, value), preview=True)
    assert ".".join(path) in str(refusal.value)


@SOME
@given(
    configurations(),
    st.sampled_from([(), ("cluster",), ("cluster", "apiServer"), ("resourceGroup",)]),
    st.text(string.ascii_letters, min_size=3, max_size=12).map(lambda text: f"x{text}"),
)
def test_an_unknown_key_anywhere_is_an_error_that_names_it(
    config: dict[str, Any], path: tuple[str, ...], key: str
) -> None:
    with pytest.raises(pulumi.RunError) as refusal:
        program(_set(config, (*path, key), "x"), preview=True)
    assert f"{'.'.join((*path, key))} is not a known key" in str(refusal.value)


@given(st.text(min_size=1, max_size=300))
def test_every_slug_is_a_short_name(text: str) -> None:
    slug = naming.slug(text)
    assert 1 <= len(slug) <= 59
    assert set(slug) <= set(string.ascii_lowercase + string.digits + ".-")
    assert slug[0] not in ".-"
    assert slug[-1] not in ".-"


@given(st.lists(st.text(min_size=1, max_size=60), unique=True, min_size=2, max_size=5))
def test_different_texts_have_different_slugs(texts: list[str]) -> None:
    assert len({naming.slug(text) for text in texts}) == len(texts)


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?", fullmatch=True))
def test_every_cluster_name_gives_a_dns_prefix_that_azure_takes(name: str) -> None:
    prefix = naming.dns_prefix(name)
    assert 1 <= len(prefix) <= 54
    assert prefix[0].isalnum()
    assert prefix[-1].isalnum()
    assert set(prefix) <= set(string.ascii_letters + string.digits + "-")

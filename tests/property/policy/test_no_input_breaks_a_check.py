from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.policy_checks import CHECKS, CLUSTER, PROVIDER, RBAC, UNKNOWN, secret, verdict

TOKENS = [
    CLUSTER,
    PROVIDER,
    "kubernetes:core/v1:List",
    *(
        f"{RBAC}{kind}{form}"
        for kind in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
        for form in ("", "List", "Patch")
    ),
]
KEYS = [
    "aadProfile", "managed", "clientAppID", "adminGroupObjectIDs", "apiServerAccessProfile",
    "disableRunCommand", "disableLocalAccounts", "enableRBAC", "rules", "verbs", "resources",
    "apiGroups", "roleRef", "kind", "name", "subjects", "metadata", "items", "apiVersion",
    "kubeconfig", "users", "user", "token", "exec", "args", "env", "renderYamlToDirectory",
]  # fmt: skip
WORDS = [
    "*", "escalate", "roles", "rbac.authorization.k8s.io", "rbac.authorization.k8s.io/v1", "Group",
    "ClusterRole", "RoleBinding", "cluster-admin", "system:masters", "", "{}",
    "users: [{user: {}}]", "--client-secret",
]  # fmt: skip
CHECK = st.sampled_from(sorted(CHECKS))
UNHURRIED: dict[str, Any] = {
    "max_examples": 300,
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
}
NEEDLE = "n33dle-in-the-haystack"

scalars = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from([UNKNOWN, secret(UNKNOWN), secret(NEEDLE), NEEDLE]),
    st.sampled_from([None, True, False, 0.0, 1.0]),
    st.text(max_size=5),
)


def composed(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(parts, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), parts, max_size=4),
        parts.map(secret),
    )


values: st.SearchStrategy[Any] = st.recursive(scalars, composed, max_leaves=12)
properties = st.dictionaries(st.sampled_from(KEYS), values, max_size=5)
near_objects = st.fixed_dictionaries(
    {},
    optional={
        "aadProfile": properties,
        "apiServerAccessProfile": properties,
        "rules": st.lists(properties, max_size=3),
        "roleRef": properties,
        "subjects": st.lists(properties, max_size=3),
        "items": st.lists(properties, max_size=3),
        "kubeconfig": st.one_of(st.text(max_size=30), properties),
        "metadata": properties,
    },
)


@settings(**UNHURRIED)
@given(check=CHECK, token=st.sampled_from(TOKENS), props=properties | near_objects)
def test_a_check_judges_anything_without_breaking_or_repeating_it(
    check: str, token: str, props: dict[str, Any]
) -> None:
    said = verdict(check, token, props).said
    assert "the check itself failed" not in said
    assert NEEDLE not in said


@settings(**UNHURRIED)
@given(check=CHECK, token=st.sampled_from(TOKENS), props=near_objects)
def test_a_secret_is_judged_as_what_it_holds(check: str, token: str, props: dict[str, Any]) -> None:
    hidden = {key: secret(value) for key, value in props.items()}
    assert verdict(check, token, hidden) == verdict(check, token, props)


@settings(**UNHURRIED)
@given(check=CHECK, token=st.sampled_from(TOKENS), props=near_objects, key=st.sampled_from(KEYS))
def test_what_preview_cannot_see_never_clears_a_violation_elsewhere(
    check: str, token: str, props: dict[str, Any], key: str
) -> None:
    before = set(verdict(check, token, props).paths)
    after = verdict(check, token, props | {key: UNKNOWN})
    gone = {path for path in before - set(after.paths) if not path.startswith(key)}
    assert not gone or key in {"metadata", "items"}, "only the unknown property may lose violations"

"""Whatever is assigned: the decision is the sum of the assignments, each by its own words."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.cloud.arm.authorization import Grant, decide
from rehearsal.cloud.arm.roles import Role

PREFIX = "Microsoft.ContainerService/managedClusters"
ACTIONS = st.builds(
    "{}/{}/{}".format,
    st.just(PREFIX),
    st.sampled_from(["pods", "secrets", "apps/deployments"]),
    st.sampled_from(["read", "write", "delete"]),
)
PATTERNS = st.lists(
    st.one_of(
        ACTIONS,
        st.sampled_from(["*", "*/read", f"{PREFIX}/*", f"{PREFIX}/secrets/*", "Other.Provider/*"]),
    ),
    max_size=3,
)
SEGMENTS = ("subscriptions", "s", "resourceGroups", "rg", "providers", "p", "namespaces", "ns")
SCOPES = st.integers(0, len(SEGMENTS)).map(lambda depth: "/" + "/".join(SEGMENTS[:depth]))
OTHER_SCOPES = st.sampled_from(["/subscriptions/t", "/subscriptions/s/resourceGroups/rg2"])
PRINCIPALS = st.sampled_from(["user", "group", "nested", "stranger"])
GRANTS = st.lists(
    st.builds(
        Grant,
        PRINCIPALS,
        st.one_of(SCOPES, OTHER_SCOPES),
        st.builds(
            Role,
            id=st.just("id"),
            name=st.just("name"),
            description=st.just(""),
            actions=PATTERNS,
            data_actions=PATTERNS,
            not_data_actions=PATTERNS,
        ),
    ),
    max_size=4,
)
ASKING = {"user", "group", "nested"}


def names(patterns: tuple[str, ...], action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


def gives(grant: Grant, action: str, scope: str) -> bool:
    """What the documentation says of one assignment, said in another way."""
    outer = [part for part in grant.scope.split("/") if part]
    inner = [part for part in scope.split("/") if part]
    return (
        grant.principal_id in ASKING
        and inner[: len(outer)] == outer
        and names(grant.role.data_actions, action)
        and not names(grant.role.not_data_actions, action)
    )


@given(GRANTS, ACTIONS, SCOPES)
def test_one_assignment_that_gives_it_is_needed_and_enough(
    grants: list[Grant], action: str, scope: str
) -> None:
    decided = decide(grants, ASKING, action, scope, data=True)

    assert (decided is not None) is any(gives(grant, action, scope) for grant in grants)
    assert decided is None or gives(decided, action, scope)


@given(GRANTS, ACTIONS, SCOPES, SCOPES)
def test_what_is_allowed_at_a_scope_is_allowed_everywhere_below(
    grants: list[Grant], action: str, one: str, other: str
) -> None:
    above, below = sorted((one, other), key=len)
    if decide(grants, ASKING, action, above, data=True):
        assert decide(grants, ASKING, action, below, data=True)


@given(GRANTS, GRANTS, ACTIONS, SCOPES)
def test_a_further_assignment_takes_nothing_away(
    grants: list[Grant], more: list[Grant], action: str, scope: str
) -> None:
    if decide(grants, ASKING, action, scope, data=True):
        assert decide([*more, *grants], ASKING, action, scope, data=True)

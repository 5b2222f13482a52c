"""The tenant's sign-in policies, as they are kept in the store."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from rehearsal.cloud.world_policies import AccessPolicy, Lifetimes

if TYPE_CHECKING:
    from rehearsal.cloud.store import Store

CONDITIONAL_ACCESS = "conditional-access"
LIFETIMES = "token-lifetimes"
UNCONSENTED = "unconsented-client"


def access_policies(store: Store) -> list[AccessPolicy]:
    """The conditional access policies, ordered by id."""
    return [AccessPolicy(**document) for _, document in store.all(CONDITIONAL_ACCESS)]


def put_access_policy(store: Store, policy: AccessPolicy) -> None:
    """Write a policy, over an older one with its id."""
    store.put(CONDITIONAL_ACCESS, policy.id, asdict(policy))


def lifetimes(store: Store) -> Lifetimes:
    """How long tokens are valid."""
    document = store.get(LIFETIMES, "tenant")
    if document is None:
        return Lifetimes()
    access, refresh = document["accessSeconds"], document["refreshSeconds"]
    return Lifetimes(timedelta(seconds=access), timedelta(seconds=refresh))


def put_lifetimes(store: Store, found: Lifetimes) -> None:
    """Set how long tokens that are made from now on are valid."""
    access, refresh = found.access.total_seconds(), found.refresh.total_seconds()
    store.put(LIFETIMES, "tenant", {"accessSeconds": access, "refreshSeconds": refresh})


def withhold_consent(store: Store, app_id: str) -> None:
    """Let no administrator have consented to what people do through the application."""
    store.put(UNCONSENTED, app_id.lower(), {})


def has_consent(store: Store, app_id: str) -> bool:
    """Whether an administrator consented to what people do through the application."""
    return store.get(UNCONSENTED, app_id.lower()) is None

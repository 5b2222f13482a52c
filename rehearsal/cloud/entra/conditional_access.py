"""Whether the tenant's policies let a person have a token: yes, only after a second factor, or no.

Log-in pages ask `demanded` before they let a person through and `second_factor_fits` for what the
person then types; the token endpoint calls `enforce`, which no password or refresh token satisfies.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from rehearsal.cloud.entra.errors import ACCESS_BLOCKED, MFA_ENROLLMENT, MFA_REQUIRED, refusal
from rehearsal.cloud.entra.policies import access_policies
from rehearsal.cloud.entra.resources import resource_app_ids

if TYPE_CHECKING:
    from collections.abc import Collection

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.clients import Client
    from rehearsal.cloud.entra.replies import Version
    from rehearsal.cloud.entra.resources import Target
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.web import Request
    from rehearsal.cloud.world_policies import AccessPolicy, Requirement

SECOND_FACTOR = "second-factor"


def demanded(
    cloud: Cloud, person: Principal, client_id: str, requested: str
) -> Literal["nothing"] | Requirement:
    """What a log-in page has to ask of a person before it goes on.

    Args:
        cloud: The local Azure.
        person: Who has given the right password.
        client_id: The application that the person logs in through.
        requested: What it asks for: a v2 `scope` or a v1 `resource`, as `Grant.requested` has it.
    """
    applying = _applying(cloud, person, client_id, resource_app_ids(cloud, requested))
    required = {policy.require for policy in applying}
    if "block" in required:
        return "block"
    return "mfa" if required else "nothing"


def register_second_factor(cloud: Cloud, object_id: str, code: str) -> None:
    """Give a person the code that the log-in page will take from then on."""
    cloud.store.put(SECOND_FACTOR, object_id.lower(), {"code": code})


def has_second_factor(cloud: Cloud, person: Principal) -> bool:
    """Whether the person has a code that `second_factor_fits` could accept."""
    return cloud.store.get(SECOND_FACTOR, person.object_id.lower()) is not None


def second_factor_fits(cloud: Cloud, person: Principal, code: str) -> bool:
    """Whether it is the person's code; never for somebody who has none."""
    document = cloud.store.get(SECOND_FACTOR, person.object_id.lower())
    return document is not None and hmac.compare_digest(
        document["code"].encode(), code.strip().encode()
    )


def enforce(  # noqa: PLR0913 -- all of who, through what, for what, how
    cloud: Cloud,
    request: Request,
    person: Principal,
    client: Client,
    target: Target,
    *,
    version: Version,
    mfa: bool,
) -> None:
    """Let a person's token be made only if every policy that applies is satisfied.

    Raises:
        CloudError: AADSTS53003, access is blocked; AADSTS50076, a second factor is needed;
            AADSTS50079, it is, and the person has none registered.
    """
    applying = _applying(cloud, person, client.app_id, target.resource.app_ids)
    open_policies = [policy for policy in applying if policy.require == "block" or not mfa]
    if not open_policies:
        return
    if any(policy.require == "block" for policy in open_policies):
        fault = ACCESS_BLOCKED
    else:
        fault = MFA_REQUIRED if has_second_factor(cloud, person) else MFA_ENROLLMENT
    # Seen: version 1 has this error and no claims, version 2 `invalid_grant` and a challenge.
    if version == 1:
        fault = replace(fault, error="interaction_required")
        raise refusal(cloud, request, fault, resource=target.resource.app_ids[0])
    ids = [policy.id for policy in open_policies]
    challenge = {"access_token": {"capolids": {"essential": True, "values": ids}}}
    extra = {"claims": json.dumps(challenge, separators=(",", ":"))}
    raise refusal(cloud, request, fault, extra, resource=target.resource.app_ids[0])


def _applying(
    cloud: Cloud, person: Principal, client_id: str, resources: Collection[str]
) -> list[AccessPolicy]:
    found = [
        policy
        for policy in access_policies(cloud.store)
        if (not policy.clients or client_id in policy.clients)
        and (not policy.resources or set(policy.resources).intersection(resources))
    ]
    if not found:
        return []
    groups = cloud.directory.transitive_group_ids(person.object_id)
    roles = cloud.directory.directory_roles(person.object_id)
    return [
        policy
        for policy in found
        if not (policy.users or policy.groups or policy.roles)
        or person.object_id in policy.users
        or groups.intersection(policy.groups)
        or roles.intersection(policy.roles)
    ]

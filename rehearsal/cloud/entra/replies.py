"""The token endpoint's good answers."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Literal

from rehearsal.cloud.entra.claims import BACKDATED_SECONDS, access_claims, id_claims
from rehearsal.cloud.entra.policies import lifetimes
from rehearsal.cloud.entra.sessions import Grant, Sessions
from rehearsal.cloud.entra.tokens import issue

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.clients import Client
    from rehearsal.cloud.entra.resources import Target
    from rehearsal.cloud.graph.directory import Principal
    from rehearsal.cloud.store import Json

Version = Literal[1, 2]


def application_reply(cloud: Cloud, client: Client, target: Target, version: Version) -> Json:
    """What a client gets on its own."""
    token = issue(cloud, access_claims(cloud, client.principal, client, target))
    return _times(cloud, target, version) | {"token_type": "Bearer", "access_token": token}


def person_reply(  # noqa: PLR0913 -- all of who, through what, for what, how
    cloud: Cloud,
    person: Principal,
    client: Client,
    target: Target,
    version: Version,
    *,
    nonce: str | None = None,
    mfa: bool = False,
) -> Json:
    """What a client gets for a person who has logged in, with a second factor if `mfa`.

    MSAL needs `client_info` and `id_token` to make an account that it can renew tokens of, and
    takes a `scope` that lacks one of those it asked for as a refusal.
    """
    token = issue(cloud, access_claims(cloud, person, client, target, mfa=mfa))
    reply = _times(cloud, target, version) | {
        "token_type": "Bearer",
        "access_token": token,
        "scope": _granted(target, version),
    }
    if target.offline:
        reply["refresh_token"] = _refresh_token(cloud, person, client, target, mfa=mfa)
    if target.openid:
        reply["id_token"] = issue(
            cloud, id_claims(cloud, person, client, version=version, nonce=nonce)
        )
    ids = {"uid": person.object_id, "utid": cloud.directory.tenant().id}
    encoded = base64.urlsafe_b64encode(json.dumps(ids).encode()).rstrip(b"=").decode()
    return reply | {"client_info": encoded}


def _times(cloud: Cloud, target: Target, version: Version) -> Json:
    """Version 1 writes numbers as strings, and names the resource."""
    lifetime = int(lifetimes(cloud.store).access.total_seconds())
    # Entra counts the second that the answer takes.
    times = {"expires_in": lifetime - 1, "ext_expires_in": lifetime - 1}
    if version == 2:  # noqa: PLR2004 -- the protocol's version
        return times
    now = int(cloud.clock.now().timestamp())
    times |= {"expires_on": now + lifetime, "not_before": now - BACKDATED_SECONDS}
    texts = {name: str(value) for name, value in times.items()}
    return texts | {"resource": target.resource.audience}


def _granted(target: Target, version: Version) -> str:
    if version == 1:
        return " ".join(target.scopes)
    resource = target.resource.audience
    full = [f"{resource}/{scope}" for scope in target.scopes]
    return " ".join(dict.fromkeys([*target.requested.split(), *full]))


def _refresh_token(
    cloud: Cloud, person: Principal, client: Client, target: Target, *, mfa: bool
) -> str:
    sessions = Sessions(cloud.store, cloud.clock)
    grant = Grant(
        client_id=client.app_id,
        user_id=person.object_id,
        requested=target.requested,
        expires=sessions.expiry(lifetimes(cloud.store).refresh),
        mfa=mfa,
    )
    return sessions.keep("refresh-token", grant)

"""Writes what world.yaml says about logging in: policies, second factors, federated credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud import github
from rehearsal.cloud.entra import federation, policies
from rehearsal.cloud.entra.conditional_access import register_second_factor
from rehearsal.cloud.world import made_up_id

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.world import World
    from rehearsal.cloud.world_accounts import FederatedCredential

GITHUB = "github"


def seed(cloud: Cloud, world: World) -> None:
    """Write it into the store, all or nothing; the directory is seeded before."""
    with cloud.store.transaction():
        policies.put_lifetimes(cloud.store, world.lifetimes)
        for policy in world.conditional_access:
            policies.put_access_policy(cloud.store, policy)
        for user in world.users:
            if user.second_factor:
                register_second_factor(cloud, user.account.object_id, user.second_factor)
        for found in world.service_principals:
            app_id = found.account.app_id
            if not found.consent:
                policies.withhold_consent(cloud.store, app_id)
            for credential in found.federated_credentials:
                document = _document(cloud, app_id, credential)
                key = f"{app_id.lower()}/{document['id']}"
                cloud.store.put(federation.KIND, key, document)


def _document(cloud: Cloud, app_id: str, credential: FederatedCredential) -> Json:
    """The credential as Graph shows it; its name is made of the subject."""
    issuer = github.issuer(cloud.origin) if credential.issuer == GITHUB else credential.issuer
    tenant = cloud.directory.tenant().id
    return {
        "id": made_up_id(tenant, f"{app_id} {credential.issuer} {credential.subject}"),
        "name": "".join(c if c.isalnum() else "-" for c in credential.subject)[:120],
        "issuer": issuer,
        "subject": credential.subject,
        "audiences": [federation.AUDIENCE],
        "description": "world.yaml",
    }

"""Fills an empty directory from world.yaml and with Microsoft's own applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.graph.directory import Tenant
from rehearsal.cloud.graph.first_party import APPLICATIONS, MICROSOFT_TENANT
from rehearsal.cloud.world import made_up_id

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.world import ServicePrincipal, User, World


def seed(cloud: Cloud, world: World) -> None:
    """Write the world's people, applications and groups into the directory, all or nothing."""
    with cloud.store.transaction():
        cloud.directory.set_tenant(Tenant(world.tenant_id, world.tenant_name, world.domain))
        _seed_first_party(cloud, world)
        for user in world.users:
            _seed_user(cloud, user)
        for found in world.service_principals:
            _seed_application(cloud, world, found)
        _seed_groups(cloud, world)


def _seed_first_party(cloud: Cloud, world: World) -> None:
    for found in APPLICATIONS:
        document = documents.service_principal(
            object_id=made_up_id(world.tenant_id, found.app_id),
            app_id=found.app_id,
            display_name=found.display_name,
            owner_tenant_id=MICROSOFT_TENANT,
            names=found.names,
        )
        cloud.directory.put("ServicePrincipal", document)


def _seed_user(cloud: Cloud, user: User) -> None:
    account = user.account
    document = documents.user(
        object_id=account.object_id,
        upn=account.upn,
        display_name=user.display_name,
        created=wire_time(cloud.clock.now()),
        mail=user.mail,
        guest=user.guest,
        enabled=user.enabled,
    )
    cloud.directory.put("User", document)
    cloud.directory.grant(
        account.object_id, graph=frozenset(), directory_roles=user.directory_roles
    )
    Credentials(cloud.store, cloud.clock).set_password(account.object_id, account.secret)


def _seed_application(cloud: Cloud, world: World, found: ServicePrincipal) -> None:
    account = found.account
    application = documents.application(
        object_id=made_up_id(world.tenant_id, f"application {account.app_id}"),
        app_id=account.app_id,
        display_name=account.name,
        domain=world.domain,
        created=wire_time(cloud.clock.now()),
    )
    service_principal = documents.service_principal(
        object_id=account.object_id,
        app_id=account.app_id,
        display_name=account.name,
        owner_tenant_id=world.tenant_id,
        names=(),
    )
    cloud.directory.put("Application", application)
    cloud.directory.put("ServicePrincipal", service_principal)
    cloud.directory.grant(
        account.object_id, graph=found.graph_permissions, directory_roles=found.directory_roles
    )
    Credentials(cloud.store, cloud.clock).add_secret(
        account.app_id, text=account.secret, display_name="world.yaml", end=found.secret_end
    )


def _seed_groups(cloud: Cloud, world: World) -> None:
    created = wire_time(cloud.clock.now())
    for group in world.groups:
        document = documents.group(
            object_id=group.object_id,
            display_name=group.display_name,
            mail_nickname=group.display_name,
            created=created,
        )
        cloud.directory.put("Group", document)
    for group in world.groups:
        for object_id in group.member_ids:
            cloud.directory.add("members", group.object_id, object_id)
        for object_id in group.owner_ids:
            cloud.directory.add("owners", group.object_id, object_id)

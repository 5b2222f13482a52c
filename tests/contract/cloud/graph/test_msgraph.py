"""msgraph-sdk for Python against the served local Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.applications.item.add_password.add_password_post_request_body import (
    AddPasswordPostRequestBody,
)
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import (
    RemovePasswordPostRequestBody,
)
from msgraph.generated.directory_objects.get_by_ids.get_by_ids_post_request_body import (
    GetByIdsPostRequestBody,
)
from msgraph.generated.models.application import Application
from msgraph.generated.models.federated_identity_credential import FederatedIdentityCredential
from msgraph.generated.models.group import Group
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.user import User
from msgraph.generated.users.item.check_member_groups.check_member_groups_post_request_body import (
    CheckMemberGroupsPostRequestBody,
)
from msgraph.generated.users.item.get_member_groups.get_member_groups_post_request_body import (
    GetMemberGroupsPostRequestBody,
)
from msgraph_core import PageIterator

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.contract.cloud.graph.conftest import Graph

# Each class of the client warns, when it is imported, of classes within it.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph")


def new_group(name: str, **changes: Any) -> Group:
    return Group(
        display_name=name,
        mail_nickname=name,
        mail_enabled=False,
        security_enabled=True,
        **changes,
    )


def ask(builder: Any, *, eventual: bool = False, **parameters: Any) -> Awaitable[Any]:
    """A GET of what the builder stands for, with query options."""
    kind: Any = builder.__class__
    query = getattr(kind, f"{kind.__name__}GetQueryParameters")(**parameters)
    configuration = RequestConfiguration[Any](query_parameters=query)
    if eventual:
        configuration.headers.add("ConsistencyLevel", "eventual")
    return builder.get(configuration)


def link(served: Graph, object_id: str) -> ReferenceCreate:
    return ReferenceCreate(odata_id=f"{served.origin}/v1.0/directoryObjects/{object_id}")


def refusal(error: pytest.ExceptionInfo[ODataError]) -> tuple[int | None, str | None]:
    found = error.value
    assert found.error is not None
    assert found.error.message
    return found.response_status_code, found.error.code


def test_a_group_lives_and_dies(served_graph: Graph) -> None:
    async def scenario(graph: Any) -> None:
        made = await graph.groups.post(new_group("team-a", description="first"))
        one = graph.groups.by_group_id(made.id)
        await one.patch(Group(display_name="team-b"))
        after = await one.get()
        assert (after.display_name, after.description) == ("team-b", "first")
        await one.delete()
        with pytest.raises(ODataError) as error:
            await one.get()
        assert refusal(error) == (404, "Request_ResourceNotFound")
        assert "does not exist or one of its queried" in str(error.value)

    served_graph.run(scenario)


def test_members_and_owners_by_reference(served_graph: Graph) -> None:
    person, machine = served_graph.account("shop-dev"), served_graph.account("deployer")

    async def scenario(graph: Any) -> None:
        made = await graph.groups.post(new_group("linked"))
        one = graph.groups.by_group_id(made.id)
        for account in (person, machine):
            await one.members.ref.post(link(served_graph, account.object_id))
        await one.owners.ref.post(link(served_graph, person.object_id))

        members = (await one.members.get()).value
        assert {(each.odata_type, each.id) for each in members} == {
            ("#microsoft.graph.user", person.object_id),
            ("#microsoft.graph.servicePrincipal", machine.object_id),
        }
        assert [each.id for each in (await one.members.graph_user.get()).value] == [
            person.object_id
        ]
        assert [each.id for each in (await one.owners.get()).value] == [person.object_id]
        with pytest.raises(ODataError) as again:
            await one.members.ref.post(link(served_graph, person.object_id))
        assert refusal(again) == (400, "Request_BadRequest")
        await one.members.by_directory_object_id(person.object_id).ref.delete()
        assert [each.id for each in (await one.members.get()).value] == [machine.object_id]
        with pytest.raises(ODataError) as gone:
            await one.members.by_directory_object_id(person.object_id).ref.delete()
        assert refusal(gone) == (404, "Request_ResourceNotFound")

    served_graph.run(scenario)


def test_membership_through_groups(served_graph: Graph) -> None:
    person = served_graph.account("outsider")

    async def scenario(graph: Any) -> None:
        outer, inner = [await graph.groups.post(new_group(name)) for name in ("outer", "inner")]
        await graph.groups.by_group_id(outer.id).members.ref.post(link(served_graph, inner.id))
        await graph.groups.by_group_id(inner.id).members.ref.post(
            link(served_graph, person.object_id)
        )
        below = await graph.groups.by_group_id(outer.id).transitive_members.get()
        assert {each.id for each in below.value} == {inner.id, person.object_id}
        user = graph.users.by_user_id(person.upn)
        assert [each.id for each in (await user.member_of.get()).value] == [inner.id]
        above = await user.transitive_member_of.graph_group.get()
        assert {each.id for each in above.value} == {outer.id, inner.id}
        body = GetMemberGroupsPostRequestBody(security_enabled_only=True)
        assert set((await user.get_member_groups.post(body)).value) == {outer.id, inner.id}
        check = CheckMemberGroupsPostRequestBody(group_ids=[outer.id])
        assert (await user.check_member_groups.post(check)).value == [outer.id]

    served_graph.run(scenario)


def test_the_page_iterator_sees_every_member_once(served_graph: Graph) -> None:
    added = [group.object_id for group in served_graph.world.groups[:210]]
    address = f"{served_graph.origin}/v1.0/directoryObjects"

    async def scenario(graph: Any) -> None:
        made = await graph.groups.post(new_group("large"))
        one = graph.groups.by_group_id(made.id)
        for start in range(0, len(added), 20):
            links = [f"{address}/{each}" for each in added[start : start + 20]]
            await one.patch(Group(additional_data={"members@odata.bind": links}))
        seen: list[str] = []

        def keep(each: Any) -> bool:
            seen.append(each.id)
            return True

        first = await one.members.get()
        assert len(first.value) == 100
        iterator: Any = PageIterator(first, graph.request_adapter)
        await iterator.iterate(keep)
        assert seen == added
        small = await ask(one.members, top=1)
        following = await one.members.with_url(small.odata_next_link).get()
        assert [each.id for each in following.value] == added[1:2]

    served_graph.run(scenario)


def test_queries(served_graph: Graph) -> None:
    async def scenario(graph: Any) -> None:
        text = "displayName eq 'sg-shop'"
        found = await ask(graph.groups, filter=text, select=["id", "displayName"])
        assert [each.display_name for each in found.value] == ["sg-shop"]
        assert found.value[0].mail_nickname is None
        many = "startswith(displayName,'sg-many')"
        counted = await ask(graph.groups, filter=many, count=True, top=1, eventual=True)
        assert counted.odata_count == 210
        searched = await ask(graph.groups, search='"displayName:payments"', eventual=True)
        assert [each.display_name for each in searched.value] == ["sg-payments"]
        assert await ask(graph.groups.count, eventual=True) >= 214
        payments = graph.groups.by_group_id(searched.value[0].id)
        expanded = await ask(payments, expand=["members($select=id,displayName)"])
        assert [each.display_name for each in expanded.members] == ["Payments Developer"]
        ordered = await ask(graph.users, orderby=["displayName desc"])
        names = [each.display_name for each in ordered.value]
        assert names == sorted(names, key=str.lower, reverse=True)
        for name, text in (("search", '"displayName:x"'), ("filter", "displayName ne 'x'")):
            options: dict[str, Any] = {name: text}
            with pytest.raises(ODataError) as error:
                await ask(graph.groups, **options)
            assert refusal(error) == (400, "Request_UnsupportedQuery")

    served_graph.run(scenario)


def test_an_application_with_secrets_and_federated_credentials(served_graph: Graph) -> None:
    async def scenario(graph: Any) -> None:
        made = await graph.applications.post(Application(display_name="pipeline"))
        principal = await graph.service_principals.post(ServicePrincipal(app_id=made.app_id))
        by_app_id = await graph.service_principals_with_app_id(made.app_id).get()
        assert by_app_id.id == principal.id
        one = graph.applications.by_application_id(made.id)
        assert len((await one.owners.get()).value) == 1

        body = AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="x"))
        secret = await one.add_password.post(body)
        assert secret.secret_text
        assert (await one.get()).password_credentials[0].secret_text is None
        await one.remove_password.post(RemovePasswordPostRequestBody(key_id=secret.key_id))
        assert (await one.get()).password_credentials == []

        trusted = await one.federated_identity_credentials.post(
            FederatedIdentityCredential(
                name="main",
                issuer="https://token.actions.githubusercontent.com",
                subject="repo:contoso/app:ref:refs/heads/main",
                audiences=["api://AzureADTokenExchange"],
            )
        )
        listed = await one.federated_identity_credentials.get()
        assert [each.id for each in listed.value] == [trusted.id]
        named = one.federated_identity_credentials.by_federated_identity_credential_id("main")
        await named.patch(FederatedIdentityCredential(description="of main"))
        assert (await named.get()).description == "of main"
        await named.delete()
        assert (await one.federated_identity_credentials.get()).value == []
        await one.delete()
        with pytest.raises(ODataError) as error:
            await graph.service_principals.by_service_principal_id(principal.id).get()
        assert refusal(error) == (404, "Request_ResourceNotFound")

    served_graph.run(scenario)


def test_a_user_is_made_disabled_and_restored(served_graph: Graph) -> None:
    async def scenario(graph: Any) -> None:
        made = await graph.users.post(
            User(
                account_enabled=True,
                display_name="New",
                mail_nickname="new",
                user_principal_name="new@contoso.example",
                password_profile=PasswordProfile(password="new-Passw0rd"),
            )
        )
        one = graph.users.by_user_id(made.id)
        await one.patch(User(account_enabled=False, job_title="Tester"))
        assert (await one.get()).job_title == "Tester"
        assert (await one.revoke_sign_in_sessions.post()).value is True
        await one.delete()
        deleted = graph.directory.deleted_items
        assert [each.id for each in (await deleted.graph_user.get()).value] == [made.id]
        await deleted.by_directory_object_id(made.id).restore.post(None)
        assert (await one.get()).display_name == "New"
        await one.delete()
        await deleted.by_directory_object_id(made.id).delete()
        assert (await deleted.graph_user.get()).value == []

    served_graph.run(scenario)


def test_objects_by_id_and_the_organization(served_graph: Graph) -> None:
    people = [served_graph.account(name).object_id for name in ("shop-dev", "deployer")]

    async def scenario(graph: Any) -> None:
        body = GetByIdsPostRequestBody(ids=people, types=["user", "servicePrincipal"])
        found = await graph.directory_objects.get_by_ids.post(body)
        assert [type(each) for each in found.value] == [User, ServicePrincipal]
        (tenant,) = (await graph.organization.get()).value
        assert tenant.id == served_graph.world.tenant_id

    served_graph.run(scenario)


def test_who_may_not_is_told_so(served_graph: Graph) -> None:
    async def scenario(graph: Any) -> None:
        with pytest.raises(ODataError) as error:
            await graph.users.post(User(display_name="x"))
        assert refusal(error) == (403, "Authorization_RequestDenied")

    served_graph.run(scenario, who="deployer")

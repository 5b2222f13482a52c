from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.graph import documents
from rehearsal.cloud.graph.credentials import Credentials
from rehearsal.cloud.requests import Handled
from tests.support.arm import CLUSTER_USER, SG_PAYMENTS, SUBSCRIPTION, WORLD, Arm

if TYPE_CHECKING:
    from rehearsal.cloud.clock import ManualClock
    from tests.unit.cloud.portal.conftest import Portal

HOSTILE = "<script>alert('x')</script>"
HOSTILE_ID = "99999999-0000-4000-8000-000000000001"


def add_group(arm: Arm, name: str, object_id: str = HOSTILE_ID) -> None:
    document = documents.group(
        object_id=object_id, display_name=name, mail_nickname="x", created="2026-01-01T00:00:00Z"
    )
    arm.cloud.directory.put("Group", document)


def log(arm: Arm, path: str, status: int = 200, caller: str = "someone") -> None:
    now = datetime.now(UTC)
    arm.cloud.recent.append(Handled(now, "id", "GET", path, "Groups_List", status, 3, caller))


@pytest.mark.usefixtures("cluster")
def test_every_link_leads_to_a_page_and_no_page_shows_a_secret(portal: Portal, arm: Arm) -> None:
    pages = portal.crawl()
    for part in ("groups/", "users/", "servicePrincipals/", "resources/", "providers", "requests"):
        assert any(part in path for path in pages), part
    whole = "".join(pages.values())
    accounts = [WORLD.account(name) for name in ("deployer", "ci", "payments-dev", "outsider")]
    stored = [
        json.dumps(body) for kind in ("secret", "password") for _, body in arm.cloud.store.all(kind)
    ]
    hashes = {part for text in stored for part in text.split('"') if ":" in part and len(part) > 60}
    assert hashes
    for secret in ["314159", *(account.secret for account in accounts), *hashes]:
        assert secret not in whole


def test_a_page_runs_no_script_and_asks_no_other_host(portal: Portal) -> None:
    reply = portal.get("/")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert b"<script" not in reply.body
    assert b"http://" not in reply.body


def test_what_a_client_named_is_text_and_not_markup(portal: Portal, arm: Arm, cluster: str) -> None:
    add_group(arm, HOSTILE)
    arm.cloud.directory.add("members", SG_PAYMENTS, HOSTILE_ID)
    assert arm.assign(cluster, CLUSTER_USER, HOSTILE_ID).status == 201
    tags = arm.call("PATCH", cluster, {"tags": {HOSTILE: HOSTILE}})
    assert tags.status in {200, 202}, tags
    log(arm, f"/v1.0/{HOSTILE}")
    pages = portal.crawl()
    assert [path for path, source in pages.items() if "<script" in source] == []
    shown = [path for path, source in pages.items() if "&lt;script&gt;" in source]
    for part in ("groups", SG_PAYMENTS, "managedClusters", "roleAssignments", "requests"):
        assert any(part in path for path in shown), part


def test_a_name_that_utf_8_cannot_hold_is_shown_all_the_same(portal: Portal, arm: Arm) -> None:
    add_group(arm, "half \ud800")
    assert portal.get("/_portal/groups").status == 200
    assert portal.get(f"/_portal/groups/{HOSTILE_ID}").status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:12345", "", "[", "localhost.evil"])
def test_another_host_is_refused(portal: Portal, host: str) -> None:
    reply = portal.get("/", host=host)
    assert reply.status == 421
    assert b"https://localhost:12345" in reply.body


@pytest.mark.parametrize("host", ["localhost:12345", "127.0.0.1:12345", "[::1]:12345", "LOCALHOST"])
def test_the_names_of_this_machine_are_taken(portal: Portal, host: str) -> None:
    assert portal.get("/", host=host).status == 200


@pytest.mark.parametrize("folder", ["groups", "users", "servicePrincipals", "resources"])
def test_what_is_not_there_is_a_404_that_says_so(portal: Portal, folder: str) -> None:
    reply = portal.get(f"/_portal/{folder}/<script>")
    assert reply.status == 404
    assert "There is no " in reply.body.decode()
    assert "<script" not in reply.body.decode()


def test_a_user_is_not_shown_as_a_group(portal: Portal) -> None:
    assert portal.get(f"/_portal/groups/{WORLD.account('outsider').object_id}").status == 404


def test_a_cluster_shows_its_profile_and_its_nodes(portal: Portal, arm: Arm, cluster: str) -> None:
    issuer = arm.call("GET", cluster).body["properties"]["oidcIssuerProfile"]
    text = portal.text(f"/_portal/resources{cluster}")
    assert f"Tenant of its tokens {WORLD.tenant_id}" in text
    assert "Entra, managed by AKS on" in text
    assert "Azure RBAC inside off" in text
    assert "Local accounts off" in text
    shown = f"on {issuer['issuerURL']}" if issuer["enabled"] else "off"
    assert f"OIDC issuer {shown}" in text
    assert "Provisioning state Succeeded Power state Running" in text
    assert "sg-platform-admins" in text
    assert "Platform Admin user" in text
    assert "system System 2 Standard_D4ds_v5" in text


def test_an_inherited_assignment_is_shown_where_it_counts(portal: Portal, cluster: str) -> None:
    text = portal.text(f"/_portal/resources{cluster}")
    assert "deployer service principal Contributor subscription inherited" in text


def test_an_admin_group_that_is_gone_is_named_as_such(
    portal: Portal, arm: Arm, cluster: str
) -> None:
    admins = arm.call("GET", cluster).body["properties"]["aadProfile"]["adminGroupObjectIDs"]
    arm.cloud.directory.remove("Group", admins[0])
    assert f"{admins[0]} no such group" in portal.text(f"/_portal/resources{cluster}")


def test_the_overview_counts_and_lists(portal: Portal, cluster: str) -> None:
    text = portal.text("/")
    assert "1 clusters" in text
    assert "Contoso (rehearsal) contoso.example" in text
    assert f"{cluster.rsplit('/', 1)[-1]} in rg-aks-dev Succeeded Running" in text
    assert "nodes of aks-dev" in text


def test_expired_secrets_are_marked(portal: Portal, arm: Arm, clock: ManualClock) -> None:
    account = WORLD.account("ci")
    path = f"/_portal/servicePrincipals/{account.object_id}"
    credentials = Credentials(arm.cloud.store, clock)
    credentials.add_secret(account.app_id, end=clock.now() + timedelta(days=1), display_name="ci-1")
    assert "2026-01-02T00:00:00Z" in portal.text(path)
    assert "expired" not in portal.text(path)
    clock.advance(timedelta(days=2))
    assert "2026-01-02T00:00:00Z expired" in portal.text(path)


def test_the_last_requests_are_shown_without_those_of_the_pages(portal: Portal, arm: Arm) -> None:
    for path in ("/", "/_portal/groups", "/_local/health"):
        log(arm, path)
    log(arm, "/v1.0/groups", 403)
    log(arm, "/v1.0/users", 0, WORLD.account("ci").app_id)
    text = portal.text("/_portal/requests")
    assert "403 Groups_List GET /v1.0/groups someone 3" in text
    assert "dropped Groups_List GET /v1.0/users ci 3" in text
    assert text.index("dropped Groups_List GET /v1.0/users") < text.index("GET /v1.0/groups")
    assert "/_portal/groups" not in text
    assert "/_local/health" not in text


def test_faults_in_force_are_shown_on_the_overview(portal: Portal, arm: Arm) -> None:
    assert "Faults in force" not in portal.text("/")
    arm.cloud.faults.replace(
        {"lag": {"graph": 7}, "rules": [{"route": "Groups_*", "status": 429, "count": 2}]}
    )
    text = portal.text("/")
    assert "Faults in force" in text
    assert "route Groups_*, status 429, count 2 0 0" in text
    assert "changes of graph are seen after 7 s" in text


def test_registrations_are_shown_as_they_advance(
    portal: Portal, arm: Arm, clock: ManualClock
) -> None:
    feature = f"{SUBSCRIPTION}/providers/Microsoft.Features/providers/Microsoft.ContainerService"
    path = "/_portal/providers"
    assert "Microsoft.ContainerService/AAD-V2 NotRegistered" in portal.text(path)
    assert (
        arm.call("POST", f"{feature}/features/AAD-V2/register", version="2021-07-01").status == 200
    )
    assert "Microsoft.ContainerService/AAD-V2 Registering" in portal.text(path)
    clock.advance(timedelta(seconds=5))
    assert "Microsoft.ContainerService/AAD-V2 Registered" in portal.text(path)

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from rehearsal.cloud.aks.kubeconfig import SERVER_APP_ID
from rehearsal.cloud.entra.tokens import issue, v1_issuer
from rehearsal.cloud.web import Request
from tests.support.webhook import ApiServer

if TYPE_CHECKING:
    from rehearsal.cloud.aks.runtime_files import ClusterFiles
    from rehearsal.cloud.clock import ManualClock
    from rehearsal.cloud.context import Cloud

USER_ID = "44444444-4444-4444-8444-444444444444"
GROUP_ID = "55555555-5555-4555-8555-555555555555"
OVERAGE = {
    "_claim_names": {"groups": "src1"},
    "_claim_sources": {"src1": {"endpoint": "https://localhost/getMemberObjects"}},
}


class Webhook(ApiServer):
    """Asks about tokens."""

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims of a user's token for the cluster; None takes one out."""
        tenant_id = self.cloud.directory.tenant().id
        now = int(self.cloud.clock.now().timestamp())
        claims = {
            "aud": SERVER_APP_ID,
            "iss": v1_issuer(tenant_id),
            "tid": tenant_id,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "oid": USER_ID,
            "upn": "payments-dev@contoso.example",
            "uti": "token-one",
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def review(self, token: str) -> dict[str, Any]:
        """The `status` of the answer to a TokenReview."""
        answer = self.send(
            "tokenreview",
            {
                "apiVersion": "authentication.k8s.io/v1",
                "kind": "TokenReview",
                "spec": {"token": token},
            },
        )
        assert answer.status == 200, "an API server shows nothing of any other status"
        assert answer.body["kind"] == "TokenReview"
        return answer.body["status"]

    def review_claims(self, **changes: Any) -> dict[str, Any]:
        return self.review(issue(self.cloud, self.claims(**changes)))


@pytest.fixture
def webhook(cloud: Cloud, files: ClusterFiles) -> Webhook:
    return Webhook(cloud, files)


def test_a_user_is_known_by_upn_and_by_the_groups_of_the_claim(webhook: Webhook) -> None:
    status = webhook.review_claims(groups=[GROUP_ID])
    assert status == {
        "authenticated": True,
        "user": {
            "username": "payments-dev@contoso.example",
            "groups": [GROUP_ID],
            "extra": {"oid": [USER_ID]},
        },
    }


def test_a_service_principal_is_known_by_its_object_id(webhook: Webhook) -> None:
    status = webhook.review_claims(upn=None, idtyp="app", appid="an-app")
    assert status["user"]["username"] == USER_ID


def test_without_the_claim_and_without_a_sign_of_overage_there_are_no_groups(
    webhook: Webhook,
) -> None:
    many = webhook.cloud.directory.find_by_upn("many-groups@contoso.example")
    assert many is not None
    assert webhook.review_claims(oid=many.object_id)["user"]["groups"] == []


def test_on_overage_the_directory_is_asked_for_all_groups_of_the_user(webhook: Webhook) -> None:
    many = webhook.cloud.directory.find_by_upn("many-groups@contoso.example")
    assert many is not None
    status = webhook.review_claims(oid=many.object_id, upn=many.upn, **OVERAGE)
    assert len(status["user"]["groups"]) > 200


def test_on_overage_a_service_principal_is_refused(webhook: Webhook) -> None:
    status = webhook.review_claims(upn=None, idtyp="app", **OVERAGE)
    assert status["authenticated"] is False
    assert USER_ID in status["error"]
    assert "groups" in status["error"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"aud": "https://graph.microsoft.com"}, "audience"),
        ({"iss": "https://sts.windows.net/another/"}, "issuer"),
        ({"tid": "another"}, "tenant"),
        ({"exp": 1}, "expired"),
        ({"oid": None}, "oid"),
    ],
)
def test_a_token_that_is_not_for_this_cluster_is_refused(
    webhook: Webhook, changes: dict[str, Any], said: str
) -> None:
    status = webhook.review_claims(**changes)
    assert status["authenticated"] is False
    assert said in status["error"]
    assert "user" not in status


def test_the_audience_may_be_spelled_with_spn(webhook: Webhook) -> None:
    assert webhook.review_claims(aud=f"spn:{SERVER_APP_ID}")["authenticated"] is True


def test_a_token_expires_with_the_clock(webhook: Webhook, clock: ManualClock) -> None:
    token = issue(webhook.cloud, webhook.claims())
    assert webhook.review(token)["authenticated"] is True
    clock.advance(timedelta(hours=2))
    assert "expired" in webhook.review(token)["error"]


def test_a_token_that_somebody_else_signed_is_refused(webhook: Webhook) -> None:
    kid = webhook.cloud.keys.current().kid
    stranger = rsa.generate_private_key(65537, 2048)
    token = jwt.encode(webhook.claims(), stranger, "RS256", headers={"kid": kid})
    assert "signature" in webhook.review(token)["error"]


def test_an_unsigned_token_is_refused(webhook: Webhook) -> None:
    kid = webhook.cloud.keys.current().kid
    token = jwt.encode(webhook.claims(), "", "none", headers={"kid": kid})
    assert webhook.review(token)["authenticated"] is False


def test_what_is_no_jwt_is_refused(webhook: Webhook) -> None:
    assert webhook.review("not-a-token")["authenticated"] is False


def test_nobody_but_the_clusters_api_server_may_ask(webhook: Webhook) -> None:
    assert webhook.send("tokenreview", {}, bearer="guessed").status == 401
    assert webhook.send("tokenreview", {}, bearer="").status == 401


def test_a_cluster_that_is_not_there_is_answered_like_a_wrong_bearer(cloud: Cloud) -> None:
    for key in ("unknown", "..", "%2e%2e"):
        request = Request("POST", f"/_aks/{key}/tokenreview", headers={"authorization": "Bearer "})
        assert cloud.router.handle(request).status == 401


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"apiVersion": "authentication.k8s.io/v1beta1", "kind": "TokenReview", "spec": {}},
        {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": 1}},
    ],
)
def test_a_body_that_is_no_token_review_is_a_bad_request(webhook: Webhook, body: Any) -> None:
    assert webhook.send("tokenreview", body).status == 400


def test_the_guard_log_tells_who_came_and_holds_no_token(webhook: Webhook) -> None:
    token = issue(webhook.cloud, webhook.claims(groups=[GROUP_ID]))
    webhook.review(token)
    webhook.review_claims(tid="another")
    accepted, refused = webhook.guard_log()
    assert accepted["user"] == "payments-dev@contoso.example"
    assert accepted["groups"] == 1
    assert accepted["uti"] == "token-one"
    assert refused["authenticated"] is False
    assert "tenant" in refused["error"]
    assert token not in webhook.files.guard_log.read_text()

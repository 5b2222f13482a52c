"""What the providers send again, and after how long: as the vendors' clients do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from rehearsal.providers.azure_native import AzureNative
from rehearsal.providers.azuread import AzureAd
from rehearsal.providers.provider import Provider
from tests.support.provider_host import Hosted, RefusedError, hosted
from tests.support.wire import ENVIRONMENT, SUBSCRIPTION, Wire, token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER = "/v1.0/users/u"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
CREDENTIALS = (
    f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks/listClusterUserCredential"
)
LIVE = {"id": "u", "userPrincipalName": "u@contoso.example"}


class Line:
    """A wire that fails first; `waits` are the seconds that were waited."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._broken: list[tuple[str, httpx.Response | None]] = []
        self.waits: list[float] = []

    def breaks(self, method: str, times: int, answer: httpx.Response | None = None) -> None:
        """Answer these requests so; None: drop their connections."""
        self._broken += [(method, answer)] * times

    def answer(self, request: httpx.Request) -> httpx.Response:
        login = request.url.path.endswith("/token")
        kind = "login" if login else request.method
        if self._broken and self._broken[0][0] == kind:
            answer = self._broken.pop(0)[1]
            if answer is None:
                raise httpx.RemoteProtocolError("Server disconnected", request=request)
            return answer
        if login:
            return httpx.Response(200, json={"access_token": token(), "expires_in": 3600})
        return self._wire.transport().handle_request(request)


@pytest.fixture
def line(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Line:
    made = Line(wire)

    def wait(_: Provider, seconds: float) -> None:
        made.waits.append(seconds)

    monkeypatch.setattr(Provider, "wait", wait)
    return made


@pytest.fixture
def directory(line: Line) -> Iterator[Hosted]:
    with hosted(AzureAd(ENVIRONMENT, httpx.MockTransport(line.answer))) as provider:
        provider.configure()
        yield provider


@pytest.fixture
def azure(line: Line) -> Iterator[Hosted]:
    with hosted(AzureNative(ENVIRONMENT, httpx.MockTransport(line.answer))) as provider:
        provider.configure()
        yield provider


def look_up(directory: Hosted) -> Any:
    return directory.invoke("azuread:index/getUser:getUser", {"objectId": "u"})


def credentials(azure: Hosted) -> Any:
    names = {"resourceGroupName": "rg", "resourceName": "aks"}
    return azure.invoke("azure-native:containerservice:listManagedClusterUserCredentials", names)


def test_graph_is_asked_again_after_ever_longer_waits(
    directory: Hosted, line: Line, wire: Wire
) -> None:
    line.breaks("GET", 2, httpx.Response(503))
    line.breaks("GET", 1)
    line.breaks("GET", 1, httpx.Response(429, headers={"Retry-After": "7"}))
    wire.expect("GET", USER, 200, LIVE)
    assert look_up(directory)["objectId"] == "u"
    assert line.waits == [1, 2, 4, 7]


def test_graph_s_conflicts_are_final(directory: Hosted, line: Line) -> None:
    line.breaks(
        "GET", 1, httpx.Response(409, json={"error": {"code": "AnotherOperationInProgress"}})
    )
    with pytest.raises(RefusedError, match="409"):
        look_up(directory)
    assert line.waits == []


GROUP_URN = "urn:pulumi:dev::aks-entra::azuread:index/group:Group::admins"
GROUP_INPUTS = {"displayName": "admins", "securityEnabled": True}
UNNAMED = {"id": "g", "displayName": "TERRAFORM_UPDATE_x", "securityEnabled": True}
NAMED = UNNAMED | {"displayName": "admins"}


def test_a_group_whose_post_gets_no_answer_is_not_made_twice(
    directory: Hosted, line: Line, wire: Wire
) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    line.breaks("POST", 1)
    with pytest.raises(RefusedError, match="no answer"):
        directory.create(GROUP_URN, GROUP_INPUTS)
    assert line.waits == []


def test_a_group_that_cannot_be_renamed_for_a_broken_line_is_kept_for_an_update(
    directory: Hosted, line: Line, wire: Wire
) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("POST", "/v1.0/groups", 201, {"id": "g"})
    line.breaks("PATCH", 1)
    for path, answer in (("", UNNAMED), ("", UNNAMED), ("/members", None), ("/owners", None)):
        wire.expect("GET", f"/v1.0/groups/g{path}", 200, answer or {"value": []})
    with pytest.raises(RefusedError) as refused:
        directory.create(GROUP_URN, GROUP_INPUTS)
    assert refused.value.partial is not None
    assert refused.value.partial.id == "/groups/g"


def test_a_group_that_is_not_there_yet_is_awaited(
    directory: Hosted, line: Line, wire: Wire
) -> None:
    wire.expect("GET", "/v1.0/groups", 200, {"value": []})
    wire.expect("POST", "/v1.0/groups", 201, {"id": "g"})
    line.breaks("PATCH", 2, httpx.Response(404))
    wire.expect("PATCH", "/v1.0/groups/g", 204)
    wire.expect("GET", "/v1.0/groups/g", 404)
    for path, answer in (("", NAMED), ("", NAMED), ("", NAMED), ("/members", None)):
        wire.expect("GET", f"/v1.0/groups/g{path}", 200, answer or {"value": []})
    wire.expect("GET", "/v1.0/groups/g/owners", 200, {"value": []})
    directory.create(GROUP_URN, GROUP_INPUTS)
    assert line.waits == [1, 2, 1]


def test_arm_is_sent_everything_again(azure: Hosted, line: Line, wire: Wire) -> None:
    line.breaks("POST", 1)
    line.breaks("POST", 1, httpx.Response(504))
    wire.expect("POST", CREDENTIALS, 200, {"kubeconfigs": []})
    assert credentials(azure) == {"kubeconfigs": []}
    assert line.waits == [20, 60]


@pytest.mark.parametrize("code", ["AnotherOperationInProgress", "OperationNotAllowed"])
def test_arm_s_conflicts_are_final_but_for_one(
    azure: Hosted, line: Line, wire: Wire, code: str
) -> None:
    line.breaks("POST", 1, httpx.Response(409, json={"code": code, "message": "Wait."}))
    if code == "AnotherOperationInProgress":
        wire.expect("POST", CREDENTIALS, 200, {"kubeconfigs": []})
        credentials(azure)
        assert line.waits == [20]
    else:
        with pytest.raises(RefusedError, match=code):
            credentials(azure)


@pytest.mark.parametrize("fail", [None, httpx.Response(429), httpx.Response(503)])
def test_a_login_is_tried_again(
    directory: Hosted, line: Line, wire: Wire, fail: httpx.Response | None
) -> None:
    line.breaks("login", 2, fail)
    wire.expect("GET", USER, 200, LIVE)
    look_up(directory)
    assert line.waits == [0.8, 2.4]


@pytest.mark.parametrize("ask", [look_up, credentials])
def test_a_refused_login_is_final(
    directory: Hosted, azure: Hosted, line: Line, ask: Callable[[Hosted], Any]
) -> None:
    line.breaks("login", 1, httpx.Response(401, json={"error_description": "AADSTS7000215"}))
    with pytest.raises(RefusedError, match="AADSTS7000215"):
        ask(directory if ask is look_up else azure)
    assert line.waits == []

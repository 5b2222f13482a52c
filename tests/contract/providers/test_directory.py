from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.provider_host import Hosted, RefusedError

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json
    from tests.contract.providers.conftest import Made

GET_GROUP = "azuread:index/getGroup:getGroup"
GET_USER = "azuread:index/getUser:getUser"


def test_a_group_gains_and_loses_members(directory: Hosted, admins: Made, deployer: Json) -> None:
    person = directory.invoke(GET_USER, {"userPrincipalName": "platform-admin@contoso.example"})
    both = sorted([deployer["objectId"], person["objectId"]])
    assert admins.change(members=both)["members"] == both
    assert admins.drift() != set()
    assert admins.change()["members"] == [deployer["objectId"]]
    assert admins.drift() == set()


def test_a_group_is_found_by_name_and_by_id(directory: Hosted) -> None:
    by_name = directory.invoke(GET_GROUP, {"displayName": "sg-payments"})
    by_id = directory.invoke(GET_GROUP, {"objectId": by_name["objectId"]})
    assert by_id["displayName"] == "sg-payments"
    assert by_id["members"]


def test_a_name_that_no_group_has_is_an_error(directory: Hosted) -> None:
    with pytest.raises(RefusedError, match='No group found with displayName: "sg-nobody"'):
        directory.invoke(GET_GROUP, {"displayName": "sg-nobody"})


def test_a_duplicate_name_is_refused(directory: Hosted, admins: Made) -> None:
    with pytest.raises(RefusedError, match="'contract-admins' already exists"):
        directory.create(f"{admins.urn}-2", admins.inputs)


def test_the_deployer_finds_itself(directory: Hosted, deployer: Json) -> None:
    token = "azuread:index/getServicePrincipal:getServicePrincipal"
    found = directory.invoke(token, {"objectId": deployer["objectId"]})
    assert found["clientId"] == deployer["clientId"]
    both = directory.invoke("azuread:index/getClientConfig:getClientConfig")
    assert both["objectId"] == deployer["objectId"]

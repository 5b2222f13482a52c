from __future__ import annotations

from typing import Any

import pytest

from rehearsal.providers.arm_shapes import preview_outputs
from rehearsal.providers.arm_types import TYPES
from rehearsal.providers.codec import UNKNOWN
from rehearsal.providers.diffs import changes, drift, response

POOL = {"name": "system", "networkProfile": {"nodePublicIPTags": ["a"]}}
OTHER = {"name": "work", "networkProfile": {"nodePublicIPTags": ["b"]}}
REPLACE = ("agentPoolProfiles.networkProfile.nodePublicIPTags",)


def replaced(old: list[Any], new: list[Any]) -> list[str]:
    found = changes({"agentPoolProfiles": old}, {"agentPoolProfiles": new})
    assert found
    return list(response(found, REPLACE).replaces)


@pytest.mark.parametrize(("old", "new"), [([POOL, OTHER], [POOL]), ([POOL], [POOL, OTHER])])
def test_an_element_that_a_list_gains_or_loses_replaces_nothing(
    old: list[Any], new: list[Any]
) -> None:
    assert replaced(old, new) == []


def test_a_property_of_an_element_replaces_where_it_is_said_to() -> None:
    moved = {**POOL, "networkProfile": {"nodePublicIPTags": "c"}}
    place = "agentPoolProfiles[0].networkProfile.nodePublicIPTags"
    assert replaced([POOL], [moved]) == [place]


def test_a_pool_that_the_service_added_leaves_what_is_stated_of_the_others() -> None:
    stated, told = {"name": "system"}, {"name": "system", "count": 3}
    found = drift([stated], [told], [told, {"name": "work", "count": 1}])
    assert found == [stated, {"name": "work", "count": 1}]


def test_defaults_that_the_service_told_at_once_are_no_drift() -> None:
    told = [{"name": "system", "count": 3}, {"name": "extra"}]
    assert drift([{"name": "system"}], told, told) == [{"name": "system"}]


def test_identities_that_are_answered_as_a_map_are_unknown_in_a_preview() -> None:
    given = {"type": "UserAssigned", "userAssignedIdentities": ["/an/id"]}
    kind = TYPES["containerservice:ManagedCluster"]
    shown = preview_outputs(kind, {"identity": given}, {})["identity"]
    assert shown["userAssignedIdentities"] == UNKNOWN
    assert given["userAssignedIdentities"] == ["/an/id"], "the inputs stay as they are"

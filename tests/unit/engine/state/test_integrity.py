from __future__ import annotations

from dataclasses import replace

import pytest

from rehearsal.engine import integrity, urns
from rehearsal.engine.state import Resource, Snapshot


def row(name: str, kind: str = "pkg:index:Thing", identifier: str = "id") -> Resource:
    return Resource(urns.make("dev", "suite", "", kind, name), kind, custom=True, id=identifier)


A, B = row("a"), row("b")
PROVIDER = row("default", "pulumi:providers:pkg", "an-id")


@pytest.mark.parametrize(
    "dependent",
    [
        replace(B, parent=A.urn),
        replace(B, dependencies=(A.urn,)),
        replace(B, property_dependencies={"x": (A.urn,)}),
        replace(B, deleted_with=A.urn),
        replace(B, provider=f"{A.urn}::id"),
    ],
)
def test_a_row_comes_after_each_one_it_refers_to(dependent: Resource) -> None:
    integrity.verify(Snapshot((A, dependent)))
    with pytest.raises(integrity.IntegrityError, match="comes later"):
        integrity.verify(Snapshot((dependent, A)))
    with pytest.raises(integrity.IntegrityError, match="is absent"):
        integrity.verify(Snapshot((dependent,)))


def test_a_urn_appears_twice_only_if_all_but_one_are_to_be_deleted() -> None:
    integrity.verify(Snapshot((A, replace(A, delete=True), replace(A, delete=True))))
    with pytest.raises(integrity.IntegrityError, match="appears twice"):
        integrity.verify(Snapshot((A, A)))


def test_a_component_has_no_id() -> None:
    with pytest.raises(integrity.IntegrityError, match="is no custom resource"):
        integrity.verify(Snapshot((replace(A, custom=False),)))


def test_a_malformed_provider_reference_is_a_problem() -> None:
    with pytest.raises(integrity.IntegrityError, match="provider nonsense"):
        integrity.verify(Snapshot((replace(A, provider="nonsense"),)))


def test_all_problems_are_told_at_once() -> None:
    broken = Resource("nonsense", "t", custom=False, id="x", parent=A.urn)
    with pytest.raises(integrity.IntegrityError) as caught:
        integrity.verify(Snapshot((broken,)))
    assert len(caught.value.problems) == 3


def test_a_sound_state_has_no_problem() -> None:
    thing = replace(A, provider=urns.reference(PROVIDER.urn, PROVIDER.id))
    assert list(integrity.find_problems((PROVIDER, thing))) == []

from __future__ import annotations

import pytest

from rehearsal.engine import urns

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"


def test_the_stack_qualifies_no_type() -> None:
    assert urns.stack_urn("dev", "shop") == STACK
    assert urns.make("dev", "shop", STACK, "a:b:C", "x") == "urn:pulumi:dev::shop::a:b:C::x"


def test_a_parent_qualifies_the_type_of_its_child() -> None:
    parent = urns.make("dev", "shop", STACK, "a:b:C", "x")
    child = urns.make("dev", "shop", parent, "d:e:F", "x::y")
    assert child == "urn:pulumi:dev::shop::a:b:C$d:e:F::x::y"
    assert urns.type_of(child) == "d:e:F"
    assert urns.qualified_type_of(child) == "a:b:C$d:e:F"
    assert urns.name_of(child) == "x::y", "a name may hold the separator"
    assert (urns.stack_of(child), urns.project_of(child)) == ("dev", "shop")


def test_a_urn_can_be_moved_to_another_stack() -> None:
    assert urns.renamed(STACK, "prd", "shop") == STACK.replace(":dev::", ":prd::")


@pytest.mark.parametrize("text", ["", "urn:pulumi:dev::shop", "x::y::z::w", "urn:pulumi:a::b::c"])
def test_what_is_no_urn_is_refused(text: str) -> None:
    assert not urns.is_valid(text)
    with pytest.raises(urns.InvalidUrnError):
        urns.name_of(text)


@pytest.mark.parametrize(
    ("version", "name"), [("", "default"), ("4.34.2", "default_4_34_2"), ("1.0-a", "default_1_0_a")]
)
def test_default_providers_are_named_by_their_version(version: str, name: str) -> None:
    urn = urns.default_provider_urn("dev", "shop", "kubernetes", version)
    assert urn == f"urn:pulumi:dev::shop::pulumi:providers:kubernetes::{name}"
    assert urns.is_default_provider(urn)


def test_an_explicit_provider_is_no_default_one() -> None:
    urn = urns.make("dev", "shop", STACK, urns.provider_type("kubernetes"), "cluster")
    assert not urns.is_default_provider(urn)
    assert not urns.is_default_provider(STACK)


def test_packages_come_from_tokens_and_provider_types() -> None:
    assert urns.package_of("kubernetes:core/v1:Pod") == "kubernetes"
    assert urns.package_of("pulumi:providers:kubernetes") == "kubernetes"


def test_provider_references_hold_urn_and_id() -> None:
    assert urns.split_reference(urns.reference(STACK, "an-id")) == (STACK, "an-id")


@pytest.mark.parametrize("text", ["", "an-id", "a::b"])
def test_what_is_no_provider_reference_is_refused(text: str) -> None:
    with pytest.raises(urns.InvalidUrnError):
        urns.split_reference(text)

from __future__ import annotations

import uuid

from components import naming


def test_children_of_teams_with_similar_names_never_share_a_name() -> None:
    assert naming.child("a", "b-c", "viewer") != naming.child("a-b", "c", "viewer")


def test_a_text_that_is_a_name_already_stays_as_it_is() -> None:
    assert naming.slug("sg-payments") == "sg-payments"


def test_texts_that_would_look_alike_get_different_slugs() -> None:
    texts = ["SG Payments", "sg-payments", "sg payments", "sg.payments", "sg_payments"]
    assert len({naming.slug(text) for text in texts}) == len(texts)


def test_a_slug_of_strange_letters_is_still_a_name() -> None:
    slug = naming.slug("組")
    assert slug
    assert slug[0].isalnum()


def test_a_dns_prefix_has_no_underscore_and_at_most_54_characters() -> None:
    assert naming.dns_prefix("aks_dev") == "aks-dev"
    assert naming.dns_prefix("a" * 53 + "-" + "b" * 9) == "a" * 53


def test_the_name_of_an_assignment_is_the_same_guid_whatever_the_case_of_its_parts() -> None:
    name = naming.role_assignment_name("/Subscriptions/S", "ROLE", "Principal")
    assert uuid.UUID(name).version == 5
    assert name == naming.role_assignment_name("/subscriptions/s", "role", "principal")
    assert name != naming.role_assignment_name("/subscriptions/s", "role", "another")

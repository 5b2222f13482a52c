"""Whatever stands in a token comes back as it was; whatever is changed on the way is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.cloud.clock import ManualClock
from rehearsal.cloud.entra.tokens import InvalidTokenError, issue, v1_issuer, verify_token
from tests.support.identity import AKS_SERVER, TENANT, unserved_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.cloud.context import Cloud

CLAIMS = st.dictionaries(
    st.text(min_size=1).filter(lambda name: name not in {"sub", "jti", "iat"}),
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.lists(st.text()),
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    made = unserved_cloud(tmp_path_factory.mktemp("home"), ManualClock())
    yield made
    made.store.close()


def good(cloud: Cloud, extra: dict[str, Any]) -> dict[str, Any]:
    now = int(cloud.clock.now().timestamp())
    registered = {
        "aud": AKS_SERVER,
        "iss": v1_issuer(TENANT),
        "tid": TENANT,
        "exp": now + 60,
        "nbf": now,
    }
    return extra | registered


def verify(cloud: Cloud, token: str) -> dict[str, Any]:
    return verify_token(
        cloud, token, audiences=[AKS_SERVER], issuers=[v1_issuer(TENANT)], tenant_id=TENANT
    )


@given(extra=CLAIMS)
def test_claims_come_back_as_they_were(cloud: Cloud, extra: dict[str, Any]) -> None:
    claims = good(cloud, extra)
    assert verify(cloud, issue(cloud, claims)) == claims


@given(data=st.data())
def test_any_changed_character_is_refused(cloud: Cloud, data: st.DataObject) -> None:
    token = issue(cloud, good(cloud, {}))
    # The last character of each part may carry bits that decode to nothing.
    ends = {len(token) - 1, *(place - 1 for place, text in enumerate(token) if text == ".")}
    place = data.draw(st.sampled_from([at for at in range(len(token)) if at not in ends]))
    letter = data.draw(
        st.sampled_from([each for each in "AZaz09-_." if each != token[place]]), "letter"
    )
    with pytest.raises(InvalidTokenError):
        verify(cloud, token[:place] + letter + token[place + 1 :])


@given(seconds=st.integers(-7200, 7200))
def test_a_token_is_good_from_its_start_to_its_end(cloud: Cloud, seconds: int) -> None:
    claims = good(cloud, {})
    moment = ManualClock()
    start = moment.now().timestamp()
    token = issue(cloud, claims | {"nbf": int(start) + seconds, "exp": int(start) + seconds + 600})
    then = replace(cloud, clock=moment)
    if seconds <= 0 < seconds + 600:
        verify(then, token)
    else:
        with pytest.raises(InvalidTokenError):
            verify(then, token)

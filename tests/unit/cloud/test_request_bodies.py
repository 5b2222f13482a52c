from __future__ import annotations

import pytest

from rehearsal.cloud.web import Request


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"NaN", b'{"a": 1e999}', b'{"a": "\\ud800"}', b"[" * 5000 + b"]" * 5000],
    ids=["empty", "cut off", "not UTF-8", "NaN", "infinite", "half a surrogate pair", "too deep"],
)
def test_a_body_that_cannot_be_kept_is_refused_before_it_is_used(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Request("PUT", "/", body=body).json()


def test_a_body_is_read_as_it_is() -> None:
    body = b'{"a": [1, 2.5, true, null, "\\ud83d\\ude00"]}'
    assert Request("PUT", "/", body=body).json() == {"a": [1, 2.5, True, None, "\U0001f600"]}

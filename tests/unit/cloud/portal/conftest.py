"""A local Azure with one cluster, and a reader of its portal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from rehearsal.cloud.web import Reply, Request
from tests.support.arm import SG_ADMINS

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from tests.support.arm import Arm


class Portal:
    """Reads pages as a browser without scripts would, but in this process."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def get(self, path: str, host: str = "localhost:12345") -> Reply:
        parts = urlsplit(path)
        return self.cloud.router.handle(Request("GET", unquote(parts.path), {}, {"host": host}))

    def text(self, path: str) -> str:
        """What a person reads on a page: no tags, and one space between words."""
        reply = self.get(path)
        assert reply.status == 200, path
        without_tags = re.sub(
            "<style>.*?</style>|<[^>]*>", " ", reply.body.decode(), flags=re.DOTALL
        )
        return " ".join(without_tags.split()).replace(" ,", ",")

    def crawl(self) -> dict[str, str]:
        """The source of every page that can be reached from the first, by address."""
        found: dict[str, str] = {}
        frontier = ["/"]
        while frontier:
            path = frontier.pop()
            reply = self.get(path)
            assert reply.status == 200, f"a link leads to {path}, which answers {reply.status}"
            found[path] = reply.body.decode()
            # Some pages list hundreds that are alike.
            links = re.findall('href="([^"#]+)', found[path])[:60]
            frontier.extend(link for link in set(links) if link not in {*found, *frontier})
        return found


@pytest.fixture
def cluster(arm: Arm) -> str:
    """A cluster that sg-platform-admins administers; its id."""
    made = arm.cluster(arm.group())
    document = arm.call("GET", made).body
    assert document["properties"]["aadProfile"]["adminGroupObjectIDs"] == [SG_ADMINS]
    return document["id"]


@pytest.fixture
def portal(arm: Arm) -> Portal:
    return Portal(arm.cloud)

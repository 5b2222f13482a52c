"""What the portal tells of deployments, and how it answers a client that only looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rehearsal.cloud.web import Request
from tests.support.arm_templates import deployed, identity, template

if TYPE_CHECKING:
    from tests.support.arm import Arm
    from tests.unit.cloud.portal.conftest import Portal


def test_a_group_shows_its_deployments_and_why_they_failed(portal: Portal, arm: Arm) -> None:
    group = arm.group()
    assert "Deployments" not in portal.text(f"/_portal/resources{group}")

    deployed(arm, group, template(identity("a", unheard_of=1)))

    text = portal.text(f"/_portal/resources{group}")
    assert "Deployments Deployment State Time Error main Failed" in text
    assert "InvalidRequestContent" in text
    assert "unheard_of" in text
    deployed(arm, group, template(identity("a")))
    assert "main Succeeded" in portal.text(f"/_portal/resources{group}")


@pytest.mark.parametrize("path", ["/", "/_portal/users", "/_portal/users/nobody"])
def test_a_client_may_look_whether_a_page_is_there(portal: Portal, arm: Arm, path: str) -> None:
    headers = {"host": "localhost:12345"}
    head = arm.cloud.router.handle(Request("HEAD", path, {}, headers))
    assert (head.status, head.headers) == (portal.get(path).status, portal.get(path).headers)

"""The routes of Entra ID."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rehearsal.cloud.entra import authorize, device, discovery
from rehearsal.cloud.entra.token_endpoint import token

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Reply, Request

    PlaneHandler = Callable[[Cloud, Request], Reply]

OPENID = ".well-known/openid-configuration"


def register(cloud: Cloud) -> None:
    """Add Entra's routes; `common` routes stand before those with a tenant."""

    def v1_token(plane: Cloud, request: Request) -> Reply:
        return token(plane, request, 1)

    def v2_token(plane: Cloud, request: Request) -> Reply:
        return token(plane, request, 2)

    def v1_device(plane: Cloud, request: Request) -> Reply:
        return device.device_code(plane, request, 1)

    def v2_device(plane: Cloud, request: Request) -> Reply:
        return device.device_code(plane, request, 2)

    routes: list[tuple[str, str, str, PlaneHandler]] = [
        ("GET", "/common/discovery/instance", "Instance_Discover", discovery.instance),
        ("GET", "/common/userrealm/{upn}", "UserRealm_Get", discovery.user_realm),
        ("GET", device.PAGE, "DeviceLogin_Show", device.show_page),
        ("POST", device.PAGE, "DeviceLogin_Answer", device.answer_page),
        ("GET", f"/{{tenant}}/v2.0/{OPENID}", "OpenIdV2_Get", discovery.openid_v2),
        ("GET", f"/{{tenant}}/{OPENID}", "OpenId_Get", discovery.openid_v1),
        ("GET", "/{tenant}/discovery/v2.0/keys", "KeysV2_List", discovery.keys),
        ("GET", "/{tenant}/discovery/keys", "Keys_List", discovery.keys),
        ("POST", "/{tenant}/oauth2/v2.0/token", "TokenV2_Create", v2_token),
        ("POST", "/{tenant}/oauth2/token", "Token_Create", v1_token),
        ("POST", "/{tenant}/oauth2/v2.0/devicecode", "DeviceCodeV2_Create", v2_device),
        ("POST", "/{tenant}/oauth2/devicecode", "DeviceCode_Create", v1_device),
    ]
    for path in ("/{tenant}/oauth2/v2.0/authorize", "/{tenant}/oauth2/authorize"):
        routes.append(("GET", path, "Authorize_Show", authorize.show_page))
        routes.append(("POST", path, "Authorize_Answer", authorize.answer_page))
    for method, pattern, operation, handler in routes:
        cloud.router.add(method, pattern, operation, partial(handler, cloud))

"""The device authorization grant (RFC 8628): the code for the device, the page for the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.entra.clients import identify, require_public
from rehearsal.cloud.entra.discovery import tenant_id
from rehearsal.cloud.entra.errors import message
from rehearsal.cloud.entra.pages import form_page, message_page
from rehearsal.cloud.entra.people import LogInError, log_in
from rehearsal.cloud.entra.resources import v1_target, v2_target
from rehearsal.cloud.entra.sessions import DEVICE_LIFETIME, Grant, Sessions, new_user_code
from rehearsal.cloud.entra.token_endpoint import form_fields
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.replies import Version
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Request

# Entra says 5; nothing is gained here by letting a person wait that long after logging in.
INTERVAL_SECONDS = 1
PAGE = "/common/oauth2/deviceauth"
TITLE = "Sign in to your account"
FIELDS = {"user_code": "Code", "username": "User principal name", "password": "Password"}
BUTTONS = {"login": "Sign in", "decline": "I did not ask for this"}


def device_code(cloud: Cloud, request: Request, version: Version) -> Reply:
    """Give a device its code and the address where a person types it.

    Raises:
        CloudError: the client or what it asks for is refused.
    """
    tenant_id(cloud, request)
    form = form_fields(request) or dict(request.query)
    client = identify(cloud, request, form)
    require_public(cloud, request, client)
    if version == 1:
        v1_target(cloud, request, form)
        requested = form["resource"]
    else:
        requested = v2_target(cloud, request, form, application=False).requested
    sessions = Sessions(cloud.store, cloud.clock)
    grant = Grant(
        client_id=client.app_id,
        user_id="",
        requested=requested,
        expires=sessions.expiry(DEVICE_LIFETIME),
        user_code=new_user_code(),
    )
    code = sessions.keep("device-code", grant)
    return Reply(200, _device_reply(cloud, grant, code, version))


def _device_reply(cloud: Cloud, grant: Grant, code: str, version: Version) -> Json:
    address = f"{cloud.origin}{PAGE}"
    text = (
        f"To sign in, use a web browser to open the page {address} and enter the code"
        f" {grant.user_code} to authenticate."
    )
    lifetime = int(DEVICE_LIFETIME.total_seconds())
    reply: Json = {"user_code": grant.user_code, "device_code": code, "message": text}
    if version == 1:
        return reply | {
            "verification_url": address,
            "expires_in": str(lifetime),
            "interval": str(INTERVAL_SECONDS),
        }
    return reply | {
        "verification_uri": address,
        "expires_in": lifetime,
        "interval": INTERVAL_SECONDS,
    }


def show_page(_cloud: Cloud, request: Request) -> Reply:
    """The page; `otc` in its address fills the code in."""
    code = request.query.get("otc", "")
    return form_page(TITLE, FIELDS, hidden={"user_code": code}, buttons=BUTTONS)


def answer_page(cloud: Cloud, request: Request) -> Reply:
    """What the person did on the page: logged in, or said that it was not theirs."""
    form = form_fields(request)
    typed = {name: form.get(name, "") for name in ("user_code", "username")}
    sessions = Sessions(cloud.store, cloud.clock)
    with cloud.store.transaction():
        waiting = sessions.waiting_for(typed["user_code"])
        if waiting is None:
            error = "That code didn't work. Check the code and try again."
            return form_page(TITLE, FIELDS, hidden=typed, buttons=BUTTONS, error=error)
        key, grant = waiting
        if form.get("action") == "decline":
            grant.declined = True
            sessions.update_device(key, grant)
            return message_page(TITLE, "The sign-in was declined. You can close this window.")
        try:
            person = log_in(cloud, typed["username"], form.get("password", ""))
        except LogInError as refused:
            tenant = cloud.directory.tenant().display_name
            error = message(refused.fault, user=typed["username"], tenant=tenant)
            return form_page(TITLE, FIELDS, hidden=typed, buttons=BUTTONS, error=error)
        grant.user_id = person.object_id
        sessions.update_device(key, grant)
    text = f"{person.display_name} is signed in on the device. You can close this window."
    return message_page(TITLE, text)

"""The device authorization grant (RFC 8628): the code for the device, the page for the person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rehearsal.cloud.entra.clients import identify, require_public
from rehearsal.cloud.entra.discovery import tenant_id
from rehearsal.cloud.entra.interactive import Ask, LoggedIn, answered, application_name
from rehearsal.cloud.entra.pages import Field, Mistake, form_page, message_page, require_own_page
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
CODE = Field("user_code", "Code")
NO_SUCH_CODE = (
    "That code didn't work. Check the code and try again; after 15 minutes, start again where you"
    " got it."
)


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
    """The page for the code; `otc` in its address fills it in."""
    return _code_page(request.query.get("otc", ""))


def answer_page(cloud: Cloud, request: Request) -> Reply:
    """What comes after what the person did on the page: a next page, or a word of farewell.

    Raises:
        CloudError: another site has sent the form.
    """
    require_own_page(request)
    form = form_fields(request)
    typed = form.get(CODE.name, "")
    waiting = Sessions(cloud.store, cloud.clock).waiting_for(typed)
    if waiting is None:
        return _code_page(typed, NO_SUCH_CODE)
    grant = waiting[1]
    application = application_name(cloud, grant.client_id)
    if form.get("action") == "decline":
        return _settled(cloud, typed, None, application)
    ask = Ask(
        client_id=grant.client_id,
        requested=grant.requested,
        text=f"On another device or in a terminal, which shows the code {grant.user_code}."
        " Go on only if you started this yourself.",
        cancel="I did not start this",
        hidden={CODE.name: grant.user_code},
    )
    outcome = answered(cloud, ask, form)
    return (
        _settled(cloud, typed, outcome, application) if isinstance(outcome, LoggedIn) else outcome
    )


def _settled(cloud: Cloud, typed: str, who: LoggedIn | None, application: str) -> Reply:
    """Write down who has logged in, or that the person declined."""
    sessions = Sessions(cloud.store, cloud.clock)
    with cloud.store.transaction():
        waiting = sessions.waiting_for(typed)
        if waiting is None:
            # Its time ended, or somebody else was quicker, while the person was typing.
            return _code_page(typed, NO_SUCH_CODE)
        key, grant = waiting
        if who is None:
            grant.declined = True
        else:
            grant.user_id, grant.mfa = who.person.object_id, who.mfa
        sessions.update_device(key, grant)
    if who is None:
        text = f"{application} gets nothing. You can close this window."
        return message_page("The sign-in was declined", text)
    text = f"{who.person.display_name} is signed in on the device. You can close this window."
    return message_page(f"You have signed in to {application}", text)


def _code_page(typed: str, error: str = "") -> Reply:
    return form_page(
        "Enter code",
        "Enter the code that your application or device shows.",
        (replace(CODE, value=typed),),
        {"next": "Next"},
        hidden={},
        mistake=Mistake(error, CODE.name) if error else None,
    )

"""/invitations: guests, by https://learn.microsoft.com/graph/api/invitation-post."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.graph import documents
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json

MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
KNOWN = frozenset(
    {"invitedUserEmailAddress", "inviteRedirectUrl", "invitedUserDisplayName"}
    | {"invitedUserMessageInfo", "sendInvitationMessage", "invitedUserType", "resetRedemption"}
)


def invite(call: Call) -> Reply:
    """Make a guest of a mail address; it has no password here, so nobody logs in as it."""
    if not call.rights.invite():
        raise call.refuse.denied()
    body = call.body()
    for name in body:
        if name not in KNOWN and "@" not in name:
            raise call.refuse.bad(f"Invalid property '{name}'.")
    mail, back = body.get("invitedUserEmailAddress"), body.get("inviteRedirectUrl")
    if not isinstance(mail, str) or not MAIL.fullmatch(mail):
        raise call.refuse.bad("The property 'invitedUserEmailAddress' must be a mail address.")
    if not isinstance(back, str) or not back:
        raise call.refuse.bad("The property 'inviteRedirectUrl' must be an address.")
    name = body.get("invitedUserDisplayName") or mail.partition("@")[0]
    if not isinstance(name, str):
        raise call.refuse.bad("The property 'invitedUserDisplayName' must be text.")
    guest = _guest(call, mail, name)
    reply: Json = {
        "@odata.context": f"{call.base}/$metadata#invitations/$entity",
        "id": str(uuid.uuid4()),
        "inviteRedeemUrl": f"{call.cloud.origin}/redeem?tenant={call.caller.tenant_id}",
        "invitedUserDisplayName": name,
        "invitedUserEmailAddress": mail,
        "invitedUserType": "Guest",
        "inviteRedirectUrl": back,
        "sendInvitationMessage": bool(body.get("sendInvitationMessage", False)),
        "status": "PendingAcceptance",
        "invitedUser": {"id": guest["id"]},
    }
    return Reply(201, reply)


def _guest(call: Call, mail: str, name: str) -> Json:
    """The guest of that address: the one there is, or a new one."""
    for user in call.directory.all("User"):
        if user["userType"] == "Guest" and (user["mail"] or "").lower() == mail.lower():
            return user
    domain = call.directory.tenant().domain
    guest = documents.user(
        object_id=str(uuid.uuid4()),
        upn=f"{mail.replace('@', '_')}#EXT#@{domain}",
        display_name=name,
        created=wire_time(call.cloud.clock.now()),
        mail=mail,
        guest=True,
    )
    guest["externalUserState"] = "PendingAcceptance"
    call.directory.put("User", guest)
    return guest

"""What Entra remembers between requests: refresh tokens, device codes, authorization codes.

Each is kept under the digest of its text, so that the database holds none that could be used.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rehearsal.cloud.clock import Clock
    from rehearsal.cloud.store import Json, Store

DEVICE_LIFETIME = timedelta(minutes=15)
CODE_LIFETIME = timedelta(minutes=10)
# No letters that are mistaken for digits or for each other, as Entra's codes have none.
USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ23456789"
USER_CODE_LENGTH = 9

Kind = Literal["refresh-token", "device-code", "authorization-code", "log-in"]


@dataclass
class Grant:
    """What a person allowed, or is yet to allow, a client."""

    client_id: str
    user_id: str
    """Object id; empty until somebody has logged in (device codes)."""
    requested: str
    """The scope of the request (v2), or the resource (v1)."""
    expires: float
    """Seconds since the epoch."""
    user_code: str = ""
    declined: bool = False
    challenge: str = ""
    challenge_method: str = ""
    redirect_uri: str = ""
    nonce: str = ""
    mfa: bool = False
    """Whether the person gave a second factor."""
    issued: float = 0
    """When it was kept, in seconds since the epoch."""
    redeemed: bool = False


class Sessions:
    """Keeps grants in the store under the secret text that stands for them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(self, kind: Kind, grant: Grant) -> str:
        """Keep a grant; the text that it is found by."""
        text = secrets.token_urlsafe(48)
        issued = replace(grant, issued=self._clock.now().timestamp())
        with self._store.transaction():
            self._forget_old(kind)
            self._store.put(kind, _digest(text), asdict(issued))
        return text

    def find(self, kind: Kind, text: str) -> Grant | None:
        """The grant of that text, or None."""
        document = self._store.get(kind, _digest(text))
        return None if document is None else Grant(**document)

    def redeem(self, kind: Kind, text: str) -> Grant | None:
        """The grant of that text as it was, marked as redeemed from now on."""
        with self._store.transaction():
            grant = self.find(kind, text)
            if grant is not None:
                document = asdict(replace(grant, redeemed=True))
                self._store.put(kind, _digest(text), document)
        return grant

    def take(self, kind: Kind, text: str) -> Grant | None:
        """The grant of that text, which works once: it is forgotten."""
        with self._store.transaction():
            grant = self.find(kind, text)
            self._store.delete(kind, _digest(text))
        return grant

    def expired(self, grant: Grant) -> bool:
        """Whether its time is over."""
        return self._clock.now().timestamp() >= grant.expires

    def expiry(self, lifetime: timedelta) -> float:
        """Seconds since the epoch at which something made now ends."""
        return (self._clock.now() + lifetime).timestamp()

    def waiting_for(self, user_code: str) -> tuple[str, Grant] | None:
        """The device that waits for the person who types this code: its key, and what it asks."""
        wanted = user_code.replace("-", "").replace(" ", "").upper()
        for key, document in self._store.all("device-code"):
            grant = Grant(**document)
            open_still = not (grant.user_id or grant.declined or self.expired(grant))
            if grant.user_code == wanted and open_still:
                return key, grant
        return None

    def update_device(self, key: str, grant: Grant) -> None:
        """Write down what the person at the login page did."""
        self._store.put("device-code", key, asdict(grant))

    def _forget_old(self, kind: Kind) -> None:
        # Kept a day longer, so that a late client hears "expired" instead of "unknown".
        now = (self._clock.now() - timedelta(days=1)).timestamp()
        old: list[tuple[str, Json]] = self._store.all(kind)
        for key, document in old:
            if document["expires"] < now:
                self._store.delete(kind, key)


def new_user_code() -> str:
    """A code for a person to type."""
    return "".join(secrets.choice(USER_CODE_LETTERS) for _ in range(USER_CODE_LENGTH))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

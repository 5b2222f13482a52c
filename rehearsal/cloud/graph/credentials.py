"""Passwords of users and secrets of applications: kept as salted hashes, shown once at most."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from rehearsal.cloud.clock import wire_time

if TYPE_CHECKING:
    from rehearsal.cloud.clock import Clock
    from rehearsal.cloud.store import Json, Store

# Graph's default for addPassword: https://learn.microsoft.com/graph/api/application-addpassword
SECRET_LIFETIME = timedelta(days=730)
# Little work on purpose: the rehearsal's secrets are made up, and its log-ins should be quick.
SCRYPT_COST = 2**10
HINT_LENGTH = 3


@dataclass(frozen=True)
class NewSecret:
    """A secret just made: its text, and what Graph shows of it from then on."""

    text: str
    credential: Json


class Credentials:
    """Checks and keeps them; a user's under the object id, an application's under its client id."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def set_password(self, user_id: str, password: str) -> None:
        """Set a user's password, which ends what was logged in with an older one."""
        with self._store.transaction():
            self._store.put("password", user_id.lower(), {"hash": _hash(password)})
            self.revoke_sessions(user_id)

    def revoke_sessions(self, user_id: str) -> None:
        """Make every refresh token that the user's log-ins gave until now worthless."""
        now = self._clock.now().timestamp()
        self._store.put("sessions-valid-from", user_id.lower(), {"from": now})

    def sessions_valid_from(self, user_id: str) -> float:
        """Since when log-ins of the user count, in seconds since the epoch; 0 is always."""
        document = self._store.get("sessions-valid-from", user_id.lower())
        return 0 if document is None else document["from"]

    def password_fits(self, user_id: str, password: str) -> bool:
        """Whether it is the user's password."""
        document = self._store.get("password", user_id.lower())
        return document is not None and _fits(document["hash"], password)

    def add_secret(
        self,
        app_id: str,
        *,
        text: str | None = None,
        display_name: str | None = None,
        end: datetime | None = None,
    ) -> NewSecret:
        """Add a client secret: `text`, or one made here; valid to `end`, or for two years."""
        made = text or secrets.token_urlsafe(30)
        now = self._clock.now()
        credential: Json = {
            "customKeyIdentifier": None,
            "displayName": display_name,
            "endDateTime": wire_time(end or now + SECRET_LIFETIME),
            "hint": made[:HINT_LENGTH],
            "keyId": str(uuid.uuid4()),
            "secretText": None,
            "startDateTime": wire_time(now),
        }
        with self._store.transaction():
            kept = self._secrets(app_id)
            kept.append({"hash": _hash(made), "credential": credential})
            self._store.put("secret", app_id.lower(), {"secrets": kept})
        return NewSecret(made, credential)

    def remove_secret(self, app_id: str, key_id: str) -> bool:
        """Take a secret back; whether there was one of that id."""
        with self._store.transaction():
            before = self._secrets(app_id)
            kept = [found for found in before if found["credential"]["keyId"] != key_id.lower()]
            self._store.put("secret", app_id.lower(), {"secrets": kept})
        return len(kept) < len(before)

    def shown(self, app_id: str) -> list[Json]:
        """The application's secrets as Graph shows them, without their text."""
        return [found["credential"] for found in self._secrets(app_id)]

    def check_secret(self, app_id: str, text: str) -> Literal["valid", "expired", "wrong"]:
        """What the text is to the application."""
        found = [kept for kept in self._secrets(app_id) if _fits(kept["hash"], text)]
        if not found:
            return "wrong"
        now = wire_time(self._clock.now())
        valid = any(kept["credential"]["endDateTime"] > now for kept in found)
        return "valid" if valid else "expired"

    def _secrets(self, app_id: str) -> list[Json]:
        document = self._store.get("secret", app_id.lower())
        return [] if document is None else document["secrets"]


def _hash(text: str, salt: bytes | None = None) -> str:
    used = salt or secrets.token_bytes(16)
    digest = hashlib.scrypt(text.encode(), salt=used, n=SCRYPT_COST, r=8, p=1)
    return f"{used.hex()}:{digest.hex()}"


def _fits(kept: str, text: str) -> bool:
    salt = bytes.fromhex(kept.partition(":")[0])
    return hmac.compare_digest(kept, _hash(text, salt))

"""Certificates of applications, in the form that Entra checks assertions with."""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from rehearsal.cloud.clock import wire_time

if TYPE_CHECKING:
    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.store import Json


def accepted(call: Call, document: Json, given: list[Any]) -> list[Json]:
    """Credentials to keep: each new one with its certificate as base64 DER and its thumbprint.

    One without a key is one that is there already, by its id: Graph never shows keys.

    Raises:
        CloudError: 400, what is given is no certificate, or the id is unknown.
    """
    kept = {each["keyId"]: each for each in document["keyCredentials"]}
    if not all(isinstance(each, dict) for each in given):
        raise call.refuse.bad("Invalid value specified for property 'keyCredentials'.")
    return [_accepted(call, kept, cast("Json", each)) for each in given]


def _accepted(call: Call, kept: dict[str, Json], given: Json) -> Json:
    key, key_id = given.get("key"), str(given.get("keyId") or uuid.uuid4()).lower()
    if key is None and key_id in kept:
        return kept[key_id]
    certificate = _certificate(key)
    if certificate is None:
        raise call.refuse.bad(
            "Invalid value specified for property 'key' of 'keyCredentials': not a base64 encoded"
            " X.509 certificate."
        )
    return {
        "customKeyIdentifier": certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303
        "displayName": given.get("displayName") or certificate.subject.rfc4514_string(),
        "endDateTime": given.get("endDateTime") or wire_time(certificate.not_valid_after_utc),
        "key": base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode(),
        "keyId": key_id,
        "startDateTime": given.get("startDateTime") or wire_time(certificate.not_valid_before_utc),
        "type": given.get("type") or "AsymmetricX509Cert",
        "usage": given.get("usage") or "Verify",
    }


def _certificate(key: object) -> x509.Certificate | None:
    """The certificate in base64: DER (by az in lines), or (as azuread sends it) PEM."""
    if not isinstance(key, str):
        return None
    try:
        raw = base64.b64decode("".join(key.split()), validate=True)
        if raw.startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(raw)
        return x509.load_der_x509_certificate(raw)
    except ValueError:
        return None

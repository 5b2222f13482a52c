"""Names the program makes: valid for Azure and Kubernetes, the same on every run.

Names that a person types are not made here; `settings.rules` judges those.
"""

import hashlib
import re
import uuid

_NAMESPACE = uuid.UUID("5f0d6e8e-3c0e-5a52-9a0b-6a2c1f6f7f11")
"""Namespace of this program's own version 5 UUIDs; a new value would rename every assignment."""

_SLUG_LENGTH = 50
_DNS_PREFIX_LENGTH = 54
"""Azure's limit for an AKS DNS prefix."""


def child(name: str, *parts: str) -> str:
    """The logical name of a component's child, `NAME.PART.PART`.

    Injective where no part but the last holds a dot: neither teams, namespaces nor roles may.
    """
    return ".".join((name, *parts))


def slug(text: str) -> str:
    """`text` as a part of a name: lower-case letters, digits, `-` and `.`, at most 59 characters.

    A text that is already such a part stays as it is; any other gets a short hash, so that two
    texts never meet in one name.
    """
    kept = re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:_SLUG_LENGTH]
    if kept == text:
        return text
    return f"{kept}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".lstrip("-")


def dns_prefix(cluster_name: str) -> str:
    """The DNS prefix of a cluster of that name: 1 to 54 letters, digits and hyphens."""
    return cluster_name.replace("_", "-")[:_DNS_PREFIX_LENGTH].rstrip("-")


def role_assignment_name(scope: str, role: str, principal_id: str) -> str:
    """The GUID that names the assignment of one Azure role to one principal at one scope."""
    return str(uuid.uuid5(_NAMESPACE, f"{scope}|{role}|{principal_id}".lower()))

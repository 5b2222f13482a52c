"""Judges resources with one check of the policy pack, through the proxies that the SDK uses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_policy import PolicyResourceOptions, ResourceValidationArgs
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.policy import PolicyCustomTimeouts
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policy.checks import ALL
from policy.checks.building import policy_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policy.checks.model import Check

UNKNOWN = UNKNOWN_STRING_VALUE
"""How a value that preview cannot know arrives in a pack."""

CLUSTER = "azure-native:containerservice:ManagedCluster"
RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
PROVIDER = "pulumi:providers:kubernetes"

CHECKS: dict[str, Check] = {check.id: check for check in ALL}

_WAITING = re.compile(r"because (.+) (?:is|are) not known yet;")
_PATH = re.compile(r"((?:kubeconfig: )?\S+): ")


def secret(value: object) -> dict[str, object]:
    """A secret, as it arrives in a pack."""
    return {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": value,
    }


@dataclass(frozen=True)
class Verdict:
    """What a check said about a resource."""

    messages: tuple[str, ...]
    waiting: str = ""
    """The advisory of a check that could not see everything; empty if it could."""

    @property
    def paths(self) -> list[str]:
        """The property paths of the violations, in their order."""
        return [match[1] for message in self.messages if (match := _PATH.match(message))]

    @property
    def waits(self) -> list[str]:
        """The property paths that are not known yet."""
        match = _WAITING.search(self.waiting)
        return match[1].split(", ") if match else []

    @property
    def said(self) -> str:
        """Everything said, as one text."""
        return "\n".join((*self.messages, self.waiting))


def arguments(
    resource_type: str,
    props: Mapping[str, Any],
    config: Mapping[str, Any] | None = None,
    *,
    protect: bool = False,
) -> ResourceValidationArgs:
    """What the SDK hands to a policy for a resource whose wire form is `props`."""
    seen = unknown_checking_proxy(deserialize_properties(dict(props)))
    options = PolicyResourceOptions(
        protect=protect,
        ignore_changes=[],
        delete_before_replace=None,
        aliases=[],
        custom_timeouts=PolicyCustomTimeouts(0, 0, 0),
        additional_secret_outputs=[],
    )
    urn = f"urn:pulumi:dev::aks-entra::{resource_type}::it"
    return ResourceValidationArgs(resource_type, seen, urn, "it", options, None, config)


def verdict(
    check: str | Check,
    resource_type: str,
    props: Mapping[str, Any],
    config: Mapping[str, Any] | None = None,
    *,
    protect: bool = False,
) -> Verdict:
    """What a check, or the one of that id, says about a resource; of the stack's, nothing."""
    check = CHECKS[check] if isinstance(check, str) else check
    if check.companion is not None:
        return Verdict(())
    policy: Any = policy_of(check)
    messages: list[str] = []

    def report(message: str, urn: str | None = None) -> None:
        assert urn is None
        messages.append(message)

    try:
        policy.validate(arguments(resource_type, props, config, protect=protect), report)
    except UnknownValueError as error:
        return Verdict(tuple(messages), error.message)
    return Verdict(tuple(messages))

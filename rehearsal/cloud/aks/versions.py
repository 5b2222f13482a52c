"""The Kubernetes versions that a cluster can have, and which one it may go to from which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.arm.errors import provider_error

if TYPE_CHECKING:
    from rehearsal.cloud.web import CloudError

VERSIONS = {
    "1.31": "1.31.13",
    "1.32": "1.32.9",
    "1.33": "1.33.5",
    "1.34": "1.34.1",
    "1.35": "1.35.0",
    "1.36": "1.36.3",
}
"""The newest patch of each minor version."""
DEFAULT = "1.34"


def full_version(given: str) -> str | None:
    """The version with its patch, or None for one that is not to be had."""
    minor = _minor(given)
    newest = VERSIONS.get(minor)
    if newest is None or given == minor:
        return newest
    patch = given.removeprefix(f"{minor}.")
    fits = patch.isdecimal() and int(patch) <= int(newest.rsplit(".", 1)[-1])
    return given if fits else None


def number(version: str) -> tuple[int, ...]:
    """What versions are ordered by."""
    return tuple(int(part) for part in version.split("."))


def upgrades(current: str) -> list[str]:
    """The versions that one with its patch may go to: no minor version is left out."""
    return [
        newest
        for minor, newest in VERSIONS.items()
        if number(newest) > number(current) and number(minor)[1] <= number(current)[1] + 1
    ]


def check_upgrade(before: str, after: str) -> None:
    """Refuse a way down, and one that leaves a minor version out; both with their patch.

    Wording seen in rancher/dashboard#11884.

    Raises:
        CloudError: 400 OperationNotAllowed.
    """
    down = number(after) < number(before)
    if down or number(_minor(after))[1] > number(_minor(before))[1] + 1:
        verb = "Downgrading" if down else "Upgrading"
        raise provider_error(
            400,
            "OperationNotAllowed",
            f"{verb} Kubernetes version {before} to {after} is not allowed. Available upgrades:"
            f" [{' '.join(upgrades(before))}]. Please see https://aka.ms/aks-supported-k8s-ver for"
            " version details.",
        )


def not_supported(version: object) -> CloudError:
    """400 for a version that is not to be had."""
    message = f"Version {version} is not supported in this region. Supported are {_known()}."
    return provider_error(400, "K8sVersionNotSupported", message)


def check_pool(pool: str, cluster: str) -> None:
    """Refuse a pool that would be a minor version ahead of its control plane.

    Raises:
        CloudError: 400 NodePoolMcVersionIncompatible.
    """
    ahead, behind = number(pool)[1], number(cluster)[1]
    if ahead > behind:
        raise provider_error(
            400,
            "NodePoolMcVersionIncompatible",
            f"Node pool version {pool} and control plane version {cluster} are incompatible. Minor"
            f" version of node pool version {ahead} is bigger than control plane version {behind}."
            " For more information, please check https://aka.ms/aks/UpgradeVersionRules",
        )


def _known() -> str:
    return ", ".join(VERSIONS)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])

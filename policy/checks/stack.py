"""Checks of how the stack itself reaches the cluster."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import yaml

from .matching import KUBERNETES_PROVIDER
from .model import Check, Violation
from .reading import UNKNOWN, has_unknown, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Finding, Subject

_STATIC_CREDENTIALS = (
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "token",
    "tokenFile",
    "password",
    "auth-provider",
)
"""Fields of a kubeconfig's `user` that let in whoever holds the file
(kubernetes/kubernetes, `staging/src/k8s.io/client-go/tools/clientcmd/api/v1/types.go`)."""

_SECRET_ARGUMENT = re.compile(r"--(client-secret|(client-certificate-)?password)(=.*)?")
_SECRET_VARIABLE = re.compile(r".*(SECRET|PASSWORD|TOKEN)", re.IGNORECASE)


def _no_admin_kubeconfig(provider: Subject) -> Iterator[Finding]:
    given = provider.read("kubeconfig")
    if has_unknown(given):
        yield provider.not_yet("kubeconfig")
    if given is UNKNOWN:
        return
    if given is None:
        if not provider.read("renderYamlToDirectory"):
            yield _problem("kubeconfig", "is not set, so the machine's own kubeconfig decides")
        return
    document = _parsed(given)
    if document is None:
        yield _problem("kubeconfig", "is not the text of a kubeconfig; a file is not looked into")
        return
    for path in _credentials(document):
        yield _problem(f"kubeconfig: {path}", "lets in whoever holds the kubeconfig")


def _problem(path: str, problem: str) -> Violation:
    return Violation(
        path, f"{problem}; use a kubeconfig that logs in with kubelogin (exec) and holds no secret"
    )


def _parsed(given: Any) -> Mapping[str, Any] | None:
    """The kubeconfig as an object; None if the value is no kubeconfig."""
    document: object = given
    if isinstance(given, str):
        try:
            document = json.loads(given)
        except ValueError:
            try:
                document = yaml.safe_load(given)
            except yaml.YAMLError:
                return None
    return cast("Mapping[str, Any]", document) if isinstance(document, Mapping) else None


def _credentials(kubeconfig: Mapping[str, Any]) -> Iterator[str]:
    """The paths of what lets in whoever holds the kubeconfig."""
    for index, entry in enumerate(items(kubeconfig.get("users"))):
        user = _field(entry, "user")
        for name in _STATIC_CREDENTIALS:
            if _field(user, name) not in (None, ""):
                yield f"users[{index}].user.{name}"
        login = _field(user, "exec")
        for position, argument in enumerate(items(_field(login, "args"))):
            if _SECRET_ARGUMENT.fullmatch(str(argument)):
                yield f"users[{index}].user.exec.args[{position}]"
        for position, variable in enumerate(items(_field(login, "env"))):
            if _SECRET_VARIABLE.fullmatch(str(_field(variable, "name"))):
                yield f"users[{index}].user.exec.env[{position}]"


def _field(container: object, key: str) -> Any:
    if not isinstance(container, Mapping):
        return None
    return cast("Mapping[str, Any]", container).get(key)


CHECKS: tuple[Check, ...] = (
    Check(
        id="stack-no-admin-kubeconfig",
        title="The stack enters the cluster by login, not with a static credential.",
        kinds=KUBERNETES_PROVIDER,
        judge=_no_admin_kubeconfig,
        severity="critical",
        fix="Make the provider's kubeconfig from the user credentials and kubelogin.",
        url="https://learn.microsoft.com/azure/aks/kubelogin-authentication",
        anchors=("mcsb:IM-1", "mcsb:IM-8"),
        subject="stack",
    ),
)

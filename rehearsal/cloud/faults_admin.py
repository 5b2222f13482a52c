"""The route by which this machine's command line reads and changes the faults.

It wants a secret that lies in the home, which the clients under test are never given.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any

from rehearsal.cloud import files
from rehearsal.cloud.faults_rules import UNTOUCHED, FaultsError
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request
    from rehearsal.home import Home

PATH = f"{UNTOUCHED}faults"


def secret_file(home: Home) -> Path:
    """Where the secret lies while the local Azure of this home runs; only the owner can read it."""
    return home.root / "local-secret"


def register(cloud: Cloud) -> None:
    """Add the route: GET the rules, PUT others in their place, POST more."""
    secret = secrets.token_urlsafe(32)
    files.write(secret_file(cloud.home), secret.encode())
    changes = {"GET": None, "PUT": cloud.faults.replace, "POST": cloud.faults.add}

    def answer(request: Request) -> Reply:
        if not hmac.compare_digest(
            request.headers.get("authorization", "").encode(), f"Bearer {secret}".encode()
        ):
            return _refused(401, "Unauthorized", "this route is for the local command line")
        change = changes[request.method]
        if change is not None:
            try:
                change(_document(request))
            except FaultsError as error:
                return _refused(400, "InvalidFaults", str(error))
        return Reply(200, cloud.faults.describe())

    for method, name in (("GET", "Get"), ("PUT", "Replace"), ("POST", "Add")):
        cloud.router.add(method, PATH, f"LocalFaults_{name}", answer)


def _document(request: Request) -> Any:
    try:
        return request.json()
    except ValueError:
        raise FaultsError("the faults cannot be used: they are not JSON") from None


def _refused(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message}})

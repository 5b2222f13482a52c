"""What a token is asked for: the API behind a v1 `resource` or a v2 `scope`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rehearsal.cloud.entra.errors import (
    CONSENT_REQUIRED,
    DEFAULT_SCOPE_NOT_ALONE,
    MISSING_PARAMETER,
    RESOURCE_NOT_FOUND,
    SCOPE_NOT_DEFAULT,
    SEVERAL_RESOURCES,
    refusal,
)
from rehearsal.cloud.graph.first_party import AKS_SERVER, ARM, GRAPH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.web import Request

OIDC_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
DEFAULT = "/.default"

# What people's tokens carry as `scp`: what Microsoft's own clients are pre-authorised for.
# Whether a person may do a thing is decided by the directory, not by this.
DELEGATED = {
    GRAPH: (
        "Application.ReadWrite.All",
        "AuditLog.Read.All",
        "Directory.AccessAsUser.All",
        "Group.ReadWrite.All",
        "User.Read",
        "User.Read.All",
        "User.ReadWrite.All",
    ),
    AKS_SERVER: ("user.read",),
}
DELEGATED_ELSEWHERE = ("user_impersonation",)


@dataclass(frozen=True)
class Resource:
    """An API, and how the client named it."""

    audience: str
    """`aud` of its tokens: the name that the client used, to the slash."""
    app_ids: tuple[str, ...]
    """Applications it stands for: one, except this cloud's origin, which is ARM and Graph."""
    token_version: int
    group_claims: bool
    """Whether its tokens name the subject's groups."""


@dataclass(frozen=True)
class Target:
    """A resource with the scopes that were asked for it."""

    resource: Resource
    scopes: tuple[str, ...]
    """Delegated permissions that a person's token gets."""
    requested: str
    """The request's own `scope`, which the reply repeats; in v1 the `resource`."""
    openid: bool
    offline: bool


def find_resource(cloud: Cloud, request: Request, name: str) -> Resource:
    """The API of that identifier.

    Raises:
        CloudError: AADSTS500011, there is none.
    """
    found = _known(cloud, name)
    if found is None:
        tenant = cloud.directory.tenant().display_name
        raise refusal(cloud, request, RESOURCE_NOT_FOUND, resource=name or "(none)", tenant=tenant)
    return found


def resource_app_ids(cloud: Cloud, requested: str) -> frozenset[str]:
    """Application ids of the APIs that a `scope` or a v1 `resource` is for; unknown ones not."""
    found: set[str] = set()
    for scope in requested.split():
        if scope.lower() not in OIDC_SCOPES:
            resource = _known(cloud, scope) or _known(cloud, _split(scope)[0])
            found.update(resource.app_ids if resource else ())
    return frozenset(found or (GRAPH,))


def _known(cloud: Cloud, name: str) -> Resource | None:
    bare = name.rstrip("/")
    if bare == cloud.origin:
        return Resource(name, (ARM, GRAPH), 1, group_claims=True)
    for document in cloud.directory.all("ServicePrincipal"):
        names = [known.rstrip("/").lower() for known in document["servicePrincipalNames"]]
        if bare.lower() in names:
            return _registered(cloud, name, document["appId"])
    return None


def _registered(cloud: Cloud, name: str, app_id: str) -> Resource:
    if app_id in (AKS_SERVER, ARM, GRAPH):
        # Graph's tokens carry no groups; ARM's and the AKS server's do.
        return Resource(name, (app_id,), 1, group_claims=app_id != GRAPH)
    applications = cloud.directory.all("Application")
    found = next((each for each in applications if each["appId"] == app_id), None)
    if found is None:
        return Resource(name, (app_id,), 1, group_claims=False)
    version: int = found["api"].get("requestedAccessTokenVersion") or 1
    claims = found["groupMembershipClaims"] in ("SecurityGroup", "All")
    return Resource(name if version == 1 else app_id, (app_id,), version, group_claims=claims)


def v1_target(cloud: Cloud, request: Request, form: Mapping[str, str]) -> Target:
    """The target of a v1 request, by its `resource`."""
    name = form.get("resource")
    if not name:
        raise refusal(cloud, request, MISSING_PARAMETER, parameter="resource")
    resource = find_resource(cloud, request, name)
    if request.query.get("api-version") == "1.0" and name.lower() in resource.app_ids:
        # AzureAD/azure-activedirectory-library-for-dotnet#1493; kubelogin --legacy relies on it.
        resource = replace(resource, audience=f"spn:{name}")
    return Target(resource, _delegated(resource), name, openid=True, offline=True)


def v2_target(
    cloud: Cloud, request: Request, form: Mapping[str, str], *, application: bool
) -> Target:
    """The target of a v2 request, by its `scope`.

    Args:
        cloud: The local Azure.
        request: Named in refusals.
        form: The request's fields.
        application: For a client on its own, which can only ask for `.default`.

    Raises:
        CloudError: no scope, several resources, an unknown one, `.default` beside other scopes, or
            a scope that nobody consented to.
    """
    text = form.get("scope", "").strip()
    if not text:
        raise refusal(cloud, request, MISSING_PARAMETER, parameter="scope")
    wanted = [_split(scope) for scope in text.split() if scope.lower() not in OIDC_SCOPES]
    if application and any(permission != ".default" for _, permission in wanted):
        raise refusal(cloud, request, SCOPE_NOT_DEFAULT, scope=text)
    if len(wanted) > 1 and len({permission == ".default" for _, permission in wanted}) > 1:
        raise refusal(cloud, request, DEFAULT_SCOPE_NOT_ALONE, scope=text)
    if len({name.rstrip("/").lower() for name, _ in wanted}) > 1:
        raise refusal(cloud, request, SEVERAL_RESOURCES, scope=text)
    if application and not wanted:
        raise refusal(cloud, request, SCOPE_NOT_DEFAULT, scope=text)
    resource = find_resource(cloud, request, wanted[0][0] if wanted else GRAPH)
    consented = _delegated(resource)
    for _, permission in wanted:
        if permission.lower() not in {".default", *(known.lower() for known in consented)}:
            app_id = form["client_id"]
            client = cloud.directory.find_by_app_id(app_id)
            name = client.display_name if client else app_id
            raise refusal(cloud, request, CONSENT_REQUIRED, client=app_id, name=name)
    oidc = {scope.lower() for scope in text.split()} & OIDC_SCOPES
    return Target(
        resource, consented, text, openid="openid" in oidc, offline="offline_access" in oidc
    )


def _split(scope: str) -> tuple[str, str]:
    """A scope's resource and permission; a bare permission is one of Graph's."""
    if scope.endswith(DEFAULT):
        return scope.removesuffix(DEFAULT), ".default"
    resource, slash, permission = scope.rpartition("/")
    return (resource, permission) if slash else (GRAPH, scope)


def _delegated(resource: Resource) -> tuple[str, ...]:
    scopes: dict[str, None] = {}
    for app_id in resource.app_ids:
        scopes.update(dict.fromkeys(DELEGATED.get(app_id, DELEGATED_ELSEWHERE)))
    return tuple(scopes)

"""What every ARM call goes through before its handler.

Token, api-version, subscription, rights and locks, in this order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import jwt

from rehearsal.cloud.arm import api_version, authorization, errors
from rehearsal.cloud.arm.deny_assignments import refuse_denied
from rehearsal.cloud.arm.locks import refuse_locked
from rehearsal.cloud.arm.scopes import is_guid
from rehearsal.cloud.clock import wire_time
from rehearsal.cloud.entra.tokens import Caller, InvalidTokenError, authenticate

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Reply, Request

SUBSCRIPTIONS = "arm/subscription"
_PUBLIC_AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")


@dataclass(frozen=True)
class Call:
    """An authenticated call on its way to a handler."""

    cloud: Cloud
    request: Request
    caller: Caller
    api_version: str

    def param(self, name: str) -> str:
        """A part of the path, as it was written."""
        return self.request.params[name]

    def query(self, name: str) -> str:
        """A query parameter, or an empty text."""
        return self.request.query.get(name.lower(), "")

    def body(self) -> Json:
        """The body as a JSON object.

        Raises:
            CloudError: 400, it is something else.
        """
        try:
            document: Any = self.request.json()
        except ValueError as error:
            raise errors.invalid_request_content(str(error)) from None
        if not isinstance(document, dict):
            raise errors.invalid_request_content("the body has to be a JSON object")
        return cast("Json", document)

    def require(self, action: str, scope: str) -> None:
        """Refuse the call with 403 unless the caller may do the action at the scope."""
        authorization.require(self.cloud, self.caller, action, scope)

    def require_linked(self, action: str, linked_action: str, linked_scope: str) -> None:
        """Refuse the call with 403 unless the caller may use a resource that its body names.

        Args:
            action: What the call itself does.
            linked_action: What the caller has to be allowed to do to the named resource.
            linked_scope: Id of that resource.
        """
        if not self.may(linked_action, linked_scope):
            caller = self.caller
            name = caller.upn or caller.app_id or caller.object_id
            raise errors.linked_authorization_failed(
                name,
                caller.object_id,
                action=action,
                scope=self.request.path,
                linked_action=linked_action,
                linked_scope=linked_scope,
            )

    def may(self, action: str, scope: str) -> bool:
        """Whether the caller may do the action at the scope."""
        return authorization.is_allowed(self.cloud, self.caller.object_id, action, scope)


class Routes:
    """Adds ARM's routes to the cloud's router, each behind the common checks."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def add(  # noqa: PLR0913 - a row of the table of operations has this many columns
        self,
        method: str,
        pattern: str,
        operation: str,
        handler: Callable[[Call], Reply],
        *,
        action: str | None = None,
        scope: str | None = None,
        first_version: str = api_version.FIRST,
    ) -> None:
        """Add an operation.

        Args:
            method: HTTP method.
            pattern: Path, with `{subscription}` where a subscription is.
            operation: Its operationId in Microsoft's API description.
            handler: Gets the call once all checks are passed.
            action: What the caller has to be allowed to do; None: the handler sees to it itself.
            scope: Where, as a pattern with the same parameters; the path itself if None.
            first_version: The oldest api-version it has.
        """
        where = (pattern if scope is None else scope).replace("*}", "}")

        def handle(request: Request) -> Reply:
            call = self._checked(request, first_version, _type_of(pattern))
            if action is not None:
                call.require(action, where.format_map(request.params))
            refuse_denied(self.cloud, call.caller, method, request.path, action)
            refuse_locked(self.cloud, method, request.path)
            return handler(call)

        self.cloud.router.add(method, pattern, operation, handle)

    def _checked(self, request: Request, first_version: str, resource_type: str) -> Call:
        caller = _authenticated(self.cloud, request)
        version = api_version.checked(request, first_version, resource_type)
        subscription = request.params.get("subscription")
        if subscription is not None:
            if not is_guid(subscription):
                raise errors.invalid_subscription_id(subscription)
            if self.cloud.store.get(SUBSCRIPTIONS, subscription.lower()) is None:
                raise errors.subscription_not_found(subscription)
        return Call(self.cloud, request, caller, version)


def _type_of(pattern: str) -> str:
    """The type that a pattern is about, without its namespace; empty for what is no resource."""
    segments = pattern.rpartition("/providers/")[2].split("/")[1:]
    return "/".join(segment for segment in segments if not segment.startswith("{"))


def audiences(origin: str) -> tuple[str, ...]:
    """Values of a token's `aud` that ARM takes: its own origin and the public cloud's two names."""
    names = (origin, *_PUBLIC_AUDIENCES)
    return (*names, *(f"{name}/" for name in names))


def _authenticated(cloud: Cloud, request: Request) -> Caller:
    try:
        return authenticate(cloud, request, audiences(cloud.origin))
    except InvalidTokenError as problem:
        tenant_id = cloud.directory.tenant().id
        code, message = _refusal(cloud, request, problem, tenant_id)
        raise errors.unauthorized(cloud.origin, tenant_id, code, message) from None


def _refusal(
    cloud: Cloud, request: Request, problem: InvalidTokenError, tenant_id: str
) -> tuple[str, str]:
    """ARM's code and words for a token that was refused."""
    claims = _unverified_claims(request)
    message = "The access token is invalid."
    match problem.code:
        case "missing":
            code = "AuthenticationFailed"
            message = "Authentication failed. The 'Authorization' header is missing."
        case "expired":
            code = "ExpiredAuthenticationToken"
            message = (
                f"The access token expiry UTC time '{claims.get('exp')}' is earlier than current"
                f" UTC time '{wire_time(cloud.clock.now())}'."
            )
        case "audience":
            code = "InvalidAuthenticationTokenAudience"
            allowed = ",".join(f"'{name}'" for name in audiences(cloud.origin))
            message = (
                "The access token has been obtained for wrong audience or resource"
                f" '{claims.get('aud')}'. It should exactly match with one of the allowed"
                f" audiences {allowed}."
            )
        case "issuer" | "tenant":
            code = "InvalidAuthenticationTokenTenant"
            message = (
                f"The access token is from the wrong issuer '{claims.get('iss')}'. It must match"
                f" the tenant 'https://sts.windows.net/{tenant_id}/' associated with this"
                f" subscription. Please use the authority (URL) '{cloud.origin}/{tenant_id}' to"
                " get the token."
            )
        case _:
            code = "InvalidAuthenticationToken"
    return code, message


def _unverified_claims(request: Request) -> Json:
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}

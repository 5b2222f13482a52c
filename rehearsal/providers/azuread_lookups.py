"""The azuread provider's functions: who is who in the directory.

Messages for none and for more than one are the vendor's (terraform-provider-azuread,
`internal/services/*/..._data_source.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from rehearsal.providers.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.providers.codec import Json
    from rehearsal.providers.graph import Graph

_USER_KEYS: Final = {
    "userPrincipalName": "userPrincipalName",
    "mail": "mail",
    "mailNickname": "mailNickname",
    "employeeId": "employeeId",
}
_PRINCIPAL_KEYS: Final = {"clientId": "appId", "displayName": "displayName"}
_GROUP_KEYS: Final = {"displayName": "displayName", "mailNickname": "mailNickname"}


def group(graph: Graph, args: Json) -> Json:
    """`getGroup`: by object id, display name or mail nickname; with its members and owners."""
    found = _one(graph, "group", args, _GROUP_KEYS)
    for flag in ("mailEnabled", "securityEnabled"):
        if flag in args and found.get(flag) != args[flag]:
            raise ProviderError(
                f"the group '{found['displayName']}' has {flag} {found.get(flag)},"
                f" and {args[flag]} was asked for"
            )
    path = f"/groups/{found['id']}"
    everyone = "transitiveMembers" if args.get("includeTransitiveMembers") else "members"
    return {
        "assignableToRole": found.get("isAssignableToRole") or False,
        "autoSubscribeNewMembers": False,
        "behaviors": found.get("resourceBehaviorOptions") or [],
        "description": found.get("description") or "",
        "displayName": found["displayName"],
        "dynamicMemberships": [],
        "externalSendersAllowed": False,
        "hideFromAddressLists": False,
        "hideFromOutlookClients": False,
        "id": f"/groups/{found['id']}",
        "includeTransitiveMembers": bool(args.get("includeTransitiveMembers")),
        "mail": found.get("mail") or "",
        "mailEnabled": found.get("mailEnabled") or False,
        "mailNickname": found.get("mailNickname") or "",
        "members": graph.ids(f"{path}/{everyone}"),
        "objectId": found["id"],
        "onpremisesSyncEnabled": found.get("onPremisesSyncEnabled") or False,
        "owners": graph.ids(f"{path}/owners"),
        "provisioningOptions": found.get("resourceProvisioningOptions") or [],
        "proxyAddresses": found.get("proxyAddresses") or [],
        "securityEnabled": found.get("securityEnabled") or False,
        "types": found.get("groupTypes") or [],
        "visibility": found.get("visibility") or "",
        "writebackEnabled": False,
    }


def user(graph: Graph, args: Json) -> Json:
    """`getUser`: by object id, user principal name, mail, mail nickname or employee id."""
    return _user(_one(graph, "user", args, _USER_KEYS))


def _user(found: Json) -> Json:
    texts = ("displayName", "givenName", "jobTitle", "mail", "mailNickname", "surname")
    return {
        **{key: found.get(key) or "" for key in texts},
        "accountEnabled": found.get("accountEnabled", True),
        "id": f"/users/{found['id']}",
        "objectId": found["id"],
        "userPrincipalName": found["userPrincipalName"],
        "userType": found.get("userType") or "Member",
    }


def users(graph: Graph, args: Json) -> Json:
    """`getUsers`: by user principal names, or by object ids; in the order given."""
    wanted = [
        *({"userPrincipalName": name} for name in args.get("userPrincipalNames", [])),
        *({"objectId": object_id} for object_id in args.get("objectIds", [])),
    ]
    found: list[Json] = []
    for key in wanted:
        try:
            found.append(user(graph, key))
        except ProviderError:
            if not args.get("ignoreMissing"):
                raise
    return {
        "id": "users#" + "-".join(str(item["objectId"]) for item in found),
        "objectIds": [item["objectId"] for item in found],
        "userPrincipalNames": [item["userPrincipalName"] for item in found],
        "users": found,
    }


def service_principal(graph: Graph, args: Json) -> Json:
    """`getServicePrincipal`: by object id, client id (application id) or display name."""
    found = _one(graph, "servicePrincipal", args, _PRINCIPAL_KEYS)
    return {
        "accountEnabled": found.get("accountEnabled", True),
        "applicationTenantId": found.get("appOwnerOrganizationId") or "",
        "clientId": found["appId"],
        "displayName": found["displayName"],
        "id": f"/servicePrincipals/{found['id']}",
        "objectId": found["id"],
        "servicePrincipalNames": found.get("servicePrincipalNames") or [],
        "tags": found.get("tags") or [],
        "type": found.get("servicePrincipalType") or "Application",
    }


def _one(graph: Graph, kind: str, args: Json, keys: Mapping[str, str]) -> Json:
    """The one object of the directory that the first of the given keys names."""
    if args.get("objectId"):
        live = graph.get(f"/{kind}s/{args['objectId']}")
        if live is None:
            raise ProviderError(f'No {kind} found with object ID: "{args["objectId"]}"')
        return live
    given: dict[str, Any] = {key: args[key] for key in keys if args.get(key)}
    if not given:
        known = ", ".join(["objectId", *keys])
        raise ProviderError(f"looking up a {kind} needs one of {known}")
    key, value = next(iter(given.items()))
    matches = graph.list(f"/{kind}s", **{keys[key]: cast("str", value)})
    if len(matches) > 1:
        ids = ", ".join(sorted(str(match["id"]) for match in matches))
        raise ProviderError(
            f'More than one {kind} found with {key}: "{value}" ({ids}); give one object id'
        )
    if not matches:
        raise ProviderError(f'No {kind} found with {key}: "{value}"')
    return matches[0]

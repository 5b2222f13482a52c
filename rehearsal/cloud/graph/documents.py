"""Directory objects in the shape in which Graph shows them and the store keeps them.

Members of the objects are those of the v1.0 reference pages `user`, `group`, `application` and
`servicePrincipal` under https://learn.microsoft.com/graph/api/resources/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.cloud.store import Json


def user(  # noqa: PLR0913 -- a user has that many independent properties, all named
    *,
    object_id: str,
    upn: str,
    display_name: str,
    created: str,
    mail: str | None = None,
    guest: bool = False,
    enabled: bool = True,
) -> Json:
    """A user."""
    return {
        "id": object_id,
        "userPrincipalName": upn,
        "displayName": display_name,
        "givenName": None,
        "surname": None,
        "mail": mail,
        "mailNickname": upn.partition("@")[0],
        "jobTitle": None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "businessPhones": [],
        "accountEnabled": enabled,
        "userType": "Guest" if guest else "Member",
        "createdDateTime": created,
    }


def group(*, object_id: str, display_name: str, mail_nickname: str, created: str) -> Json:
    """A security group with every property that Graph returns for one by default."""
    return {
        "id": object_id,
        "deletedDateTime": None,
        "classification": None,
        "createdDateTime": created,
        "creationOptions": [],
        "description": None,
        "displayName": display_name,
        "expirationDateTime": None,
        "groupTypes": [],
        "isAssignableToRole": None,
        "mail": None,
        "mailEnabled": False,
        "mailNickname": mail_nickname,
        "membershipRule": None,
        "membershipRuleProcessingState": None,
        "onPremisesDomainName": None,
        "onPremisesLastSyncDateTime": None,
        "onPremisesNetBiosName": None,
        "onPremisesSamAccountName": None,
        "onPremisesSecurityIdentifier": None,
        "onPremisesSyncEnabled": None,
        "onPremisesProvisioningErrors": [],
        "preferredDataLocation": None,
        "preferredLanguage": None,
        "proxyAddresses": [],
        "renewedDateTime": created,
        "resourceBehaviorOptions": [],
        "resourceProvisioningOptions": [],
        "securityEnabled": True,
        "securityIdentifier": None,
        "theme": None,
        "visibility": None,
    }


def application(
    *, object_id: str, app_id: str, display_name: str, domain: str, created: str
) -> Json:
    """An application registration of this tenant."""
    return {
        "id": object_id,
        "appId": app_id,
        "deletedDateTime": None,
        "displayName": display_name,
        "createdDateTime": created,
        "description": None,
        "identifierUris": [],
        "isFallbackPublicClient": None,
        "groupMembershipClaims": None,
        "publisherDomain": domain,
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "api": {"requestedAccessTokenVersion": None, "oauth2PermissionScopes": []},
        "appRoles": [],
        "publicClient": {"redirectUris": []},
        "requiredResourceAccess": [],
        "web": {"redirectUris": []},
        "keyCredentials": [],
        "passwordCredentials": [],
    }


def service_principal(
    *, object_id: str, app_id: str, display_name: str, owner_tenant_id: str, names: Sequence[str]
) -> Json:
    """A service principal; `names` are its identifier URIs besides its application id."""
    return {
        "id": object_id,
        "deletedDateTime": None,
        "accountEnabled": True,
        "alternativeNames": [],
        "appDisplayName": display_name,
        "appDescription": None,
        "appId": app_id,
        "appOwnerOrganizationId": owner_tenant_id,
        "appRoleAssignmentRequired": False,
        "appRoles": [],
        "description": None,
        "displayName": display_name,
        "homepage": None,
        "keyCredentials": [],
        "loginUrl": None,
        "notes": None,
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "preferredSingleSignOnMode": None,
        "replyUrls": [],
        "servicePrincipalNames": [app_id, *names],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMyOrg",
        "tags": [],
    }

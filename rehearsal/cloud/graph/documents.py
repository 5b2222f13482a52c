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
        "deletedDateTime": None,
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
        "ageGroup": None,
        "city": None,
        "companyName": None,
        "consentProvidedForMinor": None,
        "country": None,
        "creationType": "Invitation" if guest else None,
        "department": None,
        "employeeId": None,
        "employeeType": None,
        "externalUserState": "Accepted" if guest else None,
        "faxNumber": None,
        "lastPasswordChangeDateTime": created,
        "onPremisesImmutableId": None,
        "onPremisesSyncEnabled": None,
        "otherMails": [],
        "passwordPolicies": None,
        "passwordProfile": None,
        "postalCode": None,
        "preferredDataLocation": None,
        "proxyAddresses": [],
        "showInAddressList": None,
        "signInSessionsValidFromDateTime": created,
        "state": None,
        "streetAddress": None,
        "usageLocation": None,
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
        "addIns": [],
        "applicationTemplateId": None,
        "certification": None,
        "createdDateTime": created,
        "defaultRedirectUri": None,
        "description": None,
        "disabledByMicrosoftStatus": None,
        "displayName": display_name,
        "groupMembershipClaims": None,
        "identifierUris": [],
        "info": {
            "logoUrl": None,
            "marketingUrl": None,
            "privacyStatementUrl": None,
            "supportUrl": None,
            "termsOfServiceUrl": None,
        },
        "isDeviceOnlyAuthSupported": None,
        "isFallbackPublicClient": None,
        "notes": None,
        "oauth2RequirePostResponse": False,
        "optionalClaims": None,
        "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
        "publisherDomain": domain,
        "requestSignatureVerification": None,
        "samlMetadataUrl": None,
        "serviceManagementReference": None,
        "servicePrincipalLockConfiguration": None,
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "tokenEncryptionKeyId": None,
        "uniqueName": None,
        "verifiedPublisher": {
            "addedDateTime": None,
            "displayName": None,
            "verifiedPublisherId": None,
        },
        "api": {
            "acceptMappedClaims": None,
            "knownClientApplications": [],
            "oauth2PermissionScopes": [],
            "preAuthorizedApplications": [],
            "requestedAccessTokenVersion": None,
        },
        "appRoles": [],
        "publicClient": {"redirectUris": []},
        "requiredResourceAccess": [],
        "spa": {"redirectUris": []},
        "web": {
            "homePageUrl": None,
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": False,
                "enableIdTokenIssuance": False,
            },
            "logoutUrl": None,
            "redirectUriSettings": [],
            "redirectUris": [],
        },
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
        "addIns": [],
        "alternativeNames": [],
        "appDisplayName": display_name,
        "appDescription": None,
        "appId": app_id,
        "appOwnerOrganizationId": owner_tenant_id,
        "appRoleAssignmentRequired": False,
        "appRoles": [],
        "applicationTemplateId": None,
        "description": None,
        "disabledByMicrosoftStatus": None,
        "displayName": display_name,
        "homepage": None,
        "keyCredentials": [],
        "loginUrl": None,
        "logoutUrl": None,
        "notes": None,
        "notificationEmailAddresses": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "preferredSingleSignOnMode": None,
        "preferredTokenSigningKeyThumbprint": None,
        "replyUrls": [],
        "samlSingleSignOnSettings": None,
        "servicePrincipalNames": [app_id, *names],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "tokenEncryptionKeyId": None,
    }

"""Good bodies of requests, by operation."""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.graph.app_roles import IDS
from rehearsal.cloud.graph.first_party import GRAPH
from rehearsal.cloud.world import made_up_id
from tests.support.arm import (
    CLUSTER_USER,
    SUBSCRIPTION,
    WORLD,
    cluster_body,
    cluster_path,
    role_reference,
)
from tests.support.identity import AKS_CLIENT, AKS_SERVER, SG_PAYMENTS

USER = WORLD.account("shop-dev")
APPLICATION = WORLD.account("ci")
GUID = "0a1b2c3d-0000-4000-8000-0000000000aa"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-a"
CLUSTER = cluster_path(GROUP, "aks-a")
_LOCATION = {"location": "westeurope", "tags": {"a": "b"}}
_POOL = {"mode": "User", "count": 1, "vmSize": "Standard_D4ds_v5", "nodeLabels": {"a": "b"}}
_FEDERATED = {
    "issuer": "https://issuer.example/",
    "subject": "system:serviceaccount:a:b",
    "audiences": ["api://AzureADTokenExchange"],
}
_APP_ROLE = {
    "principalId": APPLICATION.object_id,
    "resourceId": made_up_id(WORLD.tenant_id, GRAPH),
    "appRoleId": IDS["AppRoleAssignment.ReadWrite.All"],
}
_LINK = {"@odata.id": f"https://localhost/v1.0/directoryObjects/{USER.object_id}"}
LOG_IN = {
    "client_id": AKS_CLIENT,
    "grant_type": "password",
    "username": USER.upn,
    "password": USER.secret,
    "scope": f"{AKS_SERVER}/.default openid offline_access",
    "resource": AKS_SERVER,
}
AUTHORIZE = {
    "client_id": AKS_CLIENT,
    "response_type": "code",
    "redirect_uri": "http://localhost:8400",
    "scope": f"{AKS_SERVER}/.default openid",
    "state": "a",
    "code_challenge": "a" * 43,
    "code_challenge_method": "S256",
}
_IDENTITY = {
    "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "apiVersion": "2023-01-31",
    "name": "[format('id-{0}{1}', parameters('who'), copyIndex(1))]",
    "copy": {"name": "all", "count": 2},
    "condition": "[not(empty(variables('where')))]",
    "location": "[variables('where')]",
    "tags": {"a": "[uniqueString(subscription().id)]", "b": "[if(equals(1, 2), 'c', 'd')]"},
}
_TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {
        "who": {"type": "string", "allowedValues": ["a", "b"], "maxLength": 3},
        "more": {"type": "object", "defaultValue": {"location": "westeurope"}},
    },
    "variables": {"where": "[coalesce(parameters('more').location, 'westus')]"},
}
_OUTPUT = {"type": "string", "value": "[first(split(reference('id-a1').clientId, '-'))]"}
_AT_GROUP = {
    "properties": {
        "mode": "Incremental",
        "parameters": {"who": {"value": "a"}},
        "template": {**_TEMPLATE, "resources": [_IDENTITY], "outputs": {"o": _OUTPUT}},
    }
}
_FEATURE: dict[str, Any] = {
    "type": "Microsoft.Features/featureProviders/subscriptionFeatureRegistrations",
    "apiVersion": "2021-07-01",
    "name": "[concat('Microsoft.ContainerService/', parameters('feature'))]",
    "properties": {},
}
_NESTED = {
    "type": "Microsoft.Resources/deployments",
    "apiVersion": "2024-03-01",
    "name": "nested",
    "resourceGroup": "rg-a",
    "dependsOn": [
        "[subscriptionResourceId(variables('kind'), 'Microsoft.ContainerService', 'AAD-V2')]"
    ],
    "properties": {**_AT_GROUP["properties"], "expressionEvaluationOptions": {"scope": "inner"}},
}
_AT_SUBSCRIPTION: dict[str, Any] = {
    "location": "westeurope",
    "tags": {"a": "b"},
    "properties": {
        "mode": "Incremental",
        "template": {
            **_TEMPLATE,
            "parameters": {"feature": {"type": "string", "defaultValue": "AAD-V2"}},
            "variables": {"kind": _FEATURE["type"]},
            "resources": [_FEATURE, _NESTED],
        },
    },
}
# Bodies by the operation's name; of operations with none, an empty object.
BODIES: dict[str, Any] = {
    "ResourceGroups_CreateOrUpdate": _LOCATION,
    "ResourceGroups_Update": {"tags": {"c": "d"}},
    "Deployments_CreateOrUpdate": _AT_GROUP,
    "Deployments_CreateOrUpdateAtSubscriptionScope": _AT_SUBSCRIPTION,
    "Deployments_Validate": _AT_GROUP,
    "Deployments_ValidateAtSubscriptionScope": _AT_SUBSCRIPTION,
    "ManagedClusters_CreateOrUpdate": cluster_body(
        networkProfile={"networkPlugin": "azure", "podCidr": "10.244.0.0/16"},
        apiServerAccessProfile={"authorizedIPRanges": ["10.0.0.0/8"]},
        oidcIssuerProfile={"enabled": True},
        autoUpgradeProfile={"upgradeChannel": "stable"},
        securityProfile={"workloadIdentity": {"enabled": True}},
    ),
    "ManagedClusters_UpdateTags": {"tags": {"c": "d"}},
    "AgentPools_CreateOrUpdate": {"properties": _POOL},
    "UserAssignedIdentities_CreateOrUpdate": _LOCATION,
    "UserAssignedIdentities_Update": _LOCATION,
    "FederatedIdentityCredentials_CreateOrUpdate": {"properties": _FEDERATED},
    "MaintenanceConfigurations_CreateOrUpdate": {
        "properties": {"timeInWeek": [{"day": "Monday", "hourSlots": [1, 2]}]}
    },
    "RoleAssignments_Create": {
        "properties": {
            **role_reference(CLUSTER_USER),
            "principalId": SG_PAYMENTS,
            "principalType": "Group",
        }
    },
    "RoleDefinitions_CreateOrUpdate": {
        "properties": {
            "roleName": "Reader of clusters",
            "type": "CustomRole",
            "description": "reads",
            "assignableScopes": [SUBSCRIPTION],
            "permissions": [
                {
                    "actions": ["Microsoft.ContainerService/managedClusters/read"],
                    "notActions": [],
                    "dataActions": [],
                    "notDataActions": [],
                }
            ],
        }
    },
    "ManagementLocks_CreateOrUpdate": {"properties": {"level": "CanNotDelete", "notes": "no"}},
    "DiagnosticSettings_CreateOrUpdate": {
        "properties": {
            "workspaceId": f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/ws-a",
            "logs": [{"category": "kube-audit-admin", "enabled": True}],
        }
    },
    "Workspaces_CreateOrUpdate": {
        **_LOCATION,
        "properties": {"sku": {"name": "PerGB2018"}, "retentionInDays": 30},
    },
    "Workspaces_Update": {"tags": {"c": "d"}},
    "Groups_Create": {
        "displayName": "sg-a",
        "mailEnabled": False,
        "mailNickname": "sg-a",
        "securityEnabled": True,
        "groupTypes": [],
        "description": "a group",
        "members@odata.bind": [_LINK["@odata.id"]],
        "owners@odata.bind": [_LINK["@odata.id"]],
    },
    "Groups_Update": {"displayName": "sg-b", "description": "b"},
    "Users_Create": {
        "accountEnabled": True,
        "displayName": "A User",
        "mailNickname": "a-user",
        "userPrincipalName": "a-user@contoso.example",
        "passwordProfile": {"password": "a-user-Passw0rd", "forceChangePasswordNextSignIn": False},
    },
    "Users_Update": {"displayName": "B", "accountEnabled": True, "jobTitle": None},
    "Users_ChangePassword": {"currentPassword": "a", "newPassword": "b-Passw0rd-1"},
    "Invitations_Create": {
        "invitedUserEmailAddress": "a@fabrikam.example",
        "inviteRedirectUrl": "https://localhost/",
    },
    "Applications_Create": {
        "displayName": "app",
        "identifierUris": [],
        "web": {"redirectUris": ["https://localhost/"]},
        "requiredResourceAccess": [{"resourceAppId": GUID, "resourceAccess": []}],
    },
    "Applications_Update": {"displayName": "app-b", "tags": ["a"]},
    "ServicePrincipals_Create": {"appId": APPLICATION.app_id},
    "ServicePrincipals_Update": {"displayName": "sp-b", "tags": ["a"]},
    "Batch": {
        "requests": [
            {"id": "1", "method": "GET", "url": "/me"},
            {"id": "2", "method": "GET", "url": "/groups?$top=1", "dependsOn": ["1"]},
        ]
    },
    "Objects_GetByIds": {"ids": [USER.object_id], "types": ["user", "group"]},
    "AKS.TokenReview": {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": "a.b.c"},
    },
    "AKS.SubjectAccessReview": {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": USER.upn,
            "groups": [SG_PAYMENTS],
            "extra": {"oid": [USER.object_id]},
            "resourceAttributes": {"namespace": "a", "verb": "get", "resource": "pods"},
        },
    },
}
ENDINGS: tuple[tuple[str, Any], ...] = (
    ("AddRef", _LINK),
    ("AppRoleAssignments_Create", _APP_ROLE),
    ("FederatedCredentials_Create", {"name": "fed-a", **_FEDERATED}),
    ("FederatedCredentials_Update", {"description": "b"}),
    (
        "AddPassword",
        {"passwordCredential": {"displayName": "a", "endDateTime": "2027-01-01T00:00:00Z"}},
    ),
    ("RemovePassword", {"keyId": GUID}),
    ("getMemberGroups", {"securityEnabledOnly": False}),
    ("getMemberObjects", {"securityEnabledOnly": False}),
    ("checkMemberGroups", {"groupIds": [SG_PAYMENTS]}),
    ("checkMemberObjects", {"ids": [SG_PAYMENTS]}),
)

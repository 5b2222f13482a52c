"""Properties of resources, as the tests of the policy pack write them."""

from __future__ import annotations

from typing import Any

POOL = "azure-native:containerservice:AgentPool"
SETTING = "azure-native:monitor:DiagnosticSetting"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
GROUP = "0b7c1d2e-1111-4222-8333-44445555aaaa"
OTHER = "1b7c1d2e-1111-4222-8333-44445555aaaa"
ADMIN = "3498e952-d568-435e-9b2c-8d77e338d7f7"
ADMINS = "aadProfile.adminGroupObjectIDs"
SCOPE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"
RBAC_GROUP = "rbac.authorization.k8s.io"


def at(path: str, value: Any) -> dict[str, Any]:
    """Properties that hold the value at a path."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def logs(*categories: Any, enabled: Any = True) -> dict[str, Any]:
    """The logs of a diagnostic setting."""
    return {"logs": [{"category": one, "enabled": enabled} for one in categories]}


def rule(verbs: list[Any], resources: list[Any], group: str = "", **more: Any) -> dict[str, Any]:
    """A role of one rule."""
    return {"rules": [{"apiGroups": [group], "resources": resources, "verbs": verbs, **more}]}


def role(definition: Any, **more: Any) -> dict[str, Any]:
    """An assignment of a role definition, at a cluster."""
    return {"roleDefinitionId": f"/x/roleDefinitions/{definition}", "scope": SCOPE} | more

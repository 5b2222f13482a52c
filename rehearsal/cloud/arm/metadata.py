"""`/metadata/endpoints`: where a client that only knows ARM's address finds everything else.

The shapes by api-version follow what azure-cli, go-azure-sdk and azure-native read: one object from
2022-09-01 on, a list of such objects before, and the old flat object in 2015-01-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.cloud.arm import api_version
from rehearsal.cloud.web import Reply

if TYPE_CHECKING:
    from rehearsal.cloud.arm.dispatch import Routes
    from rehearsal.cloud.web import Request

_FLAT_UNTIL = "2018-05-01"
_LIST_UNTIL = "2022-09-01"


def add_routes(routes: Routes) -> None:
    """Add the operation; it is the only one of ARM that asks for no token."""
    origin = routes.cloud.origin

    def handle(request: Request) -> Reply:
        return Reply(200, endpoints(origin, api_version.checked(request)))

    routes.cloud.router.add("GET", "/metadata/endpoints", "Metadata_GetEndpoints", handle)


def endpoints(origin: str, version: str) -> Any:
    """The document in the shape that the api-version has.

    No address ends in a slash: clients append paths as they are. `identityProvider` and `tenant`
    have the public cloud's values, as others mean an Azure Stack to go-azure-sdk.
    """
    if version < _FLAT_UNTIL:
        return {
            "galleryEndpoint": origin,
            "graphEndpoint": origin,
            "portalEndpoint": origin,
            "authentication": {"loginEndpoint": origin, "audiences": [origin]},
        }
    document = {
        "name": "LocalAzure",
        "portal": origin,
        "resourceManager": origin,
        "authentication": {
            "loginEndpoint": origin,
            "audiences": [origin],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graph": origin,
        "graphAudience": origin,
        "microsoftGraphResourceId": origin,
        "batch": "",
        "media": "",
        "gallery": "",
        "sqlManagement": "",
        "vmImageAliasDoc": "",
        "activeDirectoryDataLake": "",
        "suffixes": {
            "storage": "core.localazure.invalid",
            "keyVaultDns": "vault.localazure.invalid",
            "acrLoginServer": "azurecr.localazure.invalid",
            "sqlServerHostname": "database.localazure.invalid",
        },
    }
    return document if version >= _LIST_UNTIL else [document]

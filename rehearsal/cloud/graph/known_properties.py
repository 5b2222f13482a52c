"""Which properties a query may name: those that v1.0 has of a kind, shown here or not.

Names that are not in `documents` are those of the v1.0 reference pages `user`, `group`,
`application` and `servicePrincipal` under https://learn.microsoft.com/graph/api/resources/, from
memory. What /beta has is not checked: it changes from week to week.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cloud.graph.filters import FilterError, parse_filter
from rehearsal.cloud.graph.navigation import OF_KIND
from rehearsal.cloud.graph.properties import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.cloud.graph.call import Call
    from rehearsal.cloud.graph.directory import ObjectKind

_BAD_REQUEST = "BadRequest"
_NOT_SHOWN: dict[ObjectKind, frozenset[str]] = {
    "User": frozenset(
        {"aboutme", "assignedlicenses", "assignedplans", "authorizationinfo", "birthday"}
        | {"customsecurityattributes", "deviceenrollmentlimit", "employeehiredate"}
        | {"employeeleavedatetime", "employeeorgdata", "externaluserstatechangedatetime"}
        | {"hiredate", "identities", "imaddresses", "interests", "ismanagementrestricted"}
        | {"isresourceaccount", "legalagegroupclassification", "licenseassignmentstates"}
        | {"mailboxsettings", "mysite", "onpremisesdistinguishedname", "onpremisesdomainname"}
        | {"onpremisesextensionattributes", "onpremiseslastsyncdatetime"}
        | {"onpremisesprovisioningerrors", "onpremisessamaccountname"}
        | {"onpremisessecurityidentifier", "onpremisesuserprincipalname", "pastprojects"}
        | {"preferredname", "print", "provisionedplans", "responsibilities", "schools"}
        | {"securityidentifier", "serviceprovisioningerrors", "signinactivity", "skills"}
        | {"manager", "directreports", "createdobjects", "registereddevices"}
    ),
    "Group": frozenset(
        {"allowexternalsenders", "assignedlabels", "assignedlicenses", "autosubscribenewmembers"}
        | {"haslicenseerrors", "hasmemberswithlicenseerrors", "hidefromaddresslists"}
        | {"hidefromoutlookclients", "infocatalogs", "isarchived", "ismanagementrestricted"}
        | {"issubscribedbymail", "licenseprocessingstate", "serviceprovisioningerrors"}
        | {"uniquename", "unseencount"}
    ),
    "Application": frozenset(
        {"appmanagementpolicies", "authenticationbehaviors", "isdisabled", "logo", "windows"}
        | {"nativeauthenticationapisenabled", "tokenrevocations", "federatedidentitycredentials"}
    ),
    "ServicePrincipal": frozenset(
        {"approleassignments", "approleassignedto", "customsecurityattributes", "info"}
        | {"isdisabled", "oauth2permissiongrants", "resourcespecificapplicationpermissions"}
        | {"verifiedpublisher"}
    ),
}


def check_names(call: Call, kind: ObjectKind) -> None:
    """Refuse a query about properties that objects of the kind do not have.

    The words are those in mguessan/davmail#488.

    Raises:
        CloudError: 400.
    """
    if call.version != "v1.0":
        return
    known = {name.lower() for name in TEMPLATES[kind]} | _NOT_SHOWN[kind]
    known |= {name.lower() for name in OF_KIND[kind]}
    for failed, name in _names(call):
        if name.lower() not in known and not name.lower().startswith("extension_"):
            of = f"microsoft.graph.{kind[0].lower()}{kind[1:]}"
            message = f"{failed}: Could not find a property named '{name}' on type '{of}'."
            raise call.refuse.error(400, _BAD_REQUEST, message)


def _names(call: Call) -> Iterator[tuple[str, str]]:
    """(what fails, name) of each property that the query names."""
    query = call.request.query
    for part in query.get("$select", "").split(","):
        name = part.strip().partition("/")[0]
        if name and name != "*":
            yield "Parsing OData Select and Expand failed", name
    try:
        paths = parse_filter(query["$filter"]).paths if query.get("$filter") else ()
    except FilterError:
        return
    for path in paths:
        yield "Invalid filter clause", path.partition("/")[0]

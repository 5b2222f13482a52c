"""The functions that Azure has for templates, and the local Azure does not.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions.
"""

from __future__ import annotations

from typing import Final

_NAMES: Final = frozenset(
    {"cidrhost", "cidrsubnet", "datauri", "datauritostring", "datetimeadd", "datetimefromepoch"}
    | {"datetimetoepoch", "deployer", "environment", "filter", "float", "getsecret", "groupby"}
    | {"indexfromend", "intersection", "items", "lambda", "lambdavariables", "managementgroup"}
    | {"managementgroupresourceid", "map", "mapvalues", "newguid", "objectkeys", "padleft"}
    | {"parsecidr", "pickzones", "providers", "reduce", "references", "shallowmerge", "sort"}
    | {"tologicalzone", "tologicalzones", "toobject", "tophysicalzone"}
    | {"tophysicalzones", "tryget", "tryindexfromend", "uri", "uricomponent"}
    | {"uricomponenttostring", "utcnow"}
)


def is_absent(name: str) -> bool:
    """Whether Azure has the function, whose name is compared without case.

    What begins with `list`, such as `listKeys`, calls an operation of that name.
    """
    return name.lower() in _NAMES or (name.lower().startswith("list") and name.isalpha())

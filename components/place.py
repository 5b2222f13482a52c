"""What every resource beside the cluster is given."""

from collections.abc import Mapping
from typing import NamedTuple

import pulumi


class Place(NamedTuple):
    """Where a resource lies, and what it is tagged with."""

    resource_group_name: pulumi.Input[str]
    location: pulumi.Input[str]
    tags: Mapping[str, pulumi.Input[str]]

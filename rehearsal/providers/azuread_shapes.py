"""The properties of a group, as the program states and sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from rehearsal.providers.codec import UNKNOWN
from rehearsal.providers.errors import ProviderError

if TYPE_CHECKING:
    from rehearsal.providers.codec import Json

GROUP: Final = "azuread:index/group:Group"
PREFIX: Final = "/groups/"
INPUTS: Final = (
    "assignableToRole",
    "description",
    "displayName",
    "mailNickname",
    "members",
    "owners",
    "preventDuplicateNames",
    "securityEnabled",
    "visibility",
)
REPLACE: Final = ("assignableToRole", "mailNickname")
SETS: Final = ("members", "owners")


def require_group(token: str) -> None:
    """Refuse every type but the group's.

    Raises:
        ProviderError: It is another.
    """
    if token != GROUP:
        raise ProviderError(f"a rehearsal has no resource type '{token}'; it has {GROUP}")


def object_id_of(resource_id: str) -> str:
    """The object id in a resource id."""
    return resource_id.removeprefix(PREFIX)


def ordered(values: Json) -> Json:
    """The properties with owners and members sorted, since they are sets."""
    sets = {key: values[key] for key in SETS if isinstance(values.get(key), list)}
    return values | {key: sorted(cast("list[str]", items)) for key, items in sets.items()}


def preview(inputs: Json, olds: Json) -> Json:
    """The outputs as far as they are known; `olds` are those before an update."""
    unknown = dict.fromkeys(("mail", "mailNickname", "objectId"), UNKNOWN)
    return unknown | {key: value for key, value in olds.items() if key not in INPUTS} | inputs

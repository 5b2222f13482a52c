"""Microsoft Graph's calls for groups and for looking people up."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from rehearsal.providers.errors import ProviderError
from rehearsal.providers.rest import body_of, refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rehearsal.providers.codec import Json
    from rehearsal.providers.rest import Session

_REPLICATION_POLL_SECONDS: Final = 1.0
_REPLICATION_ATTEMPTS: Final = 60
_NOT_REPLICATED: Final = frozenset({HTTPStatus.NOT_FOUND})


class Graph:
    """Ids are object ids; objects are as Graph answers them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._base = f"{session.account.graph}/v1.0"

    def get(self, path: str) -> Json | None:
        """The object at a path such as `/groups/ID`, or None where there is none."""
        response = self._session.send("GET", self._base + path)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        if response.status_code != HTTPStatus.OK:
            raise refusal(response, f"reading {path}")
        return body_of(response)

    def list(self, path: str, **equal: str) -> list[Json]:
        """All objects at a path whose properties are as given, over all pages."""
        quoted = [
            f"{key} eq '{value.replace(chr(39), chr(39) * 2)}'" for key, value in equal.items()
        ]
        query = {"$filter": " and ".join(quoted)} if quoted else {}
        found: list[Json] = []
        url = self._base + path
        while url:
            response = self._session.send("GET", url, params=query)
            if response.status_code != HTTPStatus.OK:
                raise refusal(response, f"listing {path}")
            page, query = body_of(response), {}
            found += cast("list[Json]", page.get("value", []))
            url = str(page.get("@odata.nextLink", ""))
        return found

    def ids(self, path: str) -> list[str]:
        """The object ids of a list, sorted."""
        return sorted(str(item["id"]) for item in self.list(path))

    def create_group(self, group: Json, owners: Iterable[str]) -> str:
        """Make a group; its object id."""
        body = group | {"owners@odata.bind": [self._reference(owner) for owner in owners]}
        response = self._session.send("POST", f"{self._base}/groups", body=body)
        if response.status_code != HTTPStatus.CREATED:
            raise refusal(response, "creating the group")
        return str(body_of(response)["id"])

    def change_group(self, object_id: str, change: Json) -> None:
        """Change properties of a group, and wait until reading it shows them.

        A group that was just made may not be there yet, nor show a change at once.
        """
        path = f"/groups/{object_id}"
        response = self._session.send(
            "PATCH", self._base + path, body=change, also_retry=_NOT_REPLICATED
        )
        if response.status_code not in {HTTPStatus.NO_CONTENT, HTTPStatus.OK}:
            raise refusal(response, f"changing the group {object_id}")
        for _ in range(_REPLICATION_ATTEMPTS):
            live = self.get(path) or {}
            if all(live.get(key) == value for key, value in change.items()):
                return
            self._session.wait(_REPLICATION_POLL_SECONDS)
        raise ProviderError(f"the group {object_id} still does not show its change; run up again")

    def set_references(self, object_id: str, relation: str, wanted: Collection[str]) -> None:
        """Make exactly the `wanted` objects the members or owners of a group, adding first."""
        path = f"{self._base}/groups/{object_id}/{relation}"
        present = set(self.ids(f"/groups/{object_id}/{relation}"))
        for added in sorted(set(wanted) - present):
            response = self._session.send(
                "POST",
                f"{path}/$ref",
                body={"@odata.id": self._reference(added)},
                also_retry=_NOT_REPLICATED,
            )
            if response.status_code != HTTPStatus.NO_CONTENT:
                raise refusal(response, f"adding {added} to the {relation} of group {object_id}")
        for removed in sorted(present - set(wanted)):
            response = self._session.send("DELETE", f"{path}/{removed}/$ref")
            if response.status_code not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}:
                raise refusal(
                    response, f"removing {removed} from the {relation} of group {object_id}"
                )

    def delete_group(self, object_id: str) -> None:
        """Delete a group; one that is not there is no error."""
        response = self._session.send("DELETE", f"{self._base}/groups/{object_id}")
        if response.status_code not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}:
            raise refusal(response, f"deleting the group {object_id}")

    def _reference(self, object_id: str) -> str:
        return f"{self._base}/directoryObjects/{object_id}"

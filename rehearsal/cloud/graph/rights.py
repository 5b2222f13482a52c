"""Who may do what in Graph: application permissions, delegated ones, directory roles, ownership.

By the permission tables of each operation's page under https://learn.microsoft.com/graph/api/ and
https://learn.microsoft.com/entra/fundamentals/users-default-permissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.entra.tokens import Caller
    from rehearsal.cloud.graph.directory import ObjectKind
    from rehearsal.cloud.store import Json

Action = Literal["read", "write"]

# A person's client acts with all that the person may do.
AS_USER = "Directory.AccessAsUser.All"

_DIRECTORY_READ = frozenset({"Directory.Read.All", "Directory.ReadWrite.All"})
_GROUP_WRITE = frozenset({"Group.ReadWrite.All", "Directory.ReadWrite.All"})
_USER_WRITE = frozenset({"User.ReadWrite.All", "Directory.ReadWrite.All"})
_APPLICATION_WRITE = frozenset({"Application.ReadWrite.All", "Directory.ReadWrite.All"})
_APPLICATION_READ = frozenset(
    {"Application.Read.All", *_APPLICATION_WRITE, "Application.ReadWrite.OwnedBy", *_DIRECTORY_READ}
)
PERMISSIONS: dict[tuple[ObjectKind, Action], frozenset[str]] = {
    ("Group", "write"): _GROUP_WRITE,
    ("Group", "read"): _GROUP_WRITE
    | {"Group.Read.All", "GroupMember.Read.All", "GroupMember.ReadWrite.All"}
    | _DIRECTORY_READ,
    ("User", "write"): _USER_WRITE,
    ("User", "read"): _USER_WRITE | {"User.Read.All", "User.ReadBasic.All"} | _DIRECTORY_READ,
    ("Application", "write"): _APPLICATION_WRITE,
    ("Application", "read"): _APPLICATION_READ,
    ("ServicePrincipal", "write"): _APPLICATION_WRITE,
    ("ServicePrincipal", "read"): _APPLICATION_READ,
}
MEMBERSHIP_WRITE = _GROUP_WRITE | {"GroupMember.ReadWrite.All"}
# What lets its holder make a thing, and then manage it as its owner.
CREATE = {"Group": "Group.Create", "Application": "Application.ReadWrite.OwnedBy"}
CREATE["ServicePrincipal"] = CREATE["Application"]
INVITE = _USER_WRITE | {"User.Invite.All"}

_APPLICATION_ROLES = frozenset(
    {"Global Administrator", "Application Administrator", "Cloud Application Administrator"}
)
WRITE_ROLES: dict[ObjectKind, frozenset[str]] = {
    "Group": frozenset(
        {"Global Administrator", "Groups Administrator", "User Administrator", "Directory Writers"}
    ),
    "User": frozenset({"Global Administrator", "User Administrator", "Directory Writers"}),
    "Application": _APPLICATION_ROLES,
    "ServicePrincipal": _APPLICATION_ROLES,
}
READ_ROLES = frozenset({"Global Reader", "Directory Readers"})
INVITE_ROLES = WRITE_ROLES["User"] | {"Guest Inviter"}
# Groups that directory roles can be assigned to are managed by few.
ROLE_GROUP_ROLES = frozenset({"Global Administrator", "Privileged Role Administrator"})
ROLE_GROUP_PERMISSION = frozenset({"RoleManagement.ReadWrite.Directory"})
GRANT_PERMISSION = frozenset({"AppRoleAssignment.ReadWrite.All"})
# https://learn.microsoft.com/graph/api/user-update: User.ReadWrite.All is not enough for passwords.
PASSWORD_PERMISSION = frozenset({"User-PasswordProfile.ReadWrite.All"})
PASSWORD_ROLES = frozenset({"Global Administrator", "User Administrator"})


class Rights:
    """What one caller may do."""

    def __init__(self, cloud: Cloud, caller: Caller) -> None:
        self._directory = cloud.directory
        self._caller = caller
        self._roles = cloud.directory.directory_roles(caller.object_id)
        found = cloud.directory.principal(caller.object_id)
        self._member = caller.kind == "User" and found is not None and not found.guest

    def read(self, kind: ObjectKind, object_id: str | None = None) -> bool:
        """Whether it may read objects of a kind; of itself, and of what it owns, it always may."""
        if object_id is not None and object_id == self._caller.object_id:
            return True
        if self._permitted(PERMISSIONS[kind, "read"]) or self._has_role(WRITE_ROLES[kind]):
            return True
        if self._has_role(READ_ROLES) or (self._member and self._delegated(kind, "read")):
            return True
        return object_id is not None and (self._owns(object_id) or self._in_group(object_id))

    def create(self, kind: ObjectKind) -> bool:
        """Whether it may make an object of a kind; members of the tenant may, except users."""
        if self._permitted(PERMISSIONS[kind, "write"]) or self._has_role(WRITE_ROLES[kind]):
            return True
        if kind in CREATE and self._permitted(frozenset({CREATE[kind]})):
            return True
        return kind != "User" and self._member and self._delegated(kind, "write")

    def manage(self, kind: ObjectKind, document: Json) -> bool:
        """Whether it may change or delete this object."""
        if document.get("isAssignableToRole"):
            return self.manage_role_groups() or self._owner(kind, document)
        if self._permitted(PERMISSIONS[kind, "write"]) or self._has_role(WRITE_ROLES[kind]):
            return True
        return self._owner(kind, document)

    def manage_members(self, group: Json) -> bool:
        """Whether it may add and remove members of this group."""
        ordinary = not group.get("isAssignableToRole")
        return self.manage("Group", group) or (ordinary and self._permitted(MEMBERSHIP_WRITE))

    def manage_role_groups(self) -> bool:
        """Whether it may make and manage groups that directory roles can be assigned to."""
        return self._permitted(ROLE_GROUP_PERMISSION) or self._has_role(ROLE_GROUP_ROLES)

    def owns_what_it_makes(self, kind: ObjectKind) -> bool:
        """Whether it becomes the owner of a new object that names no owner.

        People do; an application does if it could not manage the object otherwise.
        """
        return self._caller.kind == "User" or not self._permitted(PERMISSIONS[kind, "write"])

    def set_passwords(self) -> bool:
        """Whether it may give another user another password."""
        return self._permitted(PASSWORD_PERMISSION) or self._has_role(PASSWORD_ROLES)

    def grant_permissions(self) -> bool:
        """Whether it may grant applications permissions in Graph."""
        return self._permitted(GRANT_PERMISSION) or self._has_role(ROLE_GROUP_ROLES)

    def invite(self) -> bool:
        """Whether it may make guests; members of the tenant may."""
        if self._permitted(INVITE) or self._has_role(INVITE_ROLES):
            return True
        return self._member and bool((INVITE | {AS_USER}) & self._caller.scopes)

    def _permitted(self, permissions: frozenset[str]) -> bool:
        """Whether the application itself has one of the permissions."""
        return self._caller.kind == "ServicePrincipal" and bool(permissions & self._caller.roles)

    def _has_role(self, roles: frozenset[str]) -> bool:
        if not roles & self._roles:
            return False
        return self._caller.kind == "ServicePrincipal" or AS_USER in self._caller.scopes

    def _delegated(self, kind: ObjectKind, action: Action) -> bool:
        """Whether the person's client was given enough to act for the person here."""
        return bool((PERMISSIONS[kind, action] | {AS_USER}) & self._caller.scopes)

    def _owner(self, kind: ObjectKind, document: Json) -> bool:
        if not self._owns(document["id"]):
            return False
        if self._caller.kind == "User":
            return self._delegated(kind, "write")
        return kind in CREATE and CREATE[kind] in self._caller.roles

    def _owns(self, object_id: str) -> bool:
        return self._caller.object_id in self._directory.owners(object_id)

    def _in_group(self, object_id: str) -> bool:
        """People see the groups they are in, guests too."""
        if self._caller.kind != "User":
            return False
        return self._caller.object_id in self._directory.transitive_members(object_id)

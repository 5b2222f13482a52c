"""All groups of a configuration, and what is refused about them before any of them is made."""

from collections.abc import Collection, Iterator, Sequence

import pulumi

from components import naming
from components.admin_group import EntraGroup, EntraGroupArgs
from components.principals import DirectoryError, object_id_of, refuse_twins


def entra_groups(
    described: Sequence[EntraGroupArgs],
    admin_keys: Collection[str],
    deployer_object_id: str,
    *,
    emergency: bool = False,
) -> dict[str, EntraGroup]:
    """The groups by key, after all that is there already has been looked up and judged.

    What is declared is made even if the program then refuses something else.

    Args:
        described: The groups.
        admin_keys: Keys of those whose members administer the cluster.
        deployer_object_id: Who runs the program.
        emergency: Whether a lock-out is warned of and not refused.

    Raises:
        DirectoryError: A group or a person is not there, a group has two names, or nobody or a
            stranger would administer the cluster.
    """
    _refuse_same_names(described)
    created = [
        _completed(args, is_admin=args["key"] in admin_keys)
        for args in described
        if args.get("display_name")
    ]
    groups = {
        args["key"]: EntraGroup(naming.slug(args["key"]), args)
        for args in described
        if not args.get("display_name")
    }
    refuse_twins(group.principal for group in groups.values())
    guard_against_lock_out(
        [groups[key] for key in admin_keys if key in groups],
        deployer_object_id,
        creates_one=any(args["key"] in admin_keys for args in created),
        emergency=emergency,
    )
    return groups | {args["key"]: EntraGroup(naming.slug(args["key"]), args) for args in created}


def _refuse_same_names(described: Sequence[EntraGroupArgs]) -> None:
    """Refuse names that differ in case only: two groups made at once do not see each other."""
    seen: dict[str, str] = {}
    for args in described:
        name = args.get("display_name") or args.get("existing") or args["key"]
        earlier = seen.setdefault(name.lower(), name)
        if earlier != name:
            raise DirectoryError(
                f'"{earlier}" and "{name}" are one name to Entra ID, which does not tell case; '
                "write the name of a group the same way everywhere in the stack file"
            )


def _completed(args: EntraGroupArgs, *, is_admin: bool) -> EntraGroupArgs:
    """The group with people by object id, and the deployer in it if it administers."""
    known = args.copy()
    known["owners"] = list(map(object_id_of, args.get("owners", [])))
    known["members"] = list(map(object_id_of, args.get("members", [])))
    known["deployer_is_member"] = is_admin
    return known


def guard_against_lock_out(
    existing: Sequence[EntraGroup],
    deployer_object_id: str,
    *,
    creates_one: bool,
    emergency: bool = False,
) -> None:
    """Refuse admin groups that would not let the deployer into the cluster.

    Nobody but strangers could then enter; the program itself could not even make a namespace. In an
    emergency that has happened already, and the way back in must not be refused for it.

    Args:
        existing: The admin groups that are there already.
        deployer_object_id: Who must be in one of them.
        creates_one: Whether the program makes another one, with the deployer in it.
        emergency: Whether to warn only.

    Raises:
        DirectoryError: There is none, one that is there already has no member, or the deployer is
            in none of them.
    """
    for problem in _lock_outs(existing, deployer_object_id, creates_one=creates_one):
        if not emergency:
            raise DirectoryError(problem)
        pulumi.warn(f"refused but for break-glass: {problem}")


def _lock_outs(
    existing: Sequence[EntraGroup], deployer_object_id: str, *, creates_one: bool
) -> Iterator[str]:
    if not existing and not creates_one:
        yield (
            "there is no admin group, so nobody could enter the cluster; let the stack create one "
            "with adminGroups: [{displayName: NAME}], or name one that is there with "
            "adminGroups: [{existing: NAME}]"
        )
        return
    for group in existing:
        if group.is_empty:
            yield (
                f"the admin group {group.known_as} has no member, so it lets nobody in; add those "
                "who administer the cluster with: az ad group member add --group GROUP "
                "--member-id OBJECT_ID, or take it out of adminGroups"
            )
    if not creates_one and not any(group.has_deployer for group in existing):
        names = ", ".join(group.known_as for group in existing)
        yield (
            f"the deployer ({deployer_object_id}) is in none of the admin groups ({names}), so "
            "this deployment would lock itself out of the cluster; add it to one of them with: "
            f"az ad group member add --group GROUP --member-id {deployer_object_id}, or let the "
            "stack create a group with adminGroups: [{displayName: NAME}]"
        )

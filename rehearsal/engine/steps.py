"""The step decision: what has to happen to one resource.

Pure functions of the old row, the goal's options and what the provider answered to Check and Diff
(pulumi/pulumi, `pkg/resource/deploy/step_generator.go`, generateSteps and generateStepsFromDiff).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from rehearsal.engine import paths
from rehearsal.engine.values import equal, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rehearsal.engine.events import ChangeKind
    from rehearsal.engine.state import Resource
    from rehearsal.engine.values import Properties, Value

Changes = Literal["none", "some", "unknown"]

_INIT_ERROR: paths.Path = ("#initerror",)
"""The path under which `replaceOnChanges` names a failed initialisation."""


@dataclass(frozen=True)
class Diff:
    """A provider's answer to Diff or DiffConfig.

    `changed` are top-level keys, `replaces` the keys that force a replacement, `detailed` the kind
    of each changed path.
    """

    changes: Changes
    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    detailed: dict[str, ChangeKind] = field(default_factory=dict[str, "ChangeKind"])
    delete_before_replace: bool = False

    @property
    def is_replace(self) -> bool:
        """Whether it asks for a replacement, by a key or by a path."""
        return bool(self.replaces) or any(
            kind.endswith("-replace") for kind in self.detailed.values()
        )


NO_DIFF = Diff("none")


@dataclass(frozen=True)
class Same:
    """Nothing to do; the new row takes over id and outputs."""


@dataclass(frozen=True)
class Create:
    """Create the resource.

    `replaces`: it stands for one that was deleted in this run, or that was only read so far.
    `keep_old`: the old row stays until the end, to be deleted (or dropped) then.
    """

    replaces: bool = False
    keep_old: bool = False


@dataclass(frozen=True)
class Update:
    """Update the resource in place."""

    diff: Diff


@dataclass(frozen=True)
class Replace:
    """Replace the resource; `delete_first` takes its dependents with it."""

    diff: Diff
    delete_first: bool


@dataclass(frozen=True)
class Refuse:
    """A replacement that an option forbids: `up` fails, preview tells and shows `instead`."""

    message: str
    instead: Replace
    is_error_in_preview: bool


Decision: TypeAlias = Same | Create | Update | Replace | Refuse


@dataclass(frozen=True)
class Options:
    """The options of a goal that decide."""

    custom: bool
    protect: bool = False
    delete_before_replace: bool | None = None
    replace_on_changes: tuple[str, ...] = ()
    import_id: str = ""


def without_diff(old: Resource | None, *, deleted: bool) -> Create | None:
    """The decision where there is nothing to compare with; None if a Diff has to be asked for.

    Args:
        old: The row of the last run.
        deleted: It was deleted in this run, as a dependent of a delete-before-replace.
    """
    if old is None:
        return Create()
    if deleted:
        return Create(replaces=True)
    if old.external:
        return Create(replaces=True, keep_old=True)
    return None


def with_diff(old: Resource, options: Options, diff: Diff) -> Decision:
    """The decision after a Diff, whose `changes` must not be unknown any more."""
    diff = replaced_on_changes(diff, options.replace_on_changes, failed=bool(old.init_errors))
    is_replace = diff.changes == "some" and diff.is_replace
    if options.custom and (is_replace or old.pending_replacement):
        return _replacement(old, options, diff)
    if diff.changes != "none" or old.init_errors:
        return Update(diff)
    return Same()


def _replacement(old: Resource, options: Options, diff: Diff) -> Decision:
    delete_first = options.delete_before_replace
    if delete_first is None:
        delete_first = diff.delete_before_replace
    chosen = Replace(diff, delete_first=delete_first)
    if old.protect and options.protect:
        return Refuse(
            f'unable to replace resource "{old.urn}"\nas it is currently marked for protection. '
            "To unprotect the resource, remove the `protect` flag from the resource in your "
            "Pulumi program and run `up`",
            chosen,
            is_error_in_preview=True,
        )
    if options.import_id:
        return Refuse(
            "previously-imported resources that still specify an ID may not be replaced; "
            "please remove the `import` declaration from your program",
            chosen,
            is_error_in_preview=False,
        )
    return chosen


def replaced_on_changes(diff: Diff, patterns: Sequence[str], *, failed: bool) -> Diff:
    """The diff with changes at the paths of `replaceOnChanges` as reasons to replace.

    Args:
        diff: What the provider answered.
        patterns: The paths.
        failed: The initialisation of the resource failed, which a path `*` covers too.
    """
    parsed = [paths.parse(pattern) for pattern in patterns]
    if not parsed or (diff.changes == "none" and not failed):
        return diff

    def named(path: str | paths.Path) -> bool:
        found = paths.parse(path) if isinstance(path, str) else path
        return any(paths.contains(pattern, found) for pattern in parsed)

    detailed = {
        path: _as_replace(kind) if named(path) else kind for path, kind in diff.detailed.items()
    }
    replaces = dict.fromkeys(diff.replaces) | {key: None for key in diff.changed if named(key)}
    changes = diff.changes
    if failed and named(_INIT_ERROR):
        replaces["#initerror"] = None
        changes = "some"
    return replace(diff, changes=changes, replaces=tuple(replaces), detailed=detailed)


def _as_replace(kind: ChangeKind) -> ChangeKind:
    replacing: dict[str, ChangeKind] = {
        "add": "add-replace",
        "delete": "delete-replace",
        "update": "update-replace",
    }
    return replacing.get(kind, kind)


def settled(diff: Diff, olds: Properties, news: Properties) -> Diff:
    """A provider's diff; where it cannot tell what changes, that of the inputs."""
    return compared(olds, news) if diff.changes == "unknown" else diff


def compared(olds: Properties, news: Properties, *, sees_secrets: bool = False) -> Diff:
    """The diff of two property maps; what the engine says where nobody else does.

    Args:
        olds: The inputs of the last run.
        news: The inputs of this run.
        sees_secrets: A value that becomes secret, or no longer is one, has changed.
    """
    bare: Callable[[Value], Value] = (lambda value: value) if sees_secrets else plain
    detailed: dict[str, ChangeKind] = {}
    for key in sorted(olds.keys() | news.keys()):
        if key not in olds:
            detailed[key] = "add"
        elif key not in news:
            detailed[key] = "delete"
        elif not equal(bare(olds[key]), bare(news[key])):
            detailed[key] = "update"
    return Diff("some" if detailed else "none", tuple(detailed), (), detailed)

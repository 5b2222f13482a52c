"""The configuration of a run: the stack file over what Pulumi.yaml sets and defaults.

The rules and the wording of refusals are those of pulumi/pulumi,
`sdk/go/common/workspace/config.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from rehearsal.engine import numbers
from rehearsal.engine.project import ProjectError, fits, type_name
from rehearsal.engine.secrets import SecretsError

if TYPE_CHECKING:
    from rehearsal.engine.project import Declaration, Project, StackFile
    from rehearsal.engine.secrets import SecretsManager

_DISABLED = "pulumi:disable-default-providers"


@dataclass(frozen=True)
class Configuration:
    """The configuration of a run by full key `namespace:key`: texts, JSON for objects and lists."""

    values: Mapping[str, str] = field(default_factory=dict[str, str])
    secret_keys: frozenset[str] = frozenset()
    secure_texts: frozenset[str] = field(default=frozenset(), repr=False)
    """What no message may show: each secure value, also inside of an object or a list."""

    def of_namespace(self, namespace: str) -> dict[str, str]:
        """The values of one namespace (a package's provider, say) by key without it."""
        prefix = f"{namespace}:"
        return {
            key.removeprefix(prefix): value
            for key, value in self.values.items()
            if key.startswith(prefix)
        }

    def is_secret(self, key: str) -> bool:
        """Whether the value of the full key came from a secure value."""
        return key in self.secret_keys


def configure(
    project: Project, stack_file: StackFile, stack: str, secrets: SecretsManager
) -> Configuration:
    """The configuration of a run.

    Raises:
        ProjectError: A declared key has no value or one of another type, or a secure value cannot
            be decrypted.
    """
    opened = _open_all(stack_file, secrets)
    merged = {key: value for key, value in opened.items() if value is not None}
    for declaration in project.declarations:
        inherited = declaration.default if declaration.value is None else declaration.value
        if declaration.key not in merged and inherited is not None:
            merged[declaration.key] = inherited
    secret_keys = frozenset(key for key in merged if _holds_secure(stack_file.config.get(key)))
    _validate(project, merged, secret_keys, stack)
    values = {key: _text(merged[key]) for key in sorted(merged)}
    secure = frozenset(_secure_texts(list(stack_file.config.values()), secrets))
    return Configuration(values, secret_keys, secure | {values[key] for key in secret_keys})


def disabled_default_providers(configuration: Configuration) -> frozenset[str]:
    """The packages whose default providers `pulumi:disable-default-providers` forbids.

    `*` among them means all.

    Raises:
        ProjectError: The value is no list of package names.
    """
    text = configuration.values.get(_DISABLED)
    if text is None:
        return frozenset()
    try:
        names: Any = numbers.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or any(
        not isinstance(name, str) for name in cast("list[Any]", names)
    ):
        raise ProjectError(f"the configuration key '{_DISABLED}' must be a list of package names")
    return frozenset(cast("list[str]", names))


# --- secure values ---------------------------------------------------------------------------


def _secure(value: Any) -> str | None:
    """The ciphertext of `{secure: CIPHERTEXT}`; None for any other value."""
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        if len(fields) == 1 and isinstance(fields.get("secure"), str):
            return fields["secure"]
    return None


def _holds_secure(value: Any) -> bool:
    if isinstance(value, list):
        return any(_holds_secure(item) for item in cast("list[Any]", value))
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        return _secure(fields) is not None or any(map(_holds_secure, fields.values()))
    return False


def _open_all(stack_file: StackFile, secrets: SecretsManager) -> dict[str, Any]:
    opened: dict[str, Any] = {}
    for key, value in stack_file.config.items():
        try:
            opened[key] = _opened(value, secrets)
        except SecretsError as problem:
            raise ProjectError(f"{stack_file.path}: configuration key '{key}': {problem}") from None
    return opened


def _opened(value: Any, secrets: SecretsManager) -> Any:
    """The value with every secure value decrypted."""
    ciphertext = _secure(value)
    if ciphertext is not None:
        return secrets.decrypt(ciphertext)
    if isinstance(value, Mapping):
        fields = cast("Mapping[Any, Any]", value)
        return {str(key): _opened(item, secrets) for key, item in fields.items()}
    if isinstance(value, list):
        return [_opened(item, secrets) for item in cast("list[Any]", value)]
    return value


def _secure_texts(value: Any, secrets: SecretsManager) -> Iterator[str]:
    ciphertext = _secure(value)
    if ciphertext is not None:
        yield secrets.decrypt(ciphertext)
    elif isinstance(value, Mapping):
        for item in cast("Mapping[Any, Any]", value).values():
            yield from _secure_texts(item, secrets)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _secure_texts(item, secrets)


# --- checks ----------------------------------------------------------------------------------


def _validate(
    project: Project, values: Mapping[str, Any], secret_keys: frozenset[str], stack: str
) -> None:
    missing: list[str] = []
    for declaration in project.declarations:
        name = declaration.key.removeprefix(f"{project.name}:")
        if declaration.key not in values:
            missing.append(name)
        else:
            _check(declaration, values[declaration.key], secret_keys, project, stack)
    if missing:
        plural = "s" if len(missing) > 1 else ""
        names = ", ".join(f"'{name}'" for name in missing)
        raise ProjectError(
            f"validating stack config: Stack '{stack}' is missing configuration value{plural}"
            f" {names}; set it in {project.stack_file(stack)}"
        )


def _check(
    declaration: Declaration, value: Any, secret_keys: frozenset[str], project: Project, stack: str
) -> None:
    name = declaration.key.removeprefix(f"{project.name}:")
    # Go reads every scalar of a stack file as a text, so an integer is a fine string.
    scalar = declaration.type == "string" and isinstance(value, (bool, int, float))
    if declaration.type and not scalar and not fits(declaration, value):
        raise ProjectError(
            f"validating stack config: Stack '{stack}' with configuration key '{name}' must be of"
            f" type '{type_name(declaration)}'; it is given in {project.stack_file(stack)}"
        )
    inherited = value is declaration.default or value is declaration.value
    if declaration.secret and not inherited and declaration.key not in secret_keys:
        raise ProjectError(
            f"validating stack config: Stack '{stack}' with configuration key '{name}' must be"
            " encrypted as it's secret"
        )


def _text(value: Any) -> str:
    """A value as the program gets it."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return numbers.dumps(value)
    return numbers.dumps(_sorted(value))


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        return {key: _sorted(fields[key]) for key in sorted(fields)}
    if isinstance(value, list):
        return [_sorted(item) for item in cast("list[Any]", value)]
    return value

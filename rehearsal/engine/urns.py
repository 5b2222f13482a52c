"""Names of resources: URNs, provider references and the types among them.

`urn:pulumi:STACK::PROJECT::[PARENT QUALIFIED TYPE$]TYPE::NAME`
(pulumi/pulumi, `sdk/go/common/resource/urn`).
"""

from __future__ import annotations

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"
_PREFIX = "urn:pulumi:"
_PARTS = 4
_TOKEN_PARTS = 3


class InvalidUrnError(ValueError):
    """A text that should be a URN and is not."""


def make(stack: str, project: str, parent: str, type_token: str, name: str) -> str:
    """The URN of a resource.

    Args:
        stack: The stack's name.
        project: The project's name.
        parent: The parent's URN; "" or the Stack's URN qualify nothing.
        type_token: The resource's type, such as `kubernetes:core/v1:Namespace`.
        name: The resource's name in the program.
    """
    if parent and type_of(parent) != STACK_TYPE:
        type_token = f"{qualified_type_of(parent)}${type_token}"
    return f"{_PREFIX}{stack}::{project}::{type_token}::{name}"


def stack_urn(stack: str, project: str) -> str:
    """The URN of the Stack resource itself."""
    return make(stack, project, "", STACK_TYPE, f"{project}-{stack}")


def _parts(urn: str) -> list[str]:
    parts = urn.removeprefix(_PREFIX).split("::", _PARTS - 1)
    if not urn.startswith(_PREFIX) or len(parts) != _PARTS:
        raise InvalidUrnError(f"{urn!r} is no URN; one is urn:pulumi:STACK::PROJECT::TYPE::NAME")
    return parts


def is_valid(urn: str) -> bool:
    """Whether the text is a URN."""
    return urn.startswith(_PREFIX) and len(urn.split("::", _PARTS - 1)) == _PARTS


def stack_of(urn: str) -> str:
    """The stack's name in a URN."""
    return _parts(urn)[0]


def project_of(urn: str) -> str:
    """The project's name in a URN."""
    return _parts(urn)[1]


def qualified_type_of(urn: str) -> str:
    """The resource's type after the types of its ancestors, `$` between them."""
    return _parts(urn)[2]


def type_of(urn: str) -> str:
    """The resource's own type."""
    return qualified_type_of(urn).rpartition("$")[2]


def name_of(urn: str) -> str:
    """The resource's name."""
    return _parts(urn)[3]


def renamed(urn: str, stack: str, project: str) -> str:
    """The URN of the same resource in another stack or project."""
    _, _, qualified, name = _parts(urn)
    return f"{_PREFIX}{stack}::{project}::{qualified}::{name}"


# --- types and providers ---------------------------------------------------------------------


def package_of(type_token: str) -> str:
    """The package of a type or function token: `kubernetes` of `kubernetes:core/v1:Pod`.

    Of a provider's type it is the package it provides.
    """
    if is_provider_type(type_token):
        return provider_package(type_token)
    return type_token.partition(":")[0]


def is_provider_type(type_token: str) -> bool:
    """Whether the type is that of a provider, `pulumi:providers:PACKAGE`."""
    return type_token.startswith(PROVIDER_PREFIX)


def provider_type(package: str) -> str:
    """The type of a package's provider."""
    return PROVIDER_PREFIX + package


def provider_package(type_token: str) -> str:
    """The package of a provider's type."""
    return type_token.removeprefix(PROVIDER_PREFIX)


def default_provider_urn(stack: str, project: str, package: str, version: str = "") -> str:
    """The URN of a package's default provider, which has no parent."""
    return make(stack, project, "", provider_type(package), default_provider_name(version))


def default_provider_name(version: str = "") -> str:
    """`default`, or `default_4_34_2` where a version is asked for."""
    text = "".join(char if char.isascii() and char.isalnum() else "_" for char in version)
    return f"default_{text}" if text else "default"


def is_default_provider(urn: str) -> bool:
    """Whether the URN is that of a default provider."""
    return is_provider_type(type_of(urn)) and (
        name_of(urn) == "default" or name_of(urn).startswith("default_")
    )


def reference(urn: str, identifier: str) -> str:
    """A provider reference, `URN::ID`."""
    return f"{urn}::{identifier}"


def split_reference(text: str) -> tuple[str, str]:
    """URN and id of a provider reference.

    Raises:
        InvalidUrnError: The text is no provider reference.
    """
    urn, separator, identifier = text.rpartition("::")
    if not separator or not is_valid(urn):
        raise InvalidUrnError(f"{text!r} is no provider reference; one is URN::ID")
    return urn, identifier

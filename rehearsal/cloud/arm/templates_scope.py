"""The functions of a template as they are at one place of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.cloud.arm.templates_language import UNKNOWN, TemplateError, evaluate

if TYPE_CHECKING:
    from rehearsal.cloud.arm.templates import Reference, Template
    from rehearsal.cloud.arm.templates_language import Call
    from rehearsal.cloud.arm.templates_resources import Loop


class Scope:
    """Gives the values of calls, in a round of a copy loop and where `reference` may be used."""

    def __init__(self, template: Template, loop: Loop | None, reference: Reference | None) -> None:
        self._template = template
        self._loop = loop
        self._reference = reference

    def __call__(self, call: Call) -> Any:
        """The value of a call."""
        name = call.name.lower()
        if name == "if":
            return self._chosen(call)
        arguments = [evaluate(argument, self) for argument in call.arguments]
        if any(argument is UNKNOWN for argument in arguments):
            return UNKNOWN
        if name == "copyindex":
            return self._index(arguments)
        if name != "reference":
            return self._template.call(call, arguments)
        if self._reference is None:
            raise TemplateError(
                "The template function 'reference' is not expected at this location. Please see"
                " https://aka.ms/arm-functions for usage details."
            )
        found = self._reference(*self._template.referred(arguments))
        whole = len(arguments) == 3 and arguments[2].lower() == "full"  # noqa: PLR2004
        return found if whole or found is UNKNOWN else found.get("properties", {})

    def _chosen(self, call: Call) -> Any:
        """`if` evaluates only the value that it gives."""
        if len(call.arguments) != 3:  # noqa: PLR2004
            raise TemplateError("The function 'if' takes a condition and two values")
        condition = evaluate(call.arguments[0], self)
        if condition is UNKNOWN:
            for argument in call.arguments[1:]:
                evaluate(argument, self)
            return UNKNOWN
        if not isinstance(condition, bool):
            raise TemplateError("The condition of the function 'if' is no boolean")
        return evaluate(call.arguments[1 if condition else 2], self)

    def _index(self, arguments: list[Any]) -> int:
        name = arguments.pop(0) if arguments and isinstance(arguments[0], str) else None
        offset = arguments.pop(0) if arguments else 0
        loop = self._loop
        fits = loop is not None and (name is None or name.lower() == loop.name.lower())
        if loop is None or not fits or arguments or type(offset) is not int:
            raise TemplateError(
                "The template function 'copyIndex' is not expected at this location. The function"
                " can only be used in a resource with copy specified. Please see"
                " https://aka.ms/arm-copy for usage details."
            )
        return loop.index + offset

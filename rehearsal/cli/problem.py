"""The one exception that ends a command with a message instead of a traceback."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 -- what a person reads is a problem, not a program's error
    """What went wrong and what to do about it; `exit_code` as in the package's text."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code

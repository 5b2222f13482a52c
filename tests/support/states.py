"""What tests of states need: a passphrase, and a salt that the real CLI made with it."""

from __future__ import annotations

from typing import Final

PASSPHRASE: Final = "correct-horse"
SALT: Final = "v1:FhTj+pdYfMw=:v1:MLb44O/s8BY0+bIJ:G8xJCsZDFvV5AD25vearJarOwNv89A=="

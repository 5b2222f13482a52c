"""A project of two generations: what `second` in its configuration says is what the program makes.

From the first to the second, resources are created, updated in place, replaced in either order
(with their dependents), renamed by an alias, moved to a new provider, and deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tests.support.states import SALT

if TYPE_CHECKING:
    from pathlib import Path

Generation = Literal["first", "second"]

OUTSIDE = "thing-outside-1"
"""An object that the program reads, and never manages."""

WORLD = f"""{{
  "objects": {{
    "{OUTSIDE}": {{
      "type": "Thing", "name": "outside", "region": "default", "revision": 1, "inputs": {{}}
    }}
  }}
}}
"""
PROGRAM = f"""
import conform
import pulumi
from pulumi import Alias, ResourceOptions

second = pulumi.Config().require_bool("second")


def by(first, then):
    return then if second else first


class Team(pulumi.ComponentResource):
    def __init__(self, name, size):
        super().__init__("suite:index:Team", name)
        own = ResourceOptions(parent=self)
        quota = conform.Thing(f"{{name}}-quota", own, value=size)
        token = conform.Secretive(f"{{name}}-token", own, value=quota.id)
        self.token = token.token
        self.register_outputs({{"token": token.token, "size": size}})


blue = Team("blue", by(1, 2))
if second:
    Team("red", 1)

# In place, also of secrets, and what is made of them.
conform.Thing("vault", value=pulumi.Output.secret(by("hidden-1", "hidden-2")), token=blue.token)
computed = conform.Computed("computed", value=by(1, 2))
conform.Thing("computed-user", value=computed.address)
conform.Picky("picky", value=1, label=by("ABC", "ABD"))
conform.Nested("nested", value=by([1, {{"a": [True]}}], [1, {{"a": [None]}}]))
conform.Vague("vague", value=by(1, 2))
conform.Thing("stable", ResourceOptions(ignore_changes=["value"]), value=by(1, 2))
conform.Thing("same", value=1)

# Created first, with a chain that follows.
front = conform.Replacer("front", trigger=by(1, 2))
chain = conform.Replacer("front-chain", trigger=front.id)
conform.Thing("front-user", value=chain.id)
conform.Thing("strict", ResourceOptions(replace_on_changes=["value"]), value=by(1, 2))

# Deleted first, with dependents that go too, and an object that goes with it by itself.
lock = conform.Exclusive("lock", trigger=by(1, 2))
dependent = conform.Replacer("lock-dependent", trigger=lock.id)
conform.Thing("lock-holder", value=dependent.id)
conform.Thing("lock-guest", ResourceOptions(deleted_with=lock), inside=lock.id)
conform.Replacer("forced", ResourceOptions(delete_before_replace=True), trigger=by(1, 2))

# Another provider of the same package: one changes in place, one is replaced.
west = conform.Provider("west", region="west", label=by("a", "b"))
conform.Thing("western", ResourceOptions(provider=west), value=by(1, 2))
moving = conform.Provider("moving", region=by("north", "south"))
moved = conform.Thing("moved", ResourceOptions(provider=moving), value=1)
conform.Thing("moved-child", ResourceOptions(provider=moving, parent=moved), value=moved.id)

# Renamed, dropped, added, only read.
aliases = ResourceOptions(aliases=[Alias(name="before")] if second else [])
renamed = conform.Thing(by("before", "after"), aliases, value=1)
conform.Thing("renamed-child", ResourceOptions(parent=renamed), value=by(1, 2))
added = conform.Thing(by("old-1", "new-1"), value=1)
conform.Thing(by("old-2", "new-2"), value=added.id)
conform.Thing.get("outside", "{OUTSIDE}")

pulumi.export("token", blue.token)
pulumi.export("address", computed.address)
pulumi.export("front", front.id)
"""


def write_project(folder: Path) -> None:
    """Write the project with the program of the first generation, and the provider's world."""
    (folder / "Pulumi.yaml").write_text("name: suite\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "world.json").write_text(WORLD)
    choose(folder, "first")


def choose(folder: Path, generation: Generation) -> None:
    """Let the program be of that generation from now on."""
    second = "true" if generation == "second" else "false"
    text = f"encryptionsalt: {SALT}\nconfig:\n  suite:second: {second}\n"
    (folder / "Pulumi.dev.yaml").write_text(text)

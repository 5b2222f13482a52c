"""The surroundings in which a stack is deployed: those of the job, or the person, that does it.

The providers, and kubelogin, which enters the cluster, take from them what the stack's `login`
needs. `workloadidentity` has the variables of a GitHub Actions job of the environment that is named
as the stack, and no secret: a token is asked for at each login, so none can expire in a file. All
others have the deployer's secret, and for `azurecli` az is logged in with it, in a directory of the
rehearsal.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehearsal import engine, toolchain_az
from rehearsal.cli import az
from rehearsal.cli.account import find_account
from rehearsal.cli.problem import Problem
from rehearsal.cli.stored import refusals
from rehearsal.cli.workplace import bare_environment, ensure_cloud, passphrase
from rehearsal.cloud import github
from rehearsal.cloud.environment import DEPLOYER, client_environment
from rehearsal.engine.backend import Backend
from rehearsal.engine.project import ProjectError, full_key, load_project, load_stack_file

if TYPE_CHECKING:
    from rehearsal.engine.events import Operation
    from rehearsal.home import Home

# As the subjects of the deployer's federated credentials in world.yaml have it.
REPOSITORY = "contoso/aks-entra"


def deployer_environment(home: Home, stack: str, operation: Operation) -> dict[str, str]:
    """The environment of the program, the providers and their plugins; starts the local Azure.

    Raises:
        Problem: the local Azure does not start, az is needed and absent, or cannot log in. A wrong
            configuration is left for the run to tell, which then ends before it needs az.
    """
    by_az = login_of(stack) == "azurecli" and _enters_cluster(home, stack, operation)
    is_absent = by_az and toolchain_az.find() is None
    if is_absent and _is_fit(home, stack, operation):
        message = (
            f"stack '{stack}' enters its cluster with the Azure CLI (login: azurecli), and there is"
            " no az on PATH; install the one that the rehearsal is tested with by:"
            " python -m rehearsal.toolchain_az"
        )
        raise Problem(message)
    endpoint = ensure_cloud(home)
    variables = bare_environment() | job_environment(home, endpoint.origin, stack)
    if by_az and not is_absent:
        az.logged_in(home, endpoint, find_account(DEPLOYER))
        variables["AZURE_CONFIG_DIR"] = str(home.az(DEPLOYER))
    return variables


def job_environment(home: Home, origin: str, stack: str) -> dict[str, str]:
    """What points every client to this cloud as the deployer, in a job if the stack has one."""
    variables = client_environment(home)
    if login_of(stack) != "workloadidentity":
        return variables
    del variables["ARM_CLIENT_SECRET"]
    return variables | {
        "ARM_USE_OIDC": "true",
        **github.job_environment(home, origin, f"repo:{REPOSITORY}:environment:{stack}"),
    }


def login_of(stack: str) -> Any:
    """What the stack has for `login`; None for a project that the engine will refuse."""
    try:
        project = load_project(Path.cwd())
        key = full_key(project.name, "login")
        declared = {each.key: each.default for each in project.declarations}
        given = load_stack_file(project, project.stack_file(stack)).config
    except ProjectError:
        return None
    return given.get(key, declared.get(key))


def _is_fit(home: Home, stack: str, operation: Operation) -> bool:
    """Whether the program, where the operation runs it, takes the configuration of the stack."""
    if operation not in {"preview", "up"}:
        return True
    home.create()
    judging = engine.Run(
        operation="preview",
        project_dir=Path.cwd(),
        stack=stack,
        backend=home.backend,
        passphrase=passphrase(home),
        python=Path(sys.executable),
        # Without providers, and a PATH on which they are sought, no cloud is asked for anything.
        environment=bare_environment() | {"PATH": ""},
        ignores_idle_salt=True,
    )
    return engine.run(judging, lambda _: None).result != "config-error"


def _enters_cluster(home: Home, stack: str, operation: Operation) -> bool:
    """Whether the operation may ask the API server: a first preview has none to ask."""
    with refusals():
        stored = {found.stack for found in Backend(home.backend).stacks()}
    return operation != "preview" or stack in stored

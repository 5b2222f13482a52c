from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.y*ml"))
SHELLCHECK = Path(sys.executable).with_name("shellcheck")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
LOCAL = re.compile(r"\./\.github/(actions/[\w-]+|workflows/[\w-]+\.yaml)")
GRANTS = {
    "check": {"contents": "read"},
    "preview": {"contents": "read", "id-token": "write", "pull-requests": "write"},
    "deploy": {"contents": "read", "id-token": "write"},
    "drift": {"contents": "read", "id-token": "write", "issues": "write"},
    **{stack: {"contents": "read", "id-token": "write"} for stack in ("dev", "stg", "prd")},
}
"""What each job's token may do, and no more."""

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
each_file = pytest.mark.parametrize(
    "path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.parent.name + "-" + path.stem
)


def parsed(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def workflow(name: str) -> dict[str, Any]:
    return parsed(ROOT / ".github" / "workflows" / f"{name}.yaml")


def steps(path: Path) -> list[dict[str, Any]]:
    document = parsed(path)
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    return [step for job in jobs for step in job.get("steps", [])]


def lint(actionlint: Path, *paths: Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    # No workflow has a script in Python.
    command = [actionlint, f"-shellcheck={SHELLCHECK}", "-pyflakes=", "-no-color", *paths]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_actionlint_finds_nothing(actionlint: Path) -> None:
    assert WORKFLOWS
    done = lint(actionlint, *WORKFLOWS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_actionlint_would_find_a_mistake(actionlint: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = (ROOT / ".github" / "workflows" / "drift.yaml").read_text(encoding="utf-8")
    broken.write_text(text.replace("steps.preview.outputs", "steps.previw.outputs"))
    done = lint(actionlint, broken)
    assert done.returncode == 1
    assert 'property "previw" is not defined' in done.stdout


def test_actionlint_would_find_a_mistake_in_a_script(actionlint: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = (ROOT / ".github" / "workflows" / "drift.yaml").read_text(encoding="utf-8")
    broken.write_text(text.replace('"$RUNNER_TEMP/review.md" >>', "$RUNNER_TEMP/review.md >>"))
    done = lint(actionlint, broken)
    assert done.returncode == 1
    assert "SC2086" in done.stdout


@each_file
def test_every_action_is_pinned_by_its_commit_and_names_its_version(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    used = [line.partition("uses:")[2].strip() for line in lines if "uses:" in line]
    for what in used:
        assert PINNED.fullmatch(what) or LOCAL.fullmatch(what), what
        if LOCAL.fullmatch(what):
            assert (ROOT / what).exists()


def test_an_action_has_the_same_pin_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in [*WORKFLOWS, *ACTIONS]:
        for name, pin in re.findall(r"uses: ([\w.-]+/[\w./-]+)@(.+)", path.read_text("utf-8")):
            pins.setdefault(name, set()).add(pin)
    assert {name: len(found) for name, found in pins.items()} == {
        "actions/checkout": 1,
        "azure/login": 1,
        "pulumi/actions": 1,
    }


@each_workflow
def test_a_workflow_starts_with_no_right_and_each_job_states_its_own(path: Path) -> None:
    document = parsed(path)
    assert document["permissions"] == {}
    for name, job in document["jobs"].items():
        assert job["permissions"] == GRANTS[name], name


@each_workflow
def test_no_workflow_runs_with_rights_on_what_a_stranger_sends(path: Path) -> None:
    # YAML reads the key `on` as a boolean.
    events: Any = {str(key): value for key, value in parsed(path).items()}["True"]
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(events)
    for job in parsed(path)["jobs"].values():
        if "pull_request" in events and "id-token" in job["permissions"]:
            assert job["if"] == (
                "github.event.pull_request.head.repo.full_name == github.repository"
            )


@each_file
def test_no_expression_is_pasted_into_a_script(path: Path) -> None:
    for step in steps(path):
        assert "${{" not in step.get("run", ""), step.get("name")


@each_file
def test_a_checkout_leaves_no_token_behind(path: Path) -> None:
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


@each_workflow
def test_the_token_and_the_passphrase_are_given_to_steps_that_need_them(path: Path) -> None:
    for step in steps(path):
        if "GH_TOKEN" in step.get("env", {}):
            assert "gh " in step["run"]
            assert "pulumi" not in step["run"]
    for job in parsed(path)["jobs"].values():
        assert "GH_TOKEN" not in job.get("env", {})


def test_every_script_is_one_that_bash_reads() -> None:
    bash = shutil.which("bash")
    assert bash is not None
    for path in [*WORKFLOWS, *ACTIONS]:
        for step in steps(path):
            done = subprocess.run(
                [bash, "-n"], input=step.get("run", ""), capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stderr) == (0, ""), step.get("name")


def test_stacks_are_deployed_one_after_the_other_each_with_its_approval() -> None:
    jobs = workflow("deploy")["jobs"]
    assert [(name, job.get("needs"), job["with"]["stack"]) for name, job in jobs.items()] == [
        ("dev", None, "dev"),
        ("stg", "dev", "stg"),
        ("prd", "stg", "prd"),
    ]
    job = workflow("deploy-stack")["jobs"]["deploy"]
    assert job["environment"] == "${{ inputs.stack }}"
    assert job["concurrency"] == {
        "group": "deploy-${{ inputs.stack }}",
        "cancel-in-progress": False,
    }


def test_a_deployment_is_judged_before_it_and_checked_after_it() -> None:
    named = [step.get("name", "") for step in workflow("deploy-stack")["jobs"]["deploy"]["steps"]]
    assert named[-4:] == [
        "Preview under the policies",
        "Deploy",
        "Take in what Azure added",
        "Nothing is left to change",
    ]


@pytest.mark.parametrize("name", ["deploy-stack", "drift"])
def test_drift_is_judged_without_what_aks_moves_by_itself(name: str) -> None:
    path = ROOT / ".github" / "workflows" / f"{name}.yaml"
    (script,) = (step["run"] for step in steps(path) if "ops drift" in step.get("run", ""))
    assert 'pulumi preview --stack "$STACK" --refresh --json >' in script
    assert "--expect-no-changes" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["preview", "drift"])
def test_every_stack_of_azure_is_looked_at(name: str) -> None:
    stacks = {path.suffixes[0][1:] for path in (ROOT / "stacks").glob("Pulumi.*.yaml")}
    assert set(workflow(name)["jobs"][name]["strategy"]["matrix"]["stack"]) == stacks - {"local"}


def test_every_run_of_pulumi_that_may_change_something_has_the_policies_of_its_stack() -> None:
    for path in WORKFLOWS:
        for step in steps(path):
            for line in step.get("run", "").splitlines():
                looks_for_drift = "-m ops drift" in step["run"]
                if re.search(r"\bpulumi (up|preview)\b", line) and not looks_for_drift:
                    assert (
                        '--policy-pack policy --policy-pack-config "policy/config/$STACK.json"'
                        in line
                    )


def test_scripts_stop_at_the_first_failure_of_a_pipe() -> None:
    for path in WORKFLOWS:
        if any("run" in step for step in steps(path)):
            assert parsed(path)["defaults"]["run"]["shell"] == "bash"

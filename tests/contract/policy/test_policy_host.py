"""The policy host with packs that behave and packs that do not, each a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rehearsal.engine.events import PolicyRemediation, PolicyViolation
from rehearsal.engine.policy.host import (
    AnalyzerResource,
    PolicyConfigError,
    PolicyHost,
    PolicyPackError,
    PolicyPackRef,
)
from rehearsal.engine.values import UNKNOWN, Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.engine.policy.host import PolicyContext
    from rehearsal.engine.values import Value

HEAD = """
from pulumi_policy import *
import os, sys, pulumi
M, A, R = EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY, EnforcementLevel.REMEDIATE
def pack(validate=lambda args, report: None, **more):
    PolicyPack("demo", [ResourceValidationPolicy("it", "It holds.", validate, M, **more)])
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], PolicyPackRef]:
    """Writes a pack whose program is the text after `HEAD`."""

    def write(program: str, manifest: str = "runtime: python\nversion: 2.0.0\n") -> PolicyPackRef:
        (tmp_path / "PulumiPolicy.yaml").write_text(manifest, encoding="utf-8")
        (tmp_path / "__main__.py").write_text(HEAD + program, encoding="utf-8")
        return PolicyPackRef(tmp_path)

    return write


def thing(**properties: Value) -> AnalyzerResource:
    urn = "urn:pulumi:dev::aks-entra::demo:index:Thing::it"
    return AnalyzerResource(urn=urn, type="demo:index:Thing", name="it", properties=properties)


def level(pack: PolicyPackRef, name: str) -> Path:
    """A configuration that gives all policies of the pack this level."""
    path = pack.directory / "levels.json"
    path.write_text(f'{{"all": "{name}"}}', encoding="utf-8")
    return path


def messages(host: PolicyHost, **properties: Value) -> list[str]:
    return [one.message for one in host.analyze(thing(**properties))]


class TestAPackThatStarts:
    def test_is_told_stack_project_and_configuration(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written(
            "def tell(args, report):\n"
            "    report(f'{pulumi.get_project()} {pulumi.get_stack()} '\n"
            "        f'{pulumi.runtime.is_dry_run()} {pulumi.Config().require(\"location\")}')\n"
            "pack(tell)\n"
        )
        with PolicyHost.start(pack, context) as host:
            assert messages(host) == ["It holds.\naks-entra dev True westeurope"]
            assert (host.name, host.version) == ("demo", "2.0.0")
        with PolicyHost.start(pack, replace(context, dry_run=False)) as host:
            assert messages(host) == ["It holds.\naks-entra dev False westeurope"]

    def test_prints_lines_that_are_told(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written(
            "def tell(args, report):\n"
            "    print('out', flush=True)\n"
            "    print('err', file=sys.stderr, flush=True)\n"
            "pack(tell)\n"
        )
        lines: list[str] = []
        with PolicyHost.start(pack, replace(context, on_output=lines.append)) as host:
            assert messages(host) == []
        assert lines == ["out"]

    def test_has_its_stack_violations_on_the_stack_if_it_names_no_resource(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written(
            "def judge(args, report):\n"
            "    report('whole')\n"
            "    [report('one', r.urn) for r in args.resources if r.dependencies]\n"
            "PolicyPack('demo', [StackValidationPolicy('s', 'S.', judge, M)])\n"
        )
        root = "urn:pulumi:dev::aks-entra::pulumi:pulumi:Stack::aks-entra-dev"
        stack = AnalyzerResource(root, "pulumi:pulumi:Stack", "aks-entra-dev", {})
        child = replace(thing(), dependencies=(root,))
        with PolicyHost.start(pack, context) as host:
            found = host.analyze_stack([stack, child])
        assert [(one.urn, one.level) for one in found] == [
            (root, "mandatory"),
            (child.urn, "mandatory"),
        ]

    def test_remediates_in_order_and_tells_each_change(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written(
            "def add(name):\n"
            "    def remediate(args):\n"
            "        args.props[name] = list(args.props)\n"
            "        return args.props\n"
            "    return remediate\n"
            "def wait(args):\n"
            "    return {**args.props, 'c': args.props['unseen']['x']}\n"
            "PolicyPack('demo', [ResourceValidationPolicy(n, 'd.', None, R, remediate=add(n))"
            " for n in 'ab'])\n"
        )
        with PolicyHost.start(pack, context) as host:
            after, told = host.remediate(thing(z=Secret("hidden"), __internal=1))
        assert after == {"z": Secret("hidden"), "a": ["z"], "b": ["z", "a"], "__internal": 1}
        first, second = told
        assert isinstance(first, PolicyRemediation)
        assert isinstance(second, PolicyRemediation)
        assert (first.before, first.after) == ({"z": "[secret]"}, {"z": "[secret]", "a": ["z"]})
        assert second.before == first.after

    def test_keeps_secret_what_it_copies_and_tells_no_change_where_none_is(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written(
            "def mend(args):\n"
            "    props = dict(args.props)\n"
            "    return {**props, 'deep': dict(props['deep'])}\n"
            "pack(None, remediate=mend)\n"
        )
        given = thing(z=Secret("x"), deep={"key": Secret("y"), "plain": 1})
        with PolicyHost.start(replace(pack, config=level(pack, "remediate")), context) as host:
            assert host.remediate(given) == (dict(given.properties), [])

    def test_forbids_what_no_remediation_mended(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written("pack(lambda args, report: report('still'), remediate=lambda args: None)\n")
        with PolicyHost.start(replace(pack, config=level(pack, "remediate")), context) as host:
            assert host.remediate(thing(a=1)) == ({"a": 1}, [])
            assert [one.level for one in host.analyze(thing(a=1))] == ["mandatory"]

    def test_is_not_asked_to_remediate_if_none_of_its_policies_may(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written("pack(remediate=lambda args: 1 / 0)\n")
        with PolicyHost.start(pack, context) as host:
            assert host.remediate(thing(a=1)) == ({"a": 1}, [])

    def test_says_which_policies_preview_cannot_run(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written("pack(lambda args, report: args.props['u'])\n")
        with PolicyHost.start(pack, context) as host:
            [found] = host.analyze(thing(u=UNKNOWN))
        assert isinstance(found, PolicyViolation)
        assert found.level == "advisory"
        assert found.message.startswith("can't run policy 'it'")


class TestAPackThatFails:
    @pytest.mark.parametrize(
        ("program", "told"),
        [
            ("import nothing_like_this\n", "No module named 'nothing_like_this'"),
            ("raise RuntimeError('too bad')\n", "RuntimeError: too bad"),
            ("", "ended without making a PolicyPack"),
            ("print('hello')\npack()\n", "wrote 'hello' before it listened"),
            ("pack(\n", "SyntaxError"),
            ("os._exit(3)\n", "did not start"),
            ("print(99999)\npack()\n", "wrote '99999' before it listened"),
            ("print(1)\npack()\n", "nothing answers at port 1"),
        ],
        ids=["import", "exception", "no pack", "prints", "syntax", "exit", "number", "port"],
    )
    def test_is_one_error_that_tells_why(
        self,
        context: PolicyContext,
        written: Callable[[str], PolicyPackRef],
        program: str,
        told: str,
    ) -> None:
        pack = written(program)
        with pytest.raises(PolicyPackError) as raised:
            PolicyHost.start(pack, context)
        assert str(pack.directory) in str(raised.value)
        assert told in str(raised.value)
        assert "\n" not in str(raised.value)

    def test_by_an_exception_names_the_pack_and_the_resource(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written("def fail(args, report):\n    raise KeyError('k')\npack(fail)\n")
        with PolicyHost.start(pack, context) as host, pytest.raises(PolicyPackError) as raised:
            host.analyze(thing())
        assert str(raised.value) == (
            "policy pack 'demo' failed while judging "
            "urn:pulumi:dev::aks-entra::demo:index:Thing::it: a policy raised an exception: 'k'"
        )

    def test_by_silence_is_waited_for_in_vain_only_so_long(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written("import time\npack(lambda args, report: time.sleep(1000))\n")
        with (
            PolicyHost.start(pack, replace(context, patience_seconds=5)) as host,
            pytest.raises(PolicyPackError, match="demo:index:Thing::it: it did not answer within"),
        ):
            host.analyze(thing())

    def test_by_never_listening_is_ended(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written("import time\ntime.sleep(1000)\n")
        with pytest.raises(PolicyPackError, match="did not start within 1 s; it wrote no reason"):
            PolicyHost.start(pack, replace(context, patience_seconds=1))

    def test_by_its_death_tells_its_last_words(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        pack = written(
            "def fail(args, report):\n"
            "    print('out of luck', file=sys.stderr, flush=True)\n"
            "    os._exit(1)\n"
            "pack(fail)\n"
        )
        with (
            PolicyHost.start(pack, context) as host,
            pytest.raises(PolicyPackError, match="its process ended; out of luck"),
        ):
            host.analyze(thing())

    def test_by_its_configuration_is_no_started_pack(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef], tmp_path: Path
    ) -> None:
        config = tmp_path / "config.json"
        config.write_text('{"itt": "advisory"}', encoding="utf-8")
        pack = replace(written("pack()\n"), config=config)
        with pytest.raises(PolicyConfigError, match="did you mean 'it'"):
            PolicyHost.start(pack, context)

    def test_by_a_virtualenv_that_is_none_tells_which(
        self, context: PolicyContext, tmp_path: Path
    ) -> None:
        text = "runtime: {name: python, options: {virtualenv: none}}\n"
        (tmp_path / "PulumiPolicy.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(PolicyConfigError, match="is no virtual environment"):
            PolicyHost.start(PolicyPackRef(tmp_path), context)

    def test_by_an_interpreter_that_is_none_tells_which(
        self, context: PolicyContext, written: Callable[[str], PolicyPackRef]
    ) -> None:
        absent = replace(context, python=Path("/does/not/exist"))
        with pytest.raises(PolicyPackError, match="/does/not/exist"):
            PolicyHost.start(written("pack()\n"), absent)


ENGINE = """
import os, signal, sys
from pathlib import Path
from rehearsal.engine.policy.host import *
from rehearsal.engine.processes import Spawner
spawner = Spawner()
context = PolicyContext(Path(sys.executable), dict(os.environ), "p", "s", True, spawner)
host = PolicyHost.start(PolicyPackRef(Path(sys.argv[1])), context)
thing = AnalyzerResource("urn:pulumi:s::p::t:i:T::n", "t:i:T", "n", {})
print(host.analyze(thing)[0].message.split()[-1], flush=True)
if sys.argv[2] == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
host.close()
host.close()
"""


def test_no_pack_outlives_an_engine_that_is_killed(
    written: Callable[[str], PolicyPackRef],
) -> None:
    assert_gone(
        told_by_a_pack(written("pack(lambda a, report: report(str(os.getpid())))\n"), "kill")
    )


@pytest.mark.parametrize("program", ["", "os._exit(0)"], ids=["lives", "died"])
def test_nothing_that_a_pack_started_outlives_it(
    written: Callable[[str], PolicyPackRef], program: str
) -> None:
    pack = written(
        "import subprocess, threading\n"
        "child = subprocess.Popen(['/bin/sleep', '1000'])\n"
        "def judge(args, report):\n"
        "    report(str(child.pid))\n"
        f"    threading.Timer(0.1, lambda: {program or 'None'}).start()\n"
        "pack(judge)\n"
    )
    assert_gone(told_by_a_pack(pack, "close"))


def told_by_a_pack(pack: PolicyPackRef, way: str) -> int:
    """The process id that the pack told of, after its engine has ended."""
    engine = subprocess.run(
        [sys.executable, "-c", ENGINE, str(pack.directory), way],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        check=False,
    )
    assert engine.returncode == (-signal.SIGKILL if way == "kill" else 0)
    return int(engine.stdout)


def assert_gone(pid: int) -> None:
    """Fail unless the process has ended, or is a zombie that nobody has collected yet."""
    status = Path(f"/proc/{pid}/stat")
    for _ in range(200):
        try:
            if status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        os.sched_yield()
        subprocess.run(["/bin/sleep", "0.05"], check=True)
    pytest.fail(f"process {pid} is still there")

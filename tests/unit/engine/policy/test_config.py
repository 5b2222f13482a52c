from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2

from rehearsal.engine.policy.config import effective_config, read_config
from rehearsal.engine.policy.manifest import read_manifest
from rehearsal.engine.policy.model import PolicyConfigError, PolicyPackError

if TYPE_CHECKING:
    from pathlib import Path

ADVISORY, MANDATORY, DISABLED, REMEDIATE = 0, 1, 2, 3


def manifest(directory: Path, text: str) -> Path:
    (directory / "PulumiPolicy.yaml").write_text(text, encoding="utf-8")
    return directory


def config_file(directory: Path, content: object) -> Path:
    path = directory / "config.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def pack_info(**initial: dict[str, Any]) -> analyzer_pb2.AnalyzerInfo:
    """A pack with a policy `plain` (advisory) and one with options, `colours` (mandatory)."""
    colours = {
        "allowed": {"type": "array", "items": {"type": "string"}, "default": ["red"]},
        "least": {"type": "number", "minimum": 1},
    }
    return json_format.ParseDict(
        {
            "name": "demo",
            "policies": [
                {"name": "plain", "enforcementLevel": ADVISORY},
                {
                    "name": "colours",
                    "enforcementLevel": MANDATORY,
                    "configSchema": {"properties": colours},
                },
            ],
            "initialConfig": initial,
        },
        analyzer_pb2.AnalyzerInfo(),
    )


def merged(
    tmp_path: Path, given: object, info: analyzer_pb2.AnalyzerInfo | None = None
) -> dict[str, tuple[int, dict[str, Any]]]:
    """Level and properties of each policy under a configuration file."""
    path = config_file(tmp_path, given)
    result = effective_config(info or pack_info(), read_config(path), path)
    return {
        name: (one.enforcementLevel, json_format.MessageToDict(one.properties))
        for name, one in result.items()
    }


class TestTheManifest:
    def test_gives_version_and_virtualenv(self, tmp_path: Path) -> None:
        text = "runtime: {name: python, options: {virtualenv: ../.venv}}\nversion: 1.2.3\n"
        found = read_manifest(manifest(tmp_path, text))
        assert found.version == "1.2.3"
        assert found.virtualenv == tmp_path / "../.venv"
        assert found.main == "."

    def test_needs_no_virtualenv(self, tmp_path: Path) -> None:
        found = read_manifest(manifest(tmp_path, "runtime: python\n"))
        assert found.virtualenv is None
        assert found.version == ""

    def test_has_to_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyConfigError, match=r"no PulumiPolicy\.yaml there"):
            read_manifest(tmp_path)

    @pytest.mark.parametrize("text", ["", "[1]", "text", "5"])
    def test_has_to_be_a_mapping(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(PolicyConfigError, match="must be a mapping"):
            read_manifest(manifest(tmp_path, text))

    def test_has_to_be_yaml(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyConfigError, match=r"PulumiPolicy\.yaml:\d+:\d+: it is no YAML"):
            read_manifest(manifest(tmp_path, "a: [b"))

    @pytest.mark.parametrize("text", ["runtime: nodejs", "runtime: {name: opa}", "version: 1.0.0"])
    def test_has_to_name_python(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(PolicyConfigError, match="runtime `python` only"):
            read_manifest(manifest(tmp_path, text))


class TestAConfigurationFile:
    def test_is_not_needed(self) -> None:
        assert read_config(None) == {}

    @pytest.mark.parametrize("text", ["", " \n", "{}"])
    def test_may_be_empty(self, tmp_path: Path, text: str) -> None:
        assert read_config(config_file(tmp_path, text)) == {}

    def test_has_to_exist_if_it_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyConfigError, match="no such policy configuration file"):
            read_config(tmp_path / "absent.json")

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("{", "cannot be read as JSON"),
            ("[]", "must be an object"),
            ({"plain": 5}, "plain: must be a level or an object"),
            ({"plain": None}, "plain: must be a level or an object"),
            (
                {"plain": "strict"},
                "plain: 'strict' is no enforcement level; use advisory",
            ),
            ({"plain": "Mandatory"}, "'Mandatory' is no enforcement level"),
            ({"plain": {"enforcementLevel": True}}, "plain.enforcementLevel: True is no"),
            ({"plain": {"enforcementLevel": ["mandatory"]}}, "plain.enforcementLevel: "),
            ('{"plain": "advisory", "plain": "mandatory"}', "plain: is there twice"),
            ({"all": {"allowed": []}}, 'all: allowed: "all" sets a level only'),
        ],
    )
    def test_tells_what_is_wrong_and_where(
        self, tmp_path: Path, content: object, told: str
    ) -> None:
        path = config_file(tmp_path, content)
        with pytest.raises(PolicyConfigError) as raised:
            read_config(path)
        assert str(path) in str(raised.value)
        assert told in str(raised.value)


class TestTheConfigurationThatCounts:
    def test_is_the_packs_own_without_a_file(self) -> None:
        found = effective_config(pack_info(), {}, None)
        assert {name: one.enforcementLevel for name, one in found.items()} == {
            "plain": ADVISORY,
            "colours": MANDATORY,
        }

    def test_has_the_defaults_of_the_schema(self, tmp_path: Path) -> None:
        assert merged(tmp_path, {})["colours"] == (MANDATORY, {"allowed": ["red"]})

    def test_takes_levels_from_the_file(self, tmp_path: Path) -> None:
        found = merged(tmp_path, {"plain": "remediate", "colours": "disabled"})
        assert found["plain"][0] == REMEDIATE
        assert found["colours"] == (DISABLED, {"allowed": ["red"]})

    def test_takes_properties_from_the_file_and_keeps_the_level(self, tmp_path: Path) -> None:
        found = merged(tmp_path, {"colours": {"allowed": ["blue", "green"], "least": 2}})
        assert found["colours"] == (MANDATORY, {"allowed": ["blue", "green"], "least": 2.0})

    def test_takes_a_level_beside_properties(self, tmp_path: Path) -> None:
        given: object = {"colours": {"enforcementLevel": "advisory", "allowed": []}}
        assert merged(tmp_path, given)["colours"] == (ADVISORY, {"allowed": []})

    @pytest.mark.parametrize("all_first", [True, False])
    def test_sets_all_before_single_policies(self, tmp_path: Path, *, all_first: bool) -> None:
        entries = [("all", "disabled"), ("colours", "mandatory")]
        found = merged(tmp_path, dict(entries if all_first else reversed(entries)))
        assert found["plain"][0] == DISABLED
        assert found["colours"][0] == MANDATORY

    def test_lets_all_be_an_object(self, tmp_path: Path) -> None:
        found = merged(tmp_path, {"all": {"enforcementLevel": "disabled"}})
        assert {level for level, _ in found.values()} == {DISABLED}

    def test_puts_the_packs_initial_configuration_below_the_file(self, tmp_path: Path) -> None:
        info = pack_info(
            all={"enforcementLevel": MANDATORY},
            colours={"enforcementLevel": DISABLED, "properties": {"least": 3}},
        )
        found = merged(tmp_path, {"colours": "advisory"}, info)
        assert found["plain"][0] == MANDATORY
        assert found["colours"] == (ADVISORY, {"allowed": ["red"], "least": 3.0})

    def test_refuses_a_policy_that_the_pack_does_not_have(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyConfigError, match="no policy 'colors'; did you mean 'colours'"):
            merged(tmp_path, {"colors": "advisory"})
        with pytest.raises(PolicyConfigError, match="no policy 'xyz'; it has colours, plain"):
            merged(tmp_path, {"xyz": "advisory"})

    @pytest.mark.parametrize(
        ("properties", "told"),
        [
            ({"allowed": "blue"}, r"colours\.allowed: 'blue' is not of type 'array'"),
            ({"allowed": [1]}, r"colours\.allowed\[0\]: 1 is not of type 'string'"),
            ({"least": 0}, r"colours\.least: 0 is less than the minimum of 1"),
            ({"alowed": []}, r"colours\.alowed: the policy has no .*; did you mean 'allowed'\?"),
            ({"x": 1}, r"colours\.x: the policy has no such property; it has allowed, least"),
        ],
    )
    def test_refuses_properties_that_do_not_fit_the_schema(
        self, tmp_path: Path, properties: object, told: str
    ) -> None:
        with pytest.raises(PolicyConfigError, match=told):
            merged(tmp_path, {"colours": properties})

    def test_is_the_packs_mistake_where_a_schema_is_none(self, tmp_path: Path) -> None:
        info = pack_info()
        info.policies[1].configSchema.properties.update({"allowed": {"type": "strin"}})
        with pytest.raises(PolicyPackError, match="'colours': the pack gives a schema that is"):
            merged(tmp_path, {}, info)

    def test_needs_what_the_schema_requires(self, tmp_path: Path) -> None:
        info = pack_info()
        info.policies[1].configSchema.required.append("least")
        with pytest.raises(PolicyConfigError, match="colours: 'least' is a required property"):
            merged(tmp_path, {}, info)

    def test_hands_on_properties_of_a_policy_without_a_schema(self, tmp_path: Path) -> None:
        assert merged(tmp_path, {"plain": {"any": [1]}})["plain"] == (ADVISORY, {"any": [1.0]})

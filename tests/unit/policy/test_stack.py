from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.policy_checks import PROVIDER, UNKNOWN, Verdict, secret, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

CHECK = "stack-no-admin-kubeconfig"
LOGIN = {
    "exec": {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "kubelogin",
        "args": ["get-token", "--login", "spn", "--server-id", "6dae42f8"],
        "env": [{"name": "AZURE_FEDERATED_TOKEN_FILE", "value": "/run/token"}],
    }
}
STATIC = {
    "client-certificate": "/home/me/cert",
    "client-certificate-data": "QUFB",
    "client-key": "/home/me/key",
    "client-key-data": "QkJC",
    "token": "abcdefgh",
    "tokenFile": "/run/token",
    "password": "pässword",
    "auth-provider": {"name": "azure"},
}


def kubeconfig(*users: Any) -> dict[str, Any]:
    entries = [{"name": f"u{index}", "user": user} for index, user in enumerate(users)]
    return {"apiVersion": "v1", "kind": "Config", "users": entries}


def judged(value: object, **more: object) -> Verdict:
    return verdict(CHECK, PROVIDER, {"kubeconfig": value, **more})


@pytest.fixture(params=["json", "yaml", "object", "secret json", "secret object"])
def written(request: pytest.FixtureRequest) -> Callable[[object], object]:
    """How a kubeconfig reaches the provider."""

    def write(document: object) -> object:
        as_json = json.dumps(document)
        forms = {
            "json": as_json,
            "yaml": yaml.safe_dump(document, allow_unicode=True),
            "object": document,
            "secret json": secret(as_json),
            "secret object": secret(document),
        }
        return forms[request.param]

    return write


def test_a_kubeconfig_that_logs_in_passes(written: Callable[[object], object]) -> None:
    assert judged(written(kubeconfig(LOGIN))).said == ""
    assert judged(written(kubeconfig(LOGIN, {}, None))).said == ""


@pytest.mark.parametrize("field", STATIC)
def test_a_static_credential_fails_by_its_place(
    field: str, written: Callable[[object], object]
) -> None:
    found = judged(written(kubeconfig(LOGIN, {field: STATIC[field]})))
    assert found.paths == [f"kubeconfig: users[1].user.{field}"]


@pytest.mark.parametrize("field", STATIC)
@pytest.mark.parametrize("value", [None, ""], ids=["null", "empty"])
def test_a_static_credential_without_a_value_passes(field: str, value: object) -> None:
    assert judged(json.dumps(kubeconfig({field: value}))).said == ""


@pytest.mark.parametrize("field", STATIC)
def test_a_credential_is_never_repeated(field: str) -> None:
    said = judged(secret(json.dumps(kubeconfig({field: "deep-secret"})))).said
    assert said
    assert "deep-secret" not in said


def test_each_credential_is_named() -> None:
    found = judged(json.dumps(kubeconfig(STATIC, STATIC)))
    assert len(found.paths) == 2 * len(STATIC)


@pytest.mark.parametrize(
    "argument",
    ["--client-secret", "--client-secret=abc", "--password", "--client-certificate-password"],
)
def test_a_secret_among_the_arguments_of_the_login_fails(
    argument: str, written: Callable[[object], object]
) -> None:
    login = {"exec": {"command": "kubelogin", "args": ["get-token", argument, "abc"]}}
    assert judged(written(kubeconfig(login))).paths == ["kubeconfig: users[0].user.exec.args[1]"]


@pytest.mark.parametrize("name", ["AZURE_CLIENT_SECRET", "aad_password", "MY_TOKEN"])
def test_a_secret_in_the_environment_of_the_login_fails(
    name: str, written: Callable[[object], object]
) -> None:
    login = {"exec": {"command": "kubelogin", "env": [{"name": name, "value": "abc"}]}}
    assert judged(written(kubeconfig(login))).paths == ["kubeconfig: users[0].user.exec.env[0]"]


@pytest.mark.parametrize(
    "argument",
    ["--client-id", "--client-secrets", "--use-azurerm-env-vars", "client-secret", "--token-dir"],
)
def test_other_arguments_pass(argument: str) -> None:
    login = {"exec": {"command": "kubelogin", "args": [argument]}}
    assert judged(json.dumps(kubeconfig(login))).said == ""


@pytest.mark.parametrize(
    "user",
    [
        {"Token": "x"},
        {"tokens": "x"},
        {"client-key-dat": "x"},
        {"as": "someone"},
        "token",
        ["token"],
    ],
    ids=["capital", "plural", "shorter", "impersonation", "text", "list"],
)
def test_what_is_no_credential_passes(user: object) -> None:
    assert judged(json.dumps(kubeconfig(user))).said == ""


@pytest.mark.parametrize(
    "document",
    [{}, {"users": []}, {"users": None}, {"users": "x"}, {"users": [None, "x"]}],
    ids=["empty", "no users", "null users", "users as text", "users of wrong types"],
)
def test_a_kubeconfig_without_users_passes(
    document: object, written: Callable[[object], object]
) -> None:
    assert judged(written(document)).said == ""


@pytest.mark.parametrize(
    "value",
    ["~/.kube/config", "/etc/admin.conf", "", "a: b: c", "[1, 2]", "5", 5.0, True, ["x"], "\x00"],
    ids=["home", "path", "empty", "bad YAML", "list", "number", "float", "bool", "array", "NUL"],
)
def test_what_is_no_text_of_a_kubeconfig_fails(value: object) -> None:
    found = judged(value)
    assert found.paths == ["kubeconfig"]
    assert "not the text of a kubeconfig" in found.said


@pytest.mark.parametrize("props", [{}, {"kubeconfig": None}], ids=["absent", "null"])
def test_the_kubeconfig_of_the_machine_fails(props: dict[str, Any]) -> None:
    found = verdict(CHECK, PROVIDER, props)
    assert found.paths == ["kubeconfig"]
    assert "is not set" in found.said


def test_a_provider_that_only_writes_files_needs_no_kubeconfig() -> None:
    assert verdict(CHECK, PROVIDER, {"renderYamlToDirectory": "out"}).said == ""


def test_preview_says_that_it_cannot_see_the_kubeconfig() -> None:
    for value in (UNKNOWN, secret(UNKNOWN)):
        found = judged(value)
        assert found.messages == ()
        assert found.waits == ["kubeconfig"]


def test_preview_judges_what_it_sees_of_a_kubeconfig() -> None:
    found = judged(kubeconfig({"token": "x"}, UNKNOWN))
    assert found.paths == ["kubeconfig: users[0].user.token"]
    assert found.waits == ["kubeconfig"]


@pytest.mark.parametrize(
    "token",
    [
        "pulumi:providers:azure-native",
        "pulumi:providers:kubernetes-cert-manager",
        "pulumi:providers:Kubernetes",
        "kubernetes:core/v1:Secret",
    ],
)
def test_other_resources_are_left_alone(token: str) -> None:
    props = {"kubeconfig": json.dumps(kubeconfig({"token": "x"}))}
    assert verdict(CHECK, token, props).said == ""
    assert verdict(CHECK, PROVIDER, props).messages

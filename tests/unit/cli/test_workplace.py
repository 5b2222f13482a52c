from __future__ import annotations

from typing import TYPE_CHECKING

from rehearsal.cli.workplace import bare_environment

if TYPE_CHECKING:
    import pytest


def test_nothing_of_another_cloud_is_handed_on_but_the_kubernetes_providers_switch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "canary")
    monkeypatch.setenv("ARM_CLIENT_SECRET", "canary")
    monkeypatch.setenv("PULUMI_K8S_DELETE_UNREACHABLE", "true")

    environment = bare_environment()

    assert "canary" not in environment.values()
    assert environment["PULUMI_K8S_DELETE_UNREACHABLE"] == "true"

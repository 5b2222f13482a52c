"""A service principal that proves itself by a certificate, registered through Graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.cloud.entra.certificates import self_signed, variables
from tests.support.kubectl import identity_from
from tests.support.kubelogin import refusal_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.cloud.entra.certificates import Certificate
    from tests.contract.cloud.entra.conftest import OwnAzure
    from tests.support.kubectl import Kubectl
    from tests.support.kubelogin import Kubelogin


@pytest.mark.parametrize(
    "how", [("pem",), ("pfx",), ("pem", "--legacy"), ("pfx", "--legacy")], ids=" ".join
)
def test_a_registered_certificate_logs_the_service_principal_in(
    own_azure: OwnAzure,
    own_kubelogin: Kubelogin,
    registered: Certificate,
    tmp_path: Path,
    how: tuple[str, ...],
) -> None:
    kind, *words = how
    file = tmp_path / f"ci.{kind}"
    file.write_bytes(registered.pem() if kind == "pem" else registered.pfx())
    claims = own_kubelogin.log_in("spn", *words, **variables(own_azure, file))
    assert claims["oid"] == own_azure.account("ci").object_id
    # How the application proved itself: 2 is a certificate.
    assert claims["appidacr"] == "2"


@pytest.mark.usefixtures("registered")
def test_another_certificate_is_refused(
    own_azure: OwnAzure, own_kubelogin: Kubelogin, tmp_path: Path
) -> None:
    file = tmp_path / "another.pem"
    file.write_bytes(self_signed().pem())
    process = own_kubelogin.start("spn", **variables(own_azure, file))
    assert "AADSTS700027" in refusal_of(process)


def test_the_cluster_takes_a_service_principal_with_a_certificate(
    own_azure: OwnAzure, kubectl: Kubectl, registered: Certificate, tmp_path: Path
) -> None:
    file = tmp_path / "ci.pem"
    file.write_bytes(registered.pem())
    given = variables(own_azure, file)
    found = identity_from(kubectl.who_am_i("spn", **given))
    assert found["username"] == own_azure.account("ci").object_id
    assert len(kubectl.nodes("spn", **given)) == 2

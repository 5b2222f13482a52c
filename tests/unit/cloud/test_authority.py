from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from rehearsal.cloud.authority import Authority
from rehearsal.home import Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def test_the_authority_is_made_once(home: Home) -> None:
    assert Authority(home).ca_pem == Authority(home).ca_pem


def test_only_the_owner_reads_the_key(home: Home) -> None:
    Authority(home)
    assert stat.S_IMODE(home.ca_key.stat().st_mode) == 0o600


def test_a_server_certificate_is_good_for_its_names_only(home: Home) -> None:
    authority = Authority(home)
    pem, _ = authority.issue("localhost", ["localhost", "127.0.0.1", "::1"])
    leaf = x509.load_pem_x509_certificate(pem)
    store = Store([x509.load_pem_x509_certificate(authority.ca_pem)])

    def verify(name: str) -> None:
        verifier = PolicyBuilder().store(store).build_server_verifier(x509.DNSName(name))
        verifier.verify(leaf, [])

    verify("localhost")
    with pytest.raises(VerificationError):
        verify("management.azure.com")


def test_a_client_certificate_names_user_and_groups(home: Home) -> None:
    pem, _ = Authority(home).issue("admin", [], ["system:masters"], client=True)
    leaf = x509.load_pem_x509_certificate(pem)
    assert leaf.subject.rfc4514_string() == "CN=admin,O=system:masters"
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_another_home_has_another_authority(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other").create()
    assert Authority(home).ca_pem != Authority(other).ca_pem

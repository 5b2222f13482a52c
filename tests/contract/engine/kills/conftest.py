"""The stacks that the killed runs begin with."""

from __future__ import annotations

import pytest

from tests.support.kills.trial import Stacks


@pytest.fixture(scope="package")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    return Stacks(tmp_path_factory.mktemp("stacks"))

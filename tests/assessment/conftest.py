"""A space, a bank of it with questions of known answers, and the hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import clock
from tests.assessment.taking import NOW, filled
from tests.banks.filling import BankRef
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture(scope="module")
def bank(hue: OpenedSpace) -> BankRef:
    return filled(hue)


@pytest.fixture
def at() -> Iterator[Any]:
    """Let it be so many seconds after the beginning; at first it is that."""

    def show(seconds: float) -> None:
        clock.set_source(lambda: float(NOW + seconds))

    show(0)
    yield show
    clock.set_source(None)

"""A space, and an app that it trusts."""

from __future__ import annotations

import pytest

from tests.apps.superapp import SuperApp
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def app(hue: OpenedSpace) -> SuperApp:
    return SuperApp.trusted(hue)

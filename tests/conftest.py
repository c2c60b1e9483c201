"""Fixtures of all tests: an emulated cloud for each test module, and the API as an anonymous caller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, settings

import app
from chalicelib import clock, config
from chalicelib.http import mounting
from tests import walls
from tests.api import Api
from tests.emulated import Cloud, cloud, forget_everything
from tests.factories import OpenedSpace, open_space

walls.stand_outside()
# Tests walk what is declared; that a request imports what it needs by itself is tests/http/test_mounting.py's.
mounting.everything()
mounting.mount_declared(app.app)


# Tests never time anything: on a busy machine a draw takes as long as it takes.
settings.register_profile("hocmo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hocmo")


@pytest.fixture(scope="module")
def aws() -> Iterator[Cloud]:
    """An emulated account of the module's own. Tests of a module share it and use spaces of their own."""
    with cloud() as account:
        yield account


@pytest.fixture
def api(aws: Cloud) -> Api:
    """The API, as nobody yet."""
    return Api()


@pytest.fixture(scope="module")
def centre(aws: Cloud) -> OpenedSpace:
    """The space of the central ministry."""
    return open_space(config.current().central, kind="ministry", name="Bộ Khoa học và Công nghệ")


@pytest.fixture
def in_the_cloud(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """No engine of our own: the account's DynamoDB, where nothing is local."""
    with monkeypatch.context() as elsewhere:
        elsewhere.delenv("HOCMO_DYNAMODB_URL")
        elsewhere.delenv("HOCMO_LOCAL")
        forget_everything()
        yield boto3.client("dynamodb")
    forget_everything()


@pytest.fixture(autouse=True)
def _the_clock_is_given_back() -> Iterator[None]:
    yield
    clock.set_source(None)

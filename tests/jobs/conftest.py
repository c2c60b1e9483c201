"""What tests of jobs share: a kind of job whose work each test says, and time that passes when it says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import ids
from chalicelib.jobs import store
from chalicelib.jobs.queue import HANDLERS
from chalicelib.storage.spaces import platform
from tests.emulated import Cloud
from tests.jobs.work import KIND, Does, Work, hints


@pytest.fixture
def tenant() -> str:
    """Every test has a tenant of its own, so that their jobs do not meet."""
    return f"t{ids.new()[-10:]}"


@pytest.fixture(autouse=True)
def _an_empty_queue(aws: Cloud) -> Iterator[None]:
    yield
    hints(aws)
    for item in store.open_since("9", 200):
        platform().table("people").delete(item["pk"], item["sk"])


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Does:
    """What jobs of these tests do."""

    def do(work: Work) -> None:
        monkeypatch.setitem(HANDLERS, KIND, work)

    do(lambda job, run: None)
    return do

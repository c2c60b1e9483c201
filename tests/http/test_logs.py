"""Logs: one JSON object a line, enough to find a request, and nothing about a person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import logs
from tests.factories import OpenedSpace, open_space
from tests.http.probe import SECRET, Probe, probe


@pytest.fixture(scope="module")
def hue(aws: object) -> OpenedSpace:
    return open_space("hue")


@pytest.fixture
def author(hue: OpenedSpace) -> Probe:
    author = probe(hue.author)
    author.get("/spaces/hue/things").ok()
    return author


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written while the test runs, by our logger and by everyone else's."""
    import app  # noqa: F401 (it configures the log)

    stream = io.StringIO()
    # Not pytest's own, which it hangs on loggers that do not propagate.
    ours: list[logging.StreamHandler[Any]] = [each for each in logs.log.handlers if type(each) is logging.StreamHandler]
    before = [handler.setStream(stream) for handler in ours]
    others = logging.StreamHandler(stream)
    logging.getLogger().addHandler(others)
    yield stream
    logging.getLogger().removeHandler(others)
    for handler, old in zip(ours, before, strict=True):
        handler.setStream(old or handler.stream)


def _only(lines: io.StringIO) -> dict[str, Any]:
    (line,) = lines.getvalue().splitlines()
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def test_a_request_is_one_line_that_finds_it(hue: OpenedSpace, author: Probe, lines: io.StringIO) -> None:
    author.post("/spaces/hue/things", {"title": "Điện thoại"}).ok(201)
    line = _only(lines)
    assert line["event"] == "request.answered"
    assert (line["tenant"], line["actor"], line["operation"]) == ("hue", hue.people["author"], "make_thing")
    assert (line["status"], line["refused"]) == (201, "")
    assert line["calls"] >= 2
    assert line["wcu"] >= 2
    assert line["request_id"]


def test_a_refusal_says_which(author: Probe, lines: io.StringIO) -> None:
    author.post("/spaces/hue/things", {"title": "x", "trouble": "taken"}).refused(409)
    line = _only(lines)
    assert (line["status"], line["refused"], line["level"]) == (409, "taken", "INFO")
    assert "trace" not in line


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/0912345678", 404), ("TRACE", "", 405)])
def test_what_reaches_no_operation_is_a_line_without_its_path(
    hue: OpenedSpace, lines: io.StringIO, method: str, path: str, status: int
) -> None:
    assert hue.learner.call(method, f"/spaces/hue/me/home{path}").status == status
    line = _only(lines)
    assert (line["event"], line["operation"], line["tenant"], line["status"]) == ("request.answered", "", "", status)
    assert not [each for each in line.values() if "/" in str(each)]
    assert "0912345678" not in lines.getvalue()


def test_what_fails_on_our_side_is_an_error_with_its_place(author: Probe, lines: io.StringIO) -> None:
    author.post("/spaces/hue/things", {"title": "x", "trouble": "busy"}).refused(503)
    line = _only(lines)
    assert (line["level"], line["error"]) == ("ERROR", "Unavailable")
    assert any("make_thing" in frame for frame in line["trace"])


def test_a_space_that_is_being_opened_is_no_error_of_ours(lines: io.StringIO) -> None:
    early = open_space("som", status="opening")
    probe(early.author).get(early.at("/things")).refused(503, "space_opening")
    assert _only(lines)["level"] == "INFO"


def test_no_line_holds_what_a_person_sent(author: Probe, lines: io.StringIO) -> None:
    """Neither a body, nor a query, a token, a key, an address, nor what an exception quotes."""
    sent = {"title": SECRET, "trouble": "defect"}
    headers = {"idempotency-key": "khoa-rieng", "user-agent": "May cua An", "cookie": "phien=rieng"}
    headers = {name: value.encode().decode("ascii") for name, value in headers.items()}
    author.post("/spaces/hue/things", sent, headers=headers).refused(500)
    author.post("/spaces/hue/things", {**sent, SECRET: 1, "count": SECRET}).refused(422)
    author.get("/spaces/hue/things", query={"colour": SECRET[:20]}).ok()
    author.get("/spaces/hue/broken").refused(500)
    probe(author.as_("not." + str(author.token))).get("/spaces/hue/things").refused(401)
    written = lines.getvalue()
    assert len(written.splitlines()) == 5
    for private in [*SECRET.split(), *headers.values(), str(author.token), author.address]:
        assert private not in written

"""What the gate itself promises: a health check, problems for what no operation answers."""

from __future__ import annotations

from tests.api import Api


def test_health_is_green(api: Api) -> None:
    assert api.get("/health").ok() == {"status": "ok"}


def test_a_method_that_nothing_answers_is_a_problem(api: Api) -> None:
    reply = api.delete("/health")
    reply.refused(405, "method_not_allowed")
    assert reply.headers["allow"] == "GET"


def test_an_unknown_space_is_not_found(api: Api) -> None:
    api.get("/spaces/khong-co/jobs").refused(404, "not_found")


def test_the_control_plane_is_no_space(api: Api) -> None:
    api.get("/spaces/platform/jobs").refused(404, "not_found")

"""Who sees which of a space's jobs."""

from __future__ import annotations

from tests.emulated import Cloud
from tests.factories import open_space


def test_that_a_letter_was_asked_for_is_shown_to_those_who_manage_people(aws: Cloud) -> None:
    hue = open_space()
    invited = {"name": "Lê Văn Bảo", "email": "bao@hue.example", "roles": ["author"]}
    hue.admin.post(hue.at("/people"), invited).ok(201)
    (job,) = hue.admin.get(hue.at("/jobs")).ok()["items"]
    assert job["kind"] == "mail.send"
    assert hue.admin.get(hue.at(f"/jobs/{job['id']}")).ok()["id"] == job["id"]
    for colleague in (hue.author, hue.tutor):
        assert colleague.get(hue.at("/jobs")).ok() == {"items": [], "next": None}
        colleague.get(hue.at(f"/jobs/{job['id']}")).refused(404, "not_found")

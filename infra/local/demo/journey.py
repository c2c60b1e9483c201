"""`make demo-journey`: the main job over HTTP, each step with its time: from opening a space to the national report.

It runs against a `make run` that is up, and may be run again and again: each run opens a space of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib import ids
from chalicelib.questions.models import KINDS
from infra.local import lock
from infra.local.demo import client, content, exams
from infra.local.demo.client import Client, Failed
from infra.local.demo.content import DemoCourse
from infra.local.demo.load import OPERATOR, PASSWORD

COURSE = "lam-chu-dien-thoai-thong-minh"


def main() -> int:
    """The exit status: 0 when every step went well."""
    at = lock.running()
    if at is None:
        print("make demo-journey: Hocmo is not running here. Start it with: make run", file=sys.stderr)
        return 1
    try:
        walk(at.public_url)
    except Failed as failure:
        print(f"make demo-journey: {failure}", file=sys.stderr)
        return 1
    return 0


def walk(base_url: str) -> dict[str, Any]:
    """Open a space, teach a course in it, learn it to the end, see it in both reports. Gives the last report read.

    Raises: Failed.
    """
    began = time.perf_counter()
    slug = f"thu-nghiem-{ids.new()[-6:]}"
    with step("The operator signs in"):
        operator = _required(client.sign_in(base_url, None, OPERATOR, PASSWORD), OPERATOR)
    before = operator.get("/reports/national")["totals"]
    with step(f"The operator opens the space {slug}, which is open within seconds"):
        client.open_space(operator, _tenant(slug))
    with step("Anyone sees its name and its dress"):
        Client(base_url).get(f"/spaces/{slug}")
    with step("Its admin accepts the invitation from the mail and signs in"):
        admin = client.invited(base_url, slug, f"admin@{slug}.hocmo.local", PASSWORD)
    course = next(each for each in content.courses() if each.slug == COURSE)
    with step("The admin writes a course, uploads its video, publishes version 1"):
        course_id = client.publish(admin, slug, course)
    with step("Whoever completes a course here is to be certified"):
        admin.put(f"/spaces/{slug}/credential-settings", {"courses": "all"})
    with step("The admin adopts a national course"):
        national = admin.get(f"/spaces/{slug}/national-courses")["items"][0]
        admin.post(f"/spaces/{slug}/courses", {"adopt": national["id"]})
    with step("A learner finds the course without diacritics, registers and signs in"):
        found = Client(base_url).get(f"/spaces/{slug}/courses?q=dien thoai".replace(" ", "%20"))["items"]
        _expect(course_id in [card["id"] for card in found], "the catalogue does not find the course")
        learner = client.register(base_url, slug, "Nguyễn Thị Học", f"hocvien@{slug}.hocmo.local", PASSWORD)
    _learn(admin, learner, base_url, slug, course_id, course)
    with step("The space's report shows it"):
        client.wait_for("the space's report", lambda: _completions(admin.get(f"/spaces/{slug}/reports/summary")) == 1)
    with step("The national report shows it"):
        client.wait_for(
            "the national report",
            lambda: operator.get("/reports/national")["totals"]["completions"] > before["completions"],
        )
    print(f"\nDone in {time.perf_counter() - began:.1f} s: {base_url}/v1/spaces/{slug}")
    report: dict[str, Any] = operator.get("/reports/national")
    return report


def _learn(admin: Client, learner: Client, base_url: str, slug: str, course_id: str, course: DemoCourse) -> None:
    with step("The learner does every lesson and passes every quiz"):
        client.learn(learner, slug, course_id, course, mistakes=1)
        card = learner.get(f"/spaces/{slug}/me/enrolments")["items"][0]
        _expect(card["state"] == "completed" and card["percent"] == 100, f"the course is not complete: {card}")
    with step("The learner is issued a certificate that anyone verifies"):
        _certified(learner, base_url, slug)
    with step("The admin writes questions of nine kinds and an assessment over them; the learner passes it"):
        result = _assessed(admin, learner, slug)
        _expect(result["result"]["score"] == 100, f"all right answers make no full score: {result['result']}")


def _certified(learner: Client, base_url: str, slug: str) -> None:
    mine = client.wait_for("the certificate", lambda: learner.get(f"/spaces/{slug}/me/credentials")["items"])
    told = Client(base_url).get(f"/credentials/{mine[0]['id']}")
    _expect(told["state"] == "valid", f"the certificate does not verify: {told}")


def _assessed(admin: Client, learner: Client, slug: str) -> Any:
    bank = exams.fill_bank(admin, slug, whole=False)
    draft = {"title": "Kiểm tra nhanh", "parts": [{"kind": "drawn", "bank": bank, "count": len(KINDS)}]}
    assessment = admin.post(f"/spaces/{slug}/assessments", draft)["id"]
    admin.post(f"/spaces/{slug}/assessments/{assessment}/versions", headers={"if-match": "*"})
    return exams.take(learner, slug, assessment)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print what is done and how long it took."""
    began = time.perf_counter()
    print(f"  {title} …", end="", flush=True)
    yield
    print(f" {time.perf_counter() - began:.2f} s", flush=True)


def _tenant(slug: str) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": "Phường Thử Nghiệm",
        "kind": "commune",
        "brand": {"short_name": "Thử nghiệm", "colours": {"primary": "#0b6e4f"}},
        "first_admin": {"name": "Trần Quản Trị", "email": f"admin@{slug}.hocmo.local"},
    }


def _completions(summary: dict[str, Any]) -> int:
    return int(summary["totals"]["completions"])


def _required(found: Client | None, login: str) -> Client:
    if found is None:
        raise Failed(f"{login} cannot sign in; has the demo been loaded?")
    return found


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise Failed(what)


if __name__ == "__main__":
    sys.exit(main())

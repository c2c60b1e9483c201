"""Load the demo: a central space that offers four courses, two spaces that adopt them, fifty learners in many states.

Everything but the first operator goes through the API. Each part looks first whether it is there, so that loading
goes on where a killed one stopped.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from chalicelib.identity import operators
from infra.local.demo import client, content
from infra.local.demo.client import Client, Failed
from infra.local.demo.content import DemoCourse, Json
from infra.local.demo.people import LEARNERS, Learner

PASSWORD = "Hoc-mo-2026"  # noqa: S105 (of accounts that exist on this machine alone)
OPERATOR = "operator@hocmo.local"
CENTRAL = "trung-uong"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _tenant(slug: str, name: str, kind: str, short_name: str, primary: str, admin: str) -> Json:
    return {
        "slug": slug,
        "name": name,
        "kind": kind,
        "brand": {
            "short_name": short_name,
            "colours": {"primary": primary},
            "support": {"email": f"hotro@{slug}.hocmo.local", "phone": "1022"},
        },
        "first_admin": {"name": admin, "email": f"admin@{slug}.hocmo.local"},
    }


TENANTS = (
    _tenant(CENTRAL, "Nền tảng học tập quốc gia", "ministry", "Trung ương", "#a4161a", "Nguyễn Thị Minh Châu"),
    _tenant("hue", "Uỷ ban nhân dân thành phố Huế", "province", "Huế", "#5b2a86", "Tôn Nữ Quỳnh Anh"),
    _tenant("bo-noi-vu", "Bộ Nội vụ", "ministry", "Bộ Nội vụ", "#0b5cad", "Phạm Đức Long"),
)

CERTIFICATE: Json = {
    "name": "Giấy chứng nhận chung",
    "body": "{issuer} chứng nhận\n{name}\nđã hoàn thành khoá học “{course}” ({hours} giờ) ngày {date}.",
    "signatories": [{"name": "Trần Thị Thu Hà", "title": "Giám đốc Sở Khoa học và Công nghệ"}],
}


def load(base_url: str) -> None:
    """Load whatever of the demo is missing. Raises: Failed; refuses any address that is not this machine's own."""
    if urlsplit(base_url).hostname not in LOOPBACK:
        raise Failed(f"the demo's accounts have a known password: it is loaded on this machine only, not at {base_url}")
    operator = _operator(base_url)
    for tenant in TENANTS:
        client.open_space(operator, tenant)
        print(f"    {tenant['slug']} is open", flush=True)
    courses = content.courses()
    offered = _central_courses(base_url, courses)
    for slug in ("hue", "bo-noi-vu"):
        adopted = _adopt(base_url, slug, offered)
        print(f"    {slug} has adopted {len(adopted)} courses", flush=True)
        _learners(base_url, slug, adopted, courses)


def _operator(base_url: str) -> Client:
    operators.ensure(OPERATOR, "Người vận hành nền tảng", PASSWORD)
    signed_in = client.sign_in(base_url, None, OPERATOR, PASSWORD)
    if signed_in is None:
        raise Failed(f"{OPERATOR} cannot sign in")
    return signed_in


def _central_courses(base_url: str, courses: list[DemoCourse]) -> dict[str, str]:
    """The four courses, published in the central space and offered to all; gives the national id by course."""
    admin = client.invited(base_url, CENTRAL, f"admin@{CENTRAL}.hocmo.local", PASSWORD)
    offered = {}
    for course in courses:
        course_id = client.publish(admin, CENTRAL, course)
        admin.post(f"/spaces/{CENTRAL}/courses/{course_id}/offer")
        offered[course.slug] = course_id
        print(f"    {course.head['title']} is offered to all spaces", flush=True)
    return offered


def _adopt(base_url: str, slug: str, offered: dict[str, str]) -> dict[str, str]:
    """The space's staff come in by invitation, and its admin adopts the national courses; gives their ids there."""
    admin = client.invited(base_url, slug, f"admin@{slug}.hocmo.local", PASSWORD)
    for name, role in (("Hồ Đắc Thiện", "author"), ("Lê Thị Ngọc Hân", "tutor")):
        email = f"{role}@{slug}.hocmo.local"
        if client.sign_in(base_url, slug, email, PASSWORD) is None:
            admin.call("POST", f"/spaces/{slug}/people", {"name": name, "email": email, "roles": [role]})
            client.invited(base_url, slug, email, PASSWORD)
    _certify(admin, slug)
    return {
        name: str(admin.post(f"/spaces/{slug}/courses", {"adopt": national})["id"])
        for name, national in offered.items()
    }


def _certify(admin: Client, slug: str) -> None:
    """Whoever completes a course of the space is issued a certificate."""
    templates = admin.get(f"/spaces/{slug}/credential-templates")["items"]
    template = templates[0] if templates else admin.post(f"/spaces/{slug}/credential-templates", CERTIFICATE)
    admin.put(f"/spaces/{slug}/credential-settings", {"courses": "all", "template": template["id"]})


def _learners(base_url: str, slug: str, adopted: dict[str, str], courses: list[DemoCourse]) -> None:
    mine = [learner for learner in LEARNERS if learner.space == slug]

    def study(learner: Learner) -> None:
        person = client.register(base_url, slug, learner.name, learner.login, PASSWORD)
        for course in courses:
            share = learner.shares.get(course.slug)
            if share is not None:
                lessons = round(share * sum(1 for _ in course.lessons()))
                client.learn(person, slug, adopted[course.slug], course, lessons=lessons, mistakes=learner.mistakes)

    with ThreadPoolExecutor(4) as pool:
        for done, _ in enumerate(pool.map(study, mine), start=1):
            if done % 10 == 0 or done == len(mine):
                print(f"    {slug}: {done} of {len(mine)} learners", flush=True)

"""Load the demo: a central space that offers four courses, two spaces that adopt them, fifty learners in many states;
in Huế a bank of questions with assessments over it, questions of learners, and a library.

Everything but the first operator, and one question of three weeks ago, goes through the API. Each part looks first
whether it is there, so that loading goes on where a killed one stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from chalicelib.identity import operators
from infra.local.demo import client, content, exams, forum, questions, shelf, skills
from infra.local.demo.client import Client, Failed
from infra.local.demo.content import DemoCourse, Json
from infra.local.demo.people import LEARNERS, Learner

PASSWORD = "Hoc-mo-2026"  # noqa: S105 (of accounts that exist on this machine alone)
OPERATOR = "operator@hocmo.local"
CENTRAL, FURNISHED = "trung-uong", "hue"
_ASKERS = 3
Sittings = Mapping[str, Sequence[tuple[str, float]]]
"""By login: which assessments somebody sits, and how much of each they get right."""
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
        sittings = _furnish(base_url, slug, adopted) if slug == FURNISHED else {}
        people = _learners(base_url, slug, adopted, courses, sittings)
        if slug == FURNISHED:
            forum.talk(slug, people[:_ASKERS], _staff(base_url, slug, "tutor"), adopted)
            print(f"    {slug} has questions and answers", flush=True)


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


def _learners(
    base_url: str, slug: str, adopted: dict[str, str], courses: list[DemoCourse], sittings: Sittings
) -> list[Client]:
    """The space's learners, who study and sit what is planned for them."""
    mine = [learner for learner in LEARNERS if learner.space == slug]
    people = []

    def study(learner: Learner) -> Client:
        person = client.register(base_url, slug, learner.name, learner.login, PASSWORD)
        for course in courses:
            share = learner.shares.get(course.slug)
            if share is not None:
                lessons = round(share * sum(1 for _ in course.lessons()))
                client.learn(person, slug, adopted[course.slug], course, lessons=lessons, mistakes=learner.mistakes)
        if sittings:
            skills.introduce(person, slug, learner.login)
        for assessment, right in sittings.get(learner.login, ()):
            exams.take(person, slug, assessment, right)
        return person

    with ThreadPoolExecutor(4) as pool:
        for done, person in enumerate(pool.map(study, mine), start=1):
            people.append(person)
            if done % 10 == 0 or done == len(mine):
                print(f"    {slug}: {done} of {len(mine)} learners", flush=True)
    return people


def _furnish(base_url: str, slug: str, adopted: dict[str, str]) -> Sittings:
    """A library, a bank, assessments; gives who is to sit them, and how much of them they get right."""
    author = _staff(base_url, slug, "author")
    shelf.fill(author, slug)
    assessments = exams.set_assessments(author, slug, exams.fill_bank(author, slug), adopted)
    skills.measure(author, slug, assessments.values())
    planned: dict[str, list[tuple[str, float]]] = {}
    for source in questions.read("assessments"):
        those = [each for each in LEARNERS if each.space == slug and source.get("course") in (None, *each.shares)]
        for learner, share in zip(those, skills.takers(source), strict=False):
            planned.setdefault(learner.login, []).append((assessments[source["title"]], share))
    print(f"    {slug} has a library and assessments", flush=True)
    return planned


def _staff(base_url: str, slug: str, role: str) -> Client:
    login = f"{role}@{slug}.hocmo.local"
    found = client.sign_in(base_url, slug, login, PASSWORD)
    if found is None:
        raise Failed(f"{login} cannot sign in")
    return found

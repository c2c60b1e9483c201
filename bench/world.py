"""What is measured on: one space with six courses, its staff, and learners, all made through the API.

Courses have ten lessons, two of them quizzes of five questions; every learner of the world is in five of the six.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.account import Account
from bench.caller import Caller
from chalicelib import ids
from chalicelib.http import tokens
from chalicelib.http.permissions import Role

SLUG = "hue"
PASSWORD = "chim-sáo-qua-sông-Hương"  # noqa: S105 (of people who live as long as a measurement)
OPERATOR = "operator@hocmo.local"
LESSONS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "a")
QUIZZES = ("5", "a")
QUESTIONS = 5
COURSES = 6
RIGHT = {f"q{number}": ["a"] for number in range(QUESTIONS)}
WRONG = {f"q{number}": ["b"] for number in range(QUESTIONS)}


@dataclass(frozen=True, slots=True)
class World:
    """A space that is open, and its courses."""

    account: Account
    slug: str
    courses: list[str]
    admin: Caller
    author: Caller

    def at(self, path: str = "") -> str:
        """An address in this space."""
        return f"/spaces/{self.slug}{path}"

    def newcomer(self) -> Caller:
        """A learner with a token, in no course yet."""
        return Caller(token(self.slug, "learner"))

    def learner(self, courses: int = 5) -> Caller:
        """A learner who has begun so many courses and done half a course."""
        made = self.newcomer()
        for number, course in enumerate(self.courses[:courses]):
            made.call("PUT", self.at(f"/me/enrolments/{course}"))
            for lesson in LESSONS[: 5 - number]:
                report(made, self, course, lesson)
        return made


def report(learner: Caller, world: World, course: str, lesson: str) -> None:
    """Do one lesson: a quiz by the right answers."""
    at = world.at(f"/me/enrolments/{course}")
    if lesson in QUIZZES:
        learner.call("POST", f"{at}/attempts", {"lesson": lesson, "answers": RIGHT})
    else:
        learner.call("PUT", f"{at}/progress/{lesson}", {"status": "done"})


def token(slug: str, role: Role, person: str | None = None) -> str:
    """An access token as signing in gives it."""
    return tokens.issue(tokens.Actor(person or ids.new(), slug, frozenset([role]), ids.new()))


def operator() -> Caller:
    """An operator of the platform."""
    return Caller(token("platform", "operator", ensure_operator()))


def ensure_operator() -> str:
    """The operator's id; the account is made at the first use."""
    from chalicelib.identity import operators
    from chalicelib.storage import acting

    with acting.on_behalf_of("platform"):
        return operators.ensure(OPERATOR, "Nguyễn Thị Hoa", PASSWORD).id


def tenant(slug: str, kind: str = "province") -> dict[str, Any]:
    """A tenant as an operator sends it."""
    return {
        "slug": slug,
        "name": "Uỷ ban nhân dân thành phố Huế",
        "kind": kind,
        "brand": {
            "short_name": "Huế",
            "colours": {"primary": "#0b5cad", "accent": "#8b1a1a"},
            "support": {"email": "hotro@hue.example", "phone": "1022", "url": "https://hue.example"},
        },
        "first_admin": {"name": "Trần Thị Bình", "email": f"admin@{slug}.example"},
    }


def make(account: Account, slug: str = SLUG, courses: int = COURSES) -> World:
    """Open the space and publish its courses."""
    platform = operator()
    platform.call("POST", "/tenants", tenant(slug))
    while account.run_jobs():
        pass
    admin = Caller(token(slug, "admin", _first_admin(slug)))
    author = Caller(token(slug, "author", _invited(admin, slug, "author")))
    titles = [f"An toàn trên không gian mạng {number + 1}" for number in range(courses)]
    return World(account, slug, [publish(author, slug, each, sections()) for each in titles], admin, author)


def _first_admin(slug: str) -> str:
    return _person_of(slug, f"admin@{slug}.example", ["admin"])


def _invited(admin: Caller, slug: str, role: Role) -> str:
    return _person_of(slug, f"{role}@{slug}.example", [role])


def active_admin(slug: str) -> Caller:
    """An admin who has come in: the first one, who was invited, may not change anything yet."""
    return Caller(token(slug, "admin", _person_of(slug, f"quan-tri@{slug}.example", ["admin"])))


def _person_of(slug: str, login: str, roles: list[Role]) -> str:
    from chalicelib.identity import registration
    from chalicelib.storage import acting, spaces

    with acting.on_behalf_of(slug):
        return registration.ensure(spaces.find(slug), "Trần Thị Bình", login, PASSWORD, roles).id


def publish(author: Caller, slug: str, title: str, content: list[dict[str, Any]]) -> str:
    """A course of these sections, published; gives its id."""
    at = f"/spaces/{slug}/courses"
    head = {"title": title, "summary": "Nhận ra lừa đảo và tự bảo vệ mình."}
    course: str = author.call("POST", at, head)["id"]
    etag = author.call("GET", f"{at}/{course}")["draft"]["etag"]
    author.call("PUT", f"{at}/{course}/draft", {"sections": content}, headers=(("if-match", etag),))
    author.call("POST", f"{at}/{course}/versions", {})
    return course


def sections() -> list[dict[str, Any]]:
    """A course's content: two sections of five lessons, the last of each a quiz."""
    made = [quiz(lesson) if lesson in QUIZZES else _text(lesson) for lesson in LESSONS]
    return [
        {"id": "a", "title": "Phần 1", "lessons": made[:5]},
        {"id": "b", "title": "Phần 2", "lessons": made[5:]},
    ]


def _text(lesson: str) -> dict[str, Any]:
    words = "Không đưa mã OTP cho bất kỳ ai, kể cả người tự xưng là nhân viên ngân hàng. "
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": words * 5}]} for _ in range(8)]
    body = {"type": "doc", "content": paragraphs}
    return {"id": lesson, "kind": "text", "title": f"Bài {lesson}: mã OTP là gì?", "minutes": 5, "body": body}


def quiz(lesson: str) -> dict[str, Any]:
    """A quiz of five questions; all of :data:`RIGHT` passes it, all of :data:`WRONG` does not."""
    questions = [_question(f"q{number}") for number in range(QUESTIONS)]
    terms = {"pass_mark": 60, "attempts_allowed": None, "questions": questions}
    return {"id": lesson, "kind": "quiz", "title": f"Ôn tập {lesson}", "minutes": 5, "quiz": terms}


def _question(question: str) -> dict[str, Any]:
    return {
        "id": question,
        "kind": "single",
        "prompt": "Có nên đọc mã OTP cho người gọi điện không?",
        "explanation": "Ngân hàng không bao giờ hỏi mã OTP.",
        "choices": [
            {"id": "a", "text": "Không", "correct": True, "feedback": "Đúng."},
            {"id": "b", "text": "Có", "correct": False, "feedback": "Mã OTP là chìa khoá tài khoản của bạn."},
            {"id": "c", "text": "Chỉ khi họ biết tên tôi", "correct": False, "feedback": "Tên bạn ai cũng biết."},
        ],
    }

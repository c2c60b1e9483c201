"""Builders of what tests begin with: an operator, an open space, callers of every role.

They write what a space needs directly, which takes milliseconds; ``tests/provisioning`` proves that the API makes the
same.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from chalicelib import clock, ids
from chalicelib.http import tokens
from chalicelib.http.permissions import SPACE_ROLES, Role
from chalicelib.storage import spaces, tables
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.spaces import PLATFORM, Space, SpaceStatus
from chalicelib.tenants import registry
from tests.api import Api

_numbers = itertools.count(1)

BRAND: dict[str, Any] = {
    "short_name": "Huế",
    "colours": {"primary": "#0b5cad"},
    "logo": None,
    "support": {"email": "hotro@hue.example", "phone": "+842343822822", "url": "https://hue.example"},
}
SETTINGS: dict[str, Any] = {
    "catalogue_public": True,
    "self_registration": True,
    "national_updates": "manual",
    "language": "vi",
    "welcome": "",
}


@dataclass(frozen=True)
class OpenedSpace:
    """A space that is open, and the API as its people."""

    slug: str
    space: Space
    people: dict[Role, str] = field(default_factory=dict)

    def at(self, path: str = "") -> str:
        """An address in this space: ``hue.at("/courses")``."""
        return f"/spaces/{self.slug}{path}"

    @property
    def admin(self) -> Api:
        """The API as this space's admin."""
        return token_for(self.space, ["admin"], self.people["admin"])

    @property
    def author(self) -> Api:
        """The API as an author of this space."""
        return token_for(self.space, ["author"], self.people["author"])

    @property
    def tutor(self) -> Api:
        """The API as a tutor of this space."""
        return token_for(self.space, ["tutor"], self.people["tutor"])

    @property
    def learner(self) -> Api:
        """The API as one learner of this space, the same at every use."""
        return token_for(self.space, ["learner"], self.people["learner"])


def operator(aws: object = None) -> Api:
    """The API as an operator of the platform."""
    return token_for(spaces.platform(), ["operator"], ids.derived(PLATFORM, "operator"))


def open_space(
    slug: str | None = None,
    *,
    kind: str = "province",
    name: str = "Thành phố Huế",
    status: SpaceStatus = "open",
    brand: dict[str, Any] | None = None,
    **settings: Any,
) -> OpenedSpace:
    """A space with its four tables and its registry item; ``settings`` differ from :data:`SETTINGS`."""
    opened = register(slug, kind=kind, name=name, status=status, brand=brand, **settings)
    for table in TABLE_KINDS:
        tables.create(opened.space, table)
    return opened


def register(
    slug: str | None = None,
    *,
    kind: str = "province",
    name: str = "Thành phố Huế",
    status: SpaceStatus = "open",
    brand: dict[str, Any] | None = None,
    **settings: Any,
) -> OpenedSpace:
    """The registry item of a space, and no tables: for lists of tenants."""
    slug = slug or f"khong-gian-{next(_numbers)}"
    space = Space(slug, status, kind)
    spaces.platform().table("people").put(_registered(space, name, BRAND | (brand or {}), SETTINGS | settings))
    forget_space(slug)
    return OpenedSpace(slug, space, {role: ids.derived(slug, role) for role in SPACE_ROLES})


def token_for(space: Space | OpenedSpace, roles: list[Role], person_id: str | None = None) -> Api:
    """The API as a person with these roles, signed in; a person of their own unless named."""
    slug = space.slug
    actor = tokens.Actor(person_id or ids.new(), slug, frozenset(roles), ids.new())
    return Api(tokens.issue(actor))


def forget_space(slug: str) -> None:
    """Make this process look at the registry again."""
    registry.forget(slug)


def become(space: OpenedSpace, status: SpaceStatus) -> None:
    """The registry says this of the space from now on."""
    key = spaces.registry_key(space.slug)
    spaces.platform().table("people").update(*key, "SET #s = :s", {":s": status}, names={"#s": "status"})
    forget_space(space.slug)


def _registered(space: Space, name: str, brand: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    pk, sk = spaces.registry_key(space.slug)
    at = clock.timestamp()
    return {
        "pk": pk,
        "sk": sk,
        "status": space.status,
        "kind": space.tenant_kind,
        "name": name,
        "brand": brand,
        "settings": settings,
        "search": registry.search_text(space.slug, name, brand["short_name"]),
        "first_admin": {"name": "Nguyễn Thị Hoa", "email": f"admin@{space.slug}.example"},
        "opening": {"job": ids.derived(space.slug, "opening")},
        "cell": "1",
        "created_at": at,
        "updated_at": at,
        "l": "tenants",
        "ls": space.slug,
        "v": 1,
    }


@dataclass(frozen=True)
class CourseRef:
    """A published course of a space."""

    space: OpenedSpace
    id: str
    version: int = 1

    def at(self, path: str = "") -> str:
        """An address of this course: ``course.at("/outline")``."""
        return self.space.at(f"/courses/{self.id}{path}")


def text_lesson(lesson_id: str | None = None, title: str = "Mã OTP là gì?", **more: Any) -> dict[str, Any]:
    """A lesson of one paragraph."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "Không đưa mã OTP cho bất kỳ ai."}]}
    body = {"type": "doc", "content": [paragraph]}
    return {"kind": "text", "title": title, "minutes": 5, "body": body} | _identified(lesson_id) | more


def quiz_lesson(lesson_id: str | None = None, title: str = "Ôn tập", **quiz: Any) -> dict[str, Any]:
    """A quiz of one single-choice question (right: ``a``) and one multiple-choice question (right: ``a`` and ``c``)."""
    single = {
        "id": "q1",
        "kind": "single",
        "prompt": "Có nên đọc mã OTP cho người gọi điện không?",
        "choices": [
            {"id": "a", "text": "Không", "correct": True, "feedback": "Đúng. Ngân hàng không bao giờ hỏi mã OTP."},
            {"id": "b", "text": "Có", "correct": False, "feedback": "Sai. Kẻ gian sẽ lấy tiền của bạn."},
        ],
        "explanation": "Mã OTP là chìa khoá của tài khoản.",
    }
    multiple = {
        "id": "q2",
        "kind": "multiple",
        "prompt": "Dấu hiệu nào cho thấy tin nhắn lừa đảo?",
        "choices": [
            {"id": "a", "text": "Thúc giục làm ngay", "correct": True},
            {"id": "b", "text": "Gửi từ người thân đã gọi xác nhận", "correct": False},
            {"id": "c", "text": "Đường liên kết lạ", "correct": True},
        ],
    }
    terms = {"pass_mark": 60, "attempts_allowed": None, "questions": [single, multiple]} | quiz
    return {"kind": "quiz", "title": title, "minutes": 5, "quiz": terms} | _identified(lesson_id)


def published_course(
    space: OpenedSpace, lessons: list[dict[str, Any]] | None = None, *, title: str = "An toàn trên mạng", **head: Any
) -> CourseRef:
    """A course with these lessons in one section (a text and a quiz unless given), published through the API."""
    made = space.author.post(space.at("/courses"), {"title": title, **head}).ok(201)
    course = CourseRef(space, made["id"])
    lessons = lessons if lessons is not None else [text_lesson("1"), quiz_lesson("2")]
    return republished(course, [{"id": "a", "title": "Chương 1", "lessons": lessons}])


def republished(course: CourseRef, sections: list[dict[str, Any]]) -> CourseRef:
    """The course with these sections as its next version."""
    author = course.space.author
    etag = author.get(course.at()).ok()["draft"]["etag"]
    author.put(course.at("/draft"), {"sections": sections}, headers={"if-match": etag}).ok(200)
    return CourseRef(course.space, course.id, author.post(course.at("/versions")).ok(201)["version"])


def _identified(lesson_id: str | None) -> dict[str, Any]:
    return {} if lesson_id is None else {"id": lesson_id}

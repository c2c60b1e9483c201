"""Two tenants with something of everything in each, so that a leak from one to the other has something to show."""

from __future__ import annotations

from dataclasses import dataclass, field

from joserfc.jwk import ECKey

from chalicelib import clock, ids
from chalicelib.http import tokens
from chalicelib.http.permissions import SPACE_ROLES, Role
from chalicelib.http.requests import Circumstances
from chalicelib.identity import registration, sessions
from chalicelib.people import persons
from chalicelib.storage.spaces import Space, platform
from tests.api import Api
from tests.apps import superapp
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import PASSWORD, somebody
from tests.learning.courses import RIGHT, lesson

ROLES: tuple[Role, ...] = ("operator", "admin", "author", "tutor", "learner")
THEIRS = "Bộ Bí Mật"  # stands in everything of the other tenant that has a text


@dataclass(frozen=True)
class Tenant:
    """A tenant's space, and what is in it by the names that path parameters have."""

    opened: OpenedSpace
    things: dict[str, str]
    people: dict[Role, str]
    signed: dict[Role, Api] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The space's name in addresses."""
        return self.opened.slug

    def caller(self, role: Role) -> Api:
        """The API as this tenant's person of that role, signed in once."""
        if role not in self.signed:
            self.signed[role] = signed_in(self.opened.space, self.people[role])
        return self.signed[role]


def signed_in(space: Space, person_id: str) -> Api:
    """The API as this person, whose session is begun."""
    asked = Circumstances("", "127.0.0.1", "vi", None, None, None, person_id, "sign_in", {})
    return Api(sessions.begin(space, sessions.Holder.of(persons.get(space, person_id)), asked).access_token)


def caller(role: Role, space: str, person_id: str | None = None) -> Api:
    """The API with a good token of that space for any role, whether there is such a person or not."""
    return Api(tokens.issue(tokens.Actor(person_id or ids.new(), space, frozenset({role}), ids.new())))


def expired(role: Role, space: str) -> Api:
    """A token that was good an hour ago."""
    now = clock.epoch_s()
    clock.set_source(lambda: now - 3_600)
    try:
        return caller(role, space)
    finally:
        clock.set_source(None)


def operator() -> str:
    """The person who operates the platform."""
    return registration.ensure(platform(), "Người vận hành", "operator@hocmo.example", PASSWORD, ("operator",)).id


def furnish(aws: Cloud, slug: str, word: str) -> Tenant:
    """A tenant that has people, a course with a learner in it, files, jobs, sessions and an audit trail."""
    opened = open_space(slug, name=f"{word} {slug}", brand={"short_name": word})
    people = {role: somebody(opened, f"{role}@{slug}.example", (role,), f"{word} {role}").id for role in SPACE_ROLES}
    tenant = Tenant(opened, {"lesson": "2", "version": "1", "number": "1"}, people)
    tenant.things["course"] = _course(tenant, word)
    _learned(tenant)
    tenant.things.update(_made(tenant, word))
    tenant.things.update(_sat(tenant, word))
    aws.drain()
    return tenant


def _course(tenant: Tenant, word: str) -> str:
    """A course in its second version."""
    admin, at = tenant.caller("admin"), tenant.opened.at
    course: str = admin.post(at("/courses"), {"title": f"{word}: khoá", "audiences": ["citizen"]}).ok(201)["id"]
    for words in ("1 2Q", "1 2Q 3"):
        section = {"id": "a", "title": f"{word}: phần", "lessons": [lesson(each) for each in words.split()]}
        admin.put(at(f"/courses/{course}/draft"), {"sections": [section]}, headers={"if-match": "*"}).ok()
        admin.post(at(f"/courses/{course}/versions")).ok()
    return course


def _learned(tenant: Tenant) -> None:
    learner, enrolment = tenant.caller("learner"), tenant.opened.at(f"/me/enrolments/{tenant.things['course']}")
    learner.put(enrolment).ok()
    learner.post(
        f"{enrolment}/attempts", {"lesson": "2", "answers": RIGHT}, headers={"idempotency-key": ids.new()}
    ).ok()


def _made(tenant: Tenant, word: str) -> dict[str, str]:
    admin, at = tenant.caller("admin"), tenant.opened.at
    file = {"name": f"{word}.pdf", "content_type": "application/pdf", "size": 1_000}
    app = superapp.registration(f"https://app.{tenant.slug}.example", ECKey.generate_key("P-256"), name=f"{word} app")
    bank = admin.post(at("/banks"), {"title": f"{word} ngân hàng"}).ok(201)["id"]
    question = {"kind": "true_false", "prompt": f"{word} có thật?", "right": True}
    invited = {"name": f"{word} mời", "email": f"moi@{tenant.slug}.example", "roles": ["author"]}
    asked = {"title": f"{word} hỏi", "body": f"{word}?", "course": tenant.things["course"]}
    thread = tenant.caller("learner").post(at("/threads"), asked).ok(201)["id"]
    kept = admin.post(at("/canned-answers"), {"title": f"{word} mẫu", "text": word}).ok(201)["id"]
    provider = {"name": f"{word} cấp", "issuer": f"https://sso.{tenant.slug}.example", "client_id": "hocmo"}
    return {
        "file": admin.post(at("/files"), file).ok()["id"],
        "person": admin.post(at("/people"), invited).ok(201)["id"],
        "job": admin.post(at(f"/courses/{tenant.things['course']}/migrations")).ok(202)["job"],
        "provider": admin.post(at("/providers"), provider).ok(201)["id"],
        "app": admin.post(at("/apps"), app).ok(201)["id"],
        "thread": thread,
        "reply": admin.post(at(f"/threads/{thread}/replies"), {"body": word}).ok(201)["id"],
        "answer": kept,
        "bank": bank,
        "item": admin.post(at(f"/banks/{bank}/items"), {"question": question}).ok(201)["id"],
        "document": admin.post(at("/library/documents"), _document(word)).ok(201)["id"],
        "session": admin.get(at("/me/sessions")).ok()["items"][0]["id"],
    }


def _sat(tenant: Tenant, word: str) -> dict[str, str]:
    """An assessment that a learner has begun."""
    admin, at = tenant.caller("admin"), tenant.opened.at
    fixed = {"kind": "fixed", "items": [{"bank": tenant.things["bank"], "item": tenant.things["item"]}]}
    made = admin.post(at("/assessments"), {"title": f"{word} đánh giá", "parts": [fixed], "attempts_allowed": None})
    assessment = made.ok(201)["id"]
    admin.post(at(f"/assessments/{assessment}/versions"), headers={"if-match": made.headers["etag"]}).ok(201)
    tenant.caller("learner").post(at(f"/me/assessments/{assessment}/sittings")).ok(201)
    return {"assessment": assessment, "question": "1"}


def _document(word: str) -> dict[str, str]:
    return {"title": f"{word}: tài liệu", "url": "https://hue.example/tai-lieu", "status": "published"}

"""A feature of the tests' own, to see what the gate does for any feature; mounted on an app of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import Field

from chalicelib.errors import Conflict, Unavailable
from chalicelib.http import mounting, paging
from chalicelib.http.dispatch import Api as Application
from chalicelib.http.endpoint import OPERATIONS, Answer, Feature, Raw
from chalicelib.http.models import Id, Inbound, Outbound, Page, PageQuery, line
from chalicelib.http.permissions import ANYONE, EDIT_COURSES, SIGNED_IN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed
from tests.api import Api, Reply

SECRET = "Nguyễn Thị Bí Mật 0912345678"


class NewThing(Inbound):
    """A thing to be made."""

    title: line(100)  # type: ignore[valid-type]
    weight: float = 1
    count: int = 0
    trouble: str = Field(default="", max_length=20)


class Thing(Outbound):
    """A thing."""

    id: Id
    title: str


class ThingQuery(PageQuery):
    """Things, perhaps of one colour."""

    colour: str = Field(default="", max_length=20)


class Taken(Conflict):
    """There is such a thing."""

    code = "taken"
    vi = "Đã có."
    en = "There is one."


def _declare(probe: Feature) -> None:
    probe.get("/spaces/{space}/things", may=SIGNED_IN)(list_things)
    probe.get("/spaces/{space}/others", may=SIGNED_IN)(list_others)
    probe.post("/spaces/{space}/things", may=EDIT_COURSES, creates=True, audits=("title",), raises=[Taken])(make_thing)
    probe.post("/spaces/{space}/visitors", may=ANYONE, creates=True)(make_visitor)
    probe.get("/spaces/{space}/things/{thing}", may=SIGNED_IN, cache="public, max-age=60")(read_thing)
    probe.get("/front", may=ANYONE, cache="public, max-age=60")(read_front)
    probe.get("/page", may=ANYONE, media="text/plain")(read_page)
    probe.get("/spaces/{space}/headers/{text}", may=SIGNED_IN)(send_header)
    probe.get("/spaces/{space}/broken", may=SIGNED_IN)(break_down)


def list_things(space: Space, query: ThingQuery) -> Page[Thing]:
    """Things without end."""
    at = paging.decode(query.cursor, int)[0] if query.cursor else 0
    items = [Thing(id="0" * 22, title=f"{at + step}") for step in range(query.limit)]
    return Page[Thing](items=items, next=paging.encode(at + query.limit))


def list_others(space: Space, query: ThingQuery) -> Page[Thing]:
    """Other things, paged alike."""
    return list_things(space, query)


def make_thing(space: Space, actor: Actor, body: NewThing, circumstances: Circumstances) -> Answer[Thing]:
    """Make a thing, or break in the way that the body asks for."""
    if body.trouble == "taken":
        raise Taken
    if body.trouble == "busy":
        raise Unavailable
    if body.trouble == "defect":
        raise RuntimeError(SECRET)
    thing = _made(space, body, circumstances)
    return Answer(thing, location=f"/v1/spaces/{space.slug}/things/{thing.id}")


def make_visitor(space: Space, body: NewThing, circumstances: Circumstances) -> Thing:
    """Make a thing without being anybody."""
    return _made(space, body, circumstances)


def _made(space: Space, body: NewThing, circumstances: Circumstances) -> Thing:
    thing = Thing(id=circumstances.new_id(), title="x" * 150_000 if body.title == "big" else body.title)
    try:
        space.table("people").create({"pk": f"thing#{thing.id}", "sk": "thing", "title": body.title})
    except ConditionFailed as found:
        return Thing(id=thing.id, title=(found.item or {})["title"])
    return thing


def read_thing(space: Space, thing: Id) -> Thing:
    """One thing."""
    return Thing(id=thing, title="Điện thoại")


def read_front() -> Thing:
    """What everyone sees alike."""
    return Thing(id="0" * 22, title="Huế")


def read_page() -> Raw:
    """Text with a mark before it."""
    return Raw("\ufeffĐiểm".encode(), "text/plain; charset=utf-8", cache="public, max-age=60")


def send_header(space: Space, text: str) -> Answer[Thing]:
    """Put a client's text into a header, which no feature may."""
    return Answer(Thing(id="0" * 22, title=""), headers={"Content-Disposition": text})


def break_down(space: Space) -> Thing:
    """A defect whose exception quotes a person."""
    raise RuntimeError(SECRET)


@lru_cache(maxsize=1)
def _application() -> Application:
    kept = OPERATIONS[:]
    OPERATIONS.clear()
    try:
        _declare(Feature("probe"))
        app = Application("probe")
        mounting.mount_declared(app)
        app.register_middleware(mounting.problems_of_the_framework, "http")
    finally:
        OPERATIONS[:] = kept
    return app


@dataclass
class Probe(Api):
    """The probe's API as one caller."""

    def _application(self) -> Application:
        return _application()

    def _require_promised(self, method: str, address: str, reply: Reply) -> None:
        """The document knows nothing of the probe."""


def probe(caller: Api | None = None, **options: Any) -> Probe:
    """The probe's API as this caller, or as nobody."""
    return Probe(caller.token if caller else None, **options)

"""Assessments being taken: a bank with questions of known answers, an assessment over it, people who take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib import clock, ids
from chalicelib.http import tokens
from chalicelib.jobs import queue
from tests import rights
from tests.api import Api, Reply
from tests.banks.filling import BankRef, begin, single, typed
from tests.emulated import Cloud
from tests.factories import OpenedSpace

RIGHT = "Không"
NOW = 1_795_000_000


@dataclass(frozen=True)
class Exam:
    """A published assessment."""

    space: OpenedSpace
    id: str
    bank: BankRef

    def at(self, path: str = "") -> str:
        """An address of it as staff have it."""
        return self.space.at(f"/assessments/{self.id}{path}")

    def change(self, **terms: Any) -> None:
        """Publish it anew under other terms."""
        found = self.space.author.get(self.at())
        draft = found.ok()["draft"] | terms
        saved = self.space.author.put(self.at(), draft, headers={"if-match": found.headers["etag"]})
        saved.ok()
        publish(self.space, self.id, saved.headers["etag"]).ok(201)

    def taker(self, person_id: str | None = None) -> Taker:
        """Somebody who takes it: a person of their own unless named."""
        return Taker(self, person_id or ids.new())


@dataclass(frozen=True)
class Taker:
    """Somebody who takes an assessment."""

    exam: Exam
    id: str
    audiences: tuple[str, ...] = ()

    @property
    def api(self) -> Api:
        """The API as this person, with a token of this moment."""
        actor = tokens.Actor(self.id, self.exam.space.slug, frozenset({"learner"}), ids.new(), self.audiences)
        return Api(tokens.issue(actor))

    def at(self, path: str = "") -> str:
        """An address of their sittings."""
        return self.exam.space.at(f"/me/assessments/{self.exam.id}/sittings{path}")

    def start(self, **body: Any) -> Reply:
        """Begin, or go on."""
        return self.api.post(self.at(), body)

    def read(self, number: int = 1) -> Any:
        """A sitting as it is."""
        return self.api.get(self.at(f"/{number}")).ok()

    def save(self, question: dict[str, Any], response: Any, sequence: int = 1, number: int = 1) -> Reply:
        """Save one answer."""
        path = self.at(f"/{number}/answers/{question['id']}")
        return self.api.put(path, {"response": response, "sequence": sequence})

    def submit(self, number: int = 1) -> Reply:
        """Submit what is saved."""
        return self.api.post(self.at(f"/{number}/submission"))

    def answer_right(self, sitting: dict[str, Any], number: int = 1) -> None:
        """Answer all questions right."""
        for question in sitting["questions"]:
            self.save(question, right(question), number=number).ok()


def right(question: dict[str, Any]) -> Any:
    """The right answer to a question of :func:`filled`."""
    if question["kind"] == "short_answer":
        return "ha noi"
    return [each["id"] for each in question["choices"] if each["text"] == RIGHT]


def wrong(question: dict[str, Any]) -> Any:
    """A wrong one."""
    if question["kind"] == "short_answer":
        return "Huế"
    return [each["id"] for each in question["choices"] if each["text"] != RIGHT][:1]


def filled(space: OpenedSpace, easy: int = 4, hard: int = 2) -> BankRef:
    """A bank with easy questions of one choice (tag OTP), and hard ones that are typed."""
    bank = begin(space)
    for number in range(easy):
        bank.add(single(f"Câu dễ {number}", shuffle=True), difficulty=1, tags=["OTP"])
    for number in range(hard):
        bank.add(typed(f"Câu khó {number}", "Hà Nội") | {"ignore_diacritics": True}, difficulty=4)
    return bank


def draft(bank: BankRef, **terms: Any) -> dict[str, Any]:
    """Two easy questions and one hard one, drawn."""
    parts = [
        {"kind": "drawn", "bank": bank.id, "count": 2, "tag": "otp"},
        {"kind": "drawn", "bank": bank.id, "count": 1, "difficulty": 4},
    ]
    return {"title": "Đánh giá cuối khoá", "time_limit_minutes": 45, "parts": parts, **terms}


def made(space: OpenedSpace, body: dict[str, Any]) -> tuple[str, str]:
    """An assessment that is not published: its id and validator."""
    reply = space.author.post(space.at("/assessments"), body)
    return reply.ok(201)["id"], reply.headers["etag"]


def publish(space: OpenedSpace, assessment: str, etag: str = "*") -> Reply:
    """Publish the draft."""
    return space.author.post(space.at(f"/assessments/{assessment}/versions"), headers={"if-match": etag})


def exam(space: OpenedSpace, bank: BankRef | None = None, **terms: Any) -> Exam:
    """A published assessment over a bank (a new one unless given)."""
    bank = bank or filled(space)
    assessment, etag = made(space, draft(bank, **terms))
    publish(space, assessment, etag).ok(201)
    return Exam(space, assessment, bank)


def drawn(bank: BankRef, count: int = 1, **more: Any) -> dict[str, Any]:
    """A part that draws."""
    return {"kind": "drawn", "bank": bank.id, "count": count, **more}


def fixed(bank: BankRef, item: str, **more: Any) -> dict[str, Any]:
    """A part of one question."""
    return {"kind": "fixed", "items": [{"bank": bank.id, "item": item, **more}]}


def answered(taker: Taker, response: Any) -> Any:
    """How a sitting of one question goes."""
    (question,) = taker.start().ok(201)["questions"]
    taker.save(question, response).ok()
    return taker.submit().ok()["score"]


def after(seconds: int) -> str:
    """A time so many seconds after the beginning, as the API takes it."""
    return clock.as_timestamp(clock.from_epoch_ms((NOW + seconds) * 1000))


def later(aws: Cloud) -> None:
    """Whoever died is given up: run what is due some minutes from now."""
    then = clock.epoch_s() + 300
    clock.set_source(lambda: float(then))
    sweep(aws)


def sweep(aws: Cloud) -> None:
    """Run what is due by now."""
    with rights.running_as("tick"):
        queue.sweep()
    aws.drain()

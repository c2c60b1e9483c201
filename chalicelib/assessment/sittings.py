"""Taking an assessment: begun once, gone on with on any device, saved answer by answer, submitted exactly once.

The server's clock decides. A sheet ends at its ``until``, the time that is due and the grace for a lost line; what was
saved by then is graded, whoever submits or forgets to.
"""

from __future__ import annotations

from typing import ClassVar

from chalicelib import clock
from chalicelib.assessment import closing, definitions, ending, grades, keys, papers, room, showing, store, supervising
from chalicelib.assessment.definition_models import Terms
from chalicelib.assessment.definitions import AssessmentArchived
from chalicelib.assessment.freezing import Frozen
from chalicelib.assessment.room import Given, Room
from chalicelib.assessment.sitting_models import AnswerSaved, NewAnswer, Sitting, SittingStart
from chalicelib.errors import Conflict, Forbidden, Language, NotFound, Unavailable
from chalicelib.http.tokens import Actor
from chalicelib.learning import enrolments
from chalicelib.learning.progress import require_active
from chalicelib.questions import responses
from chalicelib.questions.responses import MAX_RESPONSE_BYTES
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, TransactionFailed

_TRIES = 3
_SHEET, _PAPER, _RELEASE = range(3)  # places in the transaction that begins one


class NotForYou(Forbidden):
    """It is for other audiences."""

    code = "other_audience"
    vi = "Bài đánh giá này dành cho nhóm đối tượng khác. Nếu chưa đúng, hãy cập nhật hồ sơ hoặc báo quản trị."
    en = "This assessment is for another audience. If that is not right, mend your profile or tell your admin."


class NotOpen(Conflict):
    """Before it opens, or after it has closed: a program is told both times, a person the one to act on."""

    code = "assessment_not_open"
    vi = "Bài đánh giá chưa mở hoặc đã đóng. Hãy xem lại thời gian của bài."
    en = "The assessment is not open yet, or is closed. Look at its times."
    times: ClassVar = {
        "opens_at": "From when on it may be begun, where it has such a time.",
        "closes_at": "When it ends, where it does.",
    }

    def __init__(self, terms: Terms, now: int) -> None:
        super().__init__()
        found = {name: getattr(terms, name) for name in self.times}
        self.facts = {name: clock.as_timestamp(at) for name, at in found.items() if at}
        is_early = terms.opens_at and now < terms.opens_at.timestamp()
        self._told, self._at = (_OPENS, terms.opens_at) if is_early else (_CLOSED, terms.closes_at)

    def detail(self, language: Language) -> str:
        """When it opens, or since when it is closed, by the clocks of Vietnam."""
        at = self._at.astimezone(clock.VIETNAM) if self._at else None
        return self._told[language].format(at=at) if at else super().detail(language)


_OPENS: dict[Language, str] = {
    "vi": "Bài đánh giá chưa mở. Bài mở lúc {at:%H:%M} ngày {at:%d/%m/%Y} (giờ Việt Nam).",
    "en": "The assessment is not open yet. It opens at {at:%H:%M} on {at:%d/%m/%Y}, Vietnam time.",
}
_CLOSED: dict[Language, str] = {
    "vi": "Bài đánh giá đã đóng lúc {at:%H:%M} ngày {at:%d/%m/%Y} (giờ Việt Nam).",
    "en": "The assessment was closed at {at:%H:%M} on {at:%d/%m/%Y}, Vietnam time.",
}


class NoSittingsLeft(Conflict):
    """As often as it is allowed."""

    code = "no_sittings_left"
    vi = "Bạn đã làm đủ {allowed} lượt."
    en = "You have taken it {allowed} times, which is all that is allowed."


class WaitLonger(Conflict):
    """Between two sittings some time must pass."""

    code = "wait_longer"
    vi = "Bạn cần đợi thêm {minutes} phút nữa mới được làm lại."
    en = "You may take it again in {minutes} minutes."


class SittingSubmitted(Conflict):
    """An answer to what is submitted."""

    code = "sitting_submitted"
    vi = "Bài đã nộp nên câu trả lời này không được ghi."
    en = "It has been submitted: this answer was not kept."


class TimeOver(Conflict):
    """An answer after the time."""

    code = "time_over"
    vi = "Đã hết giờ nên câu trả lời này không được ghi. Các câu đã lưu trước đó vẫn được chấm."
    en = "Time is over: this answer was not kept. What was saved before is graded."


class TooManySaves(Conflict):
    """More answers to one sheet than anybody gives."""

    code = "too_many_saves"
    vi = "Bài này đã ghi {most} lần nên không ghi thêm được. Các câu đã lưu vẫn được chấm. Hãy nộp bài."
    en = "Answers were saved {most} times: no more are kept. What was saved is graded. Submit it."


class SheetFull(Conflict):
    """More text on one sheet than it has room for."""

    code = "sheet_full"
    vi = "Các câu trả lời của bài dài quá {kilobytes} KB nên câu này không được ghi. Hãy rút ngắn câu trả lời."
    en = "The answers together are longer than {kilobytes} KB: this one was not kept. Shorten them."


class AnsweredElsewhere(Conflict):
    """Another device has saved another answer under the same number."""

    code = "answered_elsewhere"
    vi = "Câu này vừa được trả lời trên thiết bị khác. Hãy tải lại bài rồi trả lời tiếp."
    en = "This question has just been answered on another device. Load the sitting again and go on."


def start(space: Space, actor: Actor, assessment_id: str, body: SittingStart) -> tuple[Sitting, bool]:
    """Begin a sitting, or go on with the one that is open; gives whether it is new.

    4 calls when warm, 1 more for one with a course or a code. A kill before the transaction leaves a job that finds
    nothing. Raises: NotFound, AssessmentArchived, NotForYou, NotOpen, NoSittingsLeft, WaitLonger, NotEnrolled,
    EnrolmentLeft, CodeNeeded, ReleaseNeeded, TooManyCodes, Unavailable.
    """
    frozen, in_use = definitions.newest(space, assessment_id)
    for _ in range(_TRIES):
        last = store.last_sitting(space, actor.person_id, assessment_id)
        if last and last["st"] == "open":
            if clock.epoch_s() <= last["until"]:
                return showing.sitting(space, last), False
            last = grades.close(space, last)
        if not in_use:
            raise AssessmentArchived
        require_terms(space, actor, frozen, last)
        if frozen.terms.supervised == "code":
            supervising.require_code(space, actor.person_id, assessment_id, body.code)
        number = keys.sitting_place(last["sk"])[1] + 1 if last else 1
        sheet = _begin(space, actor.person_id, frozen, number)
        if sheet:
            return showing.sitting(space, sheet), True
    raise Unavailable


def _begin(space: Space, person_id: str, frozen: Frozen, number: int) -> Item | None:
    """A new sheet; ``None`` when another device was first. Raises: ReleaseNeeded."""
    paper = papers.drawn(space, frozen, person_id, number)
    sheet = _sheet(frozen, person_id, number, len(paper.refs))
    closing.plan(space, frozen.assessment, sheet["until"])  # before there is something to close
    try:
        store.begin(space, sheet, papers.stored(paper), frozen.terms.supervised == "release")
    except TransactionFailed as failed:
        if _SHEET not in failed.failed and _PAPER not in failed.failed:
            raise supervising.ReleaseNeeded from None
        return None
    return sheet


def _sheet(frozen: Frozen, person_id: str, number: int, questions: int) -> Item:
    terms, now = frozen.terms, clock.epoch_s()
    ends = [now + terms.time_limit_minutes * 60] if terms.time_limit_minutes else []
    closes = ending.due_at(terms)
    due = min(ends if closes is None else [*ends, closes], default=None)
    until = keys.NEVER if due is None else due + terms.grace_seconds
    pk, sk = keys.sitting(person_id, frozen.assessment, number)
    return {
        "pk": pk, "sk": sk, "st": "open", "v": frozen.version, "at": now, "until": until, "w": 0,
        "nq": questions, "most": room.saves_for(questions), "left": room.bytes_for(questions),
        "c": keys.index_partition(frozen.assessment, keys.shard_of(person_id)),
        "cs": keys.open_key(until, person_id, number), **({} if due is None else {"due": due}),
    }  # fmt: skip


def require_terms(space: Space, actor: Actor, frozen: Frozen, last: Item | None) -> None:
    """Refuse to whom the terms do not let begin now, whatever a supervisor says; ``last`` is their newest sitting. 0
    calls, 1 for one with a course. Raises: NotForYou, NotOpen, NoSittingsLeft, WaitLonger, NotEnrolled, EnrolmentLeft.
    """
    terms = frozen.terms
    if not definitions.suits(actor.audiences, terms.audiences):
        raise NotForYou
    _require_time(terms, last)
    if terms.course:
        require_active(enrolments.get(space, actor.person_id, terms.course))


def _require_time(terms: Terms, last: Item | None) -> None:
    now = clock.epoch_s()
    if (terms.opens_at and now < terms.opens_at.timestamp()) or (
        terms.closes_at and now >= terms.closes_at.timestamp()
    ):
        raise NotOpen(terms, now)
    if last is None:
        return
    if keys.sitting_place(last["sk"])[1] >= terms.most_sittings:
        raise NoSittingsLeft(allowed=terms.most_sittings)
    left = waited_until(terms, last) - now
    if left > 0:
        raise WaitLonger(minutes=-(-left // 60))


def waited_until(terms: Terms, last: Item) -> int:
    """From when on another sitting may follow that submitted one (epoch seconds)."""
    return int(last["sub"]) + terms.wait_minutes * 60


def read(space: Space, person_id: str, assessment_id: str, number: int) -> Sitting:
    """One's sitting as it is now; one whose time is over is closed first. 3 calls when warm. Raises: NotFound."""
    return showing.sitting(space, ended(space, _find(space, person_id, assessment_id, number)))


def save(space: Space, person_id: str, assessment_id: str, number: int, question: int, new: NewAnswer) -> AnswerSaved:
    """Keep one answer: 1 call, 1 WCU for each KB of the sheet; 1 more when so much was replaced on it that its room is
    counted anew. Repeated, late and reordered ones change nothing.

    What cannot be an answer to its question is kept too, and earns nothing: to look at the question first would cost a
    second call for each answer of each exam. Raises: NotFound, SittingSubmitted, TimeOver, AnsweredElsewhere,
    TooManySaves, SheetFull, InvalidInput, Unavailable.
    """
    size = responses.size(new.response)
    if size > MAX_RESPONSE_BYTES:
        raise showing.too_long()
    now, counted = clock.epoch_s(), None
    given = Given(question, new.response, new.sequence, new.spent_s, size)
    for _ in range(_TRIES):
        try:
            store.save_answer(space, person_id, assessment_id, number, given, now, counted)
        except ConditionFailed as found:
            sheet = _require_asked(found.item, given)
            kept = sheet.get(f"s_{question}", 0)
            if kept >= new.sequence:
                return AnswerSaved(question=question, sequence=kept, server_time=clock.now())
            _require_open(sheet, now)
            counted = _recounted(sheet, given)
        else:
            return AnswerSaved(question=question, sequence=new.sequence, server_time=clock.now())
    raise Unavailable


def _require_asked(sheet: Item | None, given: Given) -> Item:
    """The sheet with that question, to which nobody else gave another answer under the same number. That a later one
    (or this very one) is there is no refusal, whenever it is told."""
    if sheet is None or given.question > sheet["nq"]:
        raise NotFound
    if sheet.get(f"s_{given.question}") == given.sequence and sheet[f"a_{given.question}"] != given.response:
        raise AnsweredElsewhere
    return sheet


def _require_open(sheet: Item, now: int) -> None:
    if sheet["st"] != "open":
        raise SittingSubmitted
    if sheet["until"] < now:
        raise TimeOver
    most = sheet.get("most", room.saves_for(sheet["nq"]))
    if sheet["w"] >= most:
        raise TooManySaves(most=most)


def _recounted(sheet: Item, given: Given) -> Room:
    """The room of a sheet with that answer on it, by what is really there. Raises: SheetFull."""
    left = room.with_answer(papers.answers(sheet), given, sheet["nq"])
    if left < 0:
        raise SheetFull(kilobytes=room.bytes_for(sheet["nq"]) // 1_000)
    return Room(left, sheet["w"])


def submit(space: Space, person_id: str, assessment_id: str, number: int) -> Sitting:
    """Close one's sitting with its grade; submitting again gives the same. 5 calls when warm. Raises: NotFound."""
    sheet = _find(space, person_id, assessment_id, number)
    return showing.sitting(space, grades.close(space, sheet))


def _find(space: Space, person_id: str, assessment_id: str, number: int) -> Item:
    sheet = store.sitting(space, person_id, assessment_id, number)
    if sheet is None:
        raise NotFound
    return sheet


def ended(space: Space, sheet: Item) -> Item:
    """A sheet as it is now: one whose time is over is closed first."""
    if sheet["st"] == "open" and sheet["until"] < clock.epoch_s():
        return grades.close(space, sheet)
    return sheet

"""What the web sees of taking assessments."""

from __future__ import annotations

from chalicelib.assessment import definitions, offers, results, sittings
from chalicelib.assessment.definition_models import OfferedAssessment
from chalicelib.assessment.definitions import AssessmentArchived
from chalicelib.assessment.sitting_models import (
    AnswerSaved,
    MyAssessment,
    MySittingsQuery,
    NewAnswer,
    QuestionNumber,
    Sitting,
    SittingCard,
    SittingNumber,
    SittingStart,
)
from chalicelib.assessment.sittings import (
    AnsweredElsewhere,
    NoSittingsLeft,
    NotForYou,
    NotOpen,
    SheetFull,
    SittingSubmitted,
    TimeOver,
    TooManySaves,
    WaitLonger,
)
from chalicelib.assessment.supervising import CodeNeeded, ReleaseNeeded, TooManyCodes
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import LEARN
from chalicelib.http.tokens import Actor
from chalicelib.learning.progress import EnrolmentLeft, NotEnrolled
from chalicelib.storage.spaces import Space

sitting = Feature("assessment")
_MINE = "/spaces/{space}/me/assessments/{assessment}/sittings"


@sitting.get("/spaces/{space}/me/assessments", may=LEARN, budget=Budget(calls=1, rcu=100), raises=[paging.BadCursor])
def list_my_assessments(space: Space, actor: Actor, query: PageQuery) -> Page[OfferedAssessment]:
    """What one may take, the newest first. A page may be short and still go on."""
    return definitions.offered(space, actor.audiences, query)


@sitting.get(
    "/spaces/{space}/me/assessments/{assessment}", may=LEARN, budget=Budget(calls=3, rcu=8), raises=[NotForYou]
)
def read_my_assessment(space: Space, actor: Actor, assessment: Id) -> MyAssessment:
    """An assessment before it is begun: its terms, and where one stands. Who has taken it may read it ever after."""
    return offers.mine(space, actor, assessment)


@sitting.get("/spaces/{space}/me/sittings", may=LEARN, budget=Budget(calls=1, rcu=60), raises=[paging.BadCursor])
def list_my_sittings(space: Space, actor: Actor, query: MySittingsQuery) -> Page[SittingCard]:
    """One's own sittings with their results, by assessment."""
    return results.mine(space, actor.person_id, query)


@sitting.post(
    _MINE, may=LEARN, status=201, budget=Budget(calls=5, rcu=8, wcu=12), also={200: "One was open: it goes on."},
    raises=[
        AssessmentArchived, NotForYou, NotOpen, NoSittingsLeft, WaitLonger, NotEnrolled, EnrolmentLeft, CodeNeeded,
        ReleaseNeeded, TooManyCodes,
    ],
)  # fmt: skip
def start_sitting(space: Space, actor: Actor, assessment: Id, body: SittingStart) -> Answer[Sitting]:
    """Begin, or go on with the sitting that is open, on any device: asking again begins no second one.

    Time runs by the server's clock: `seconds_left` tells how much there is.
    """
    found, is_new = sittings.start(space, actor, assessment, body)
    here = f"/v1/spaces/{space.slug}/me/assessments/{assessment}/sittings/{found.number}"
    return Answer(found, status=201 if is_new else 200, location=here if is_new else None)


@sitting.get(_MINE + "/{number}", may=LEARN, budget=Budget(calls=3, rcu=4))
def read_my_sitting(space: Space, actor: Actor, assessment: Id, number: SittingNumber) -> Sitting:
    """One's sitting: while it is open with questions, answers and time left; then with the result, and with the right
    answers as soon as the assessment's terms let them be told."""
    return sittings.read(space, actor.person_id, assessment, number)


@sitting.put(
    _MINE + "/{number}/answers/{question}", may=LEARN, budget=Budget(calls=2, wcu=1),
    raises=[SittingSubmitted, TimeOver, AnsweredElsewhere, TooManySaves, SheetFull],
)  # fmt: skip
def save_my_answer(
    space: Space, actor: Actor, assessment: Id, number: SittingNumber, question: QuestionNumber, body: NewAnswer
) -> AnswerSaved:
    """Keep one answer. Repeated, late and reordered requests change nothing: the highest `sequence` stays.

    What this says is kept is graded, whatever happens to the device. After time (and its grace) it is refused. What is
    no answer to its question is kept and earns nothing. A sheet takes a few dozen answers to each question, and some
    700 bytes.
    """
    return sittings.save(space, actor.person_id, assessment, number, question, body)


@sitting.post(_MINE + "/{number}/submission", may=LEARN, status=200, budget=Budget(calls=6, rcu=8, wcu=5))
def submit_my_sitting(space: Space, actor: Actor, assessment: Id, number: SittingNumber) -> Sitting:
    """Submit what is saved. It is graded once; submitting again gives the same result."""
    return sittings.submit(space, actor.person_id, assessment, number)

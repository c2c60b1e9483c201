"""Who may begin a supervised sitting: whoever knows the code that a tutor tells, or whom a tutor released.

The code follows from the space's key and the time, as one-time passwords do (RFC 6238), so it is stored nowhere. It has
six digits; a person may try five in each of its windows.
"""

from __future__ import annotations

import hmac

from chalicelib import clock
from chalicelib.assessment import store
from chalicelib.assessment.sitting_models import Release, SupervisorCode
from chalicelib.errors import Forbidden, TooManyRequests
from chalicelib.people import persons, space_key
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

WINDOW_S = 600
_TRIES = 5
_RELEASED_S = 3_600


class CodeNeeded(Forbidden):
    """No code, or one that is not told now."""

    code = "wrong_supervisor_code"
    vi = "Mã vào phòng thi không đúng hoặc đã hết hạn. Hãy hỏi giám thị mã hiện tại."
    en = "The code is not right, or not any more. Ask the supervisor for the present one."


class ReleaseNeeded(Forbidden):
    """No tutor lets the person begin."""

    code = "release_needed"
    vi = "Giám thị chưa cho bạn bắt đầu. Hãy báo giám thị."
    en = "The supervisor has not let you begin yet. Tell them."


class OwnSitting(Forbidden):
    """Whoever supervises takes the assessment, too."""

    code = "own_sitting"
    vi = "Bạn không thể tự giám sát bài của chính mình. Hãy nhờ một giám thị khác."
    en = "Nobody supervises themselves. Ask another supervisor."


class TooManyCodes(TooManyRequests):
    """Somebody guesses."""

    code = "too_many_codes"
    vi = "Bạn đã nhập sai mã quá nhiều lần. Hãy đợi vài phút rồi hỏi giám thị mã mới."
    en = "Too many codes were wrong. Wait a few minutes, then ask the supervisor for the new one."


def code(space: Space, assessment_id: str) -> SupervisorCode:
    """The code of now: 0 calls when warm."""
    window = clock.epoch_s() // WINDOW_S
    ends = clock.from_epoch_ms((window + 1) * WINDOW_S * 1000)
    return SupervisorCode(code=_code(space, assessment_id, window), expires_at=ends)


def require_code(space: Space, person_id: str, assessment_id: str, given: str | None) -> None:
    """1 call. Raises: CodeNeeded, TooManyCodes."""
    if given is None:
        raise CodeNeeded
    window = clock.epoch_s() // WINDOW_S
    try:
        # Counted before it is looked at: many guesses at once are as many.
        store.count_try(space, person_id, assessment_id, window, _TRIES, (window + 2) * WINDOW_S)
    except ConditionFailed:
        raise TooManyCodes(retry_after_s=WINDOW_S) from None
    known = [_code(space, assessment_id, each) for each in (window, window - 1)]
    if not any(hmac.compare_digest(each, given) for each in known):
        raise CodeNeeded


def release(space: Space, assessment_id: str, person_id: str, actor_id: str) -> Release:
    """Let a person begin within the hour: 2 calls. Raises: OwnSitting, NotFound."""
    if person_id == actor_id:
        raise OwnSitting
    persons.get(space, person_id)
    until = clock.epoch_s() + _RELEASED_S
    store.release(space, person_id, assessment_id, until, actor_id)
    return Release(person=person_id, until=clock.from_epoch_ms(until * 1000))


def _code(space: Space, assessment_id: str, window: int) -> str:
    number = int.from_bytes(space_key.mac(space, "sitting-code", assessment_id, str(window))[:8])
    return f"{number % 1_000_000:06d}"

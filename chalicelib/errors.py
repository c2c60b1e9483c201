"""How the program says no: refusals with a stable code, a status and a message a person can act on, in two languages.

A refusal is declared where its rule lives, by subclassing one of the families below. ``http/problems.py`` renders it as
``application/problem+json`` (RFC 9457); a job that raises one ends as failed, with the same message where an admin
sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic_core import PydanticCustomError

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad field: its path in the body (``brand.colours.primary``), a stable code, what is wrong and how to mend
    it."""

    field: str
    code: str
    vi: str
    en: str


class Refusal(Exception):
    """A request or a job that a rule turns down. Subclasses fill in the class attributes; ``facts`` fill the
    messages."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    vi: ClassVar[str] = "Yêu cầu không hợp lệ."
    en: ClassVar[str] = "The request is not valid."
    ends_session: ClassVar[bool] = False  # whether a browser may forget the session that it asked with
    # Of its facts the times that programs are told too, as members of the problem (RFC 9457, 3.2): what each is.
    times: ClassVar[Mapping[str, str]] = {}
    oauth: ClassVar[str | None] = None  # the error of RFC 6749, 5.2 that it is to a program that speaks OAuth

    def __init__(self, *, faults: Sequence[Fault] = (), retry_after_s: int | None = None, **facts: str | int) -> None:
        super().__init__(self.code)
        self.faults = tuple(faults)
        self.retry_after_s = retry_after_s
        self.facts = facts

    def detail(self, language: Language) -> str:
        """The message for a person, in their language."""
        return (self.vi if language == "vi" else self.en).format(**self.facts)


class Unauthenticated(Refusal):
    """No token, or one that is not worth anything here (RFC 6750)."""

    status = 401
    code = "unauthenticated"
    vi = "Bạn cần đăng nhập để tiếp tục."
    en = "You need to sign in to continue."


class Forbidden(Refusal):
    """A known person without the right to do this."""

    status = 403
    code = "forbidden"
    vi = "Bạn không có quyền thực hiện việc này. Hãy liên hệ quản trị của đơn vị."
    en = "You may not do this. Ask the administrator of your space."


class NotFound(Refusal):
    """Missing, or belonging to someone else: the two look alike on purpose."""

    status = 404
    code = "not_found"
    vi = "Không tìm thấy nội dung này. Hãy kiểm tra lại địa chỉ."
    en = "Nothing was found here. Check the address."


class Conflict(Refusal):
    """The present state does not allow this."""

    status = 409
    code = "conflict"
    vi = "Không thực hiện được ở trạng thái hiện tại."
    en = "This cannot be done in the present state."


class PreconditionFailed(Refusal):
    """``If-Match`` names a state that is no longer current (RFC 9110, 13.1.1)."""

    status = 412
    code = "stale"
    vi = "Nội dung đã được người khác thay đổi. Hãy tải lại rồi sửa tiếp; chưa có gì bị ghi đè."
    en = "Someone else has changed this. Reload it and edit again; nothing was overwritten."


class PreconditionRequired(Refusal):
    """An edit that needs ``If-Match`` came without it (RFC 6585)."""

    status = 428
    code = "if_match_required"
    vi = "Thiếu tiêu đề If-Match: hãy gửi ETag của bản bạn đã đọc."
    en = "If-Match is missing: send the ETag of the state that you read."


class TooLarge(Refusal):
    """More than a limit allows."""

    status = 413
    code = "too_large"
    vi = "Dữ liệu gửi lên quá lớn."
    en = "What was sent is too large."


class InvalidInput(Refusal):
    """One or more fields are wrong; all of them are named at once."""

    status = 422
    code = "invalid_input"
    vi = "Một số thông tin chưa đúng. Hãy sửa các mục được nêu."
    en = "Some of the information is not right. Mend the fields that are named."


class TooManyRequests(Refusal):
    """Throttled; ``retry_after_s`` says for how long."""

    status = 429
    code = "too_many_requests"
    vi = "Bạn thao tác quá nhanh. Hãy thử lại sau ít phút."
    en = "Too many requests. Try again in a few minutes."


class Unavailable(Refusal):
    """A part that we depend on does not answer or is throttled: worth a retry."""

    status = 503
    code = "unavailable"
    vi = "Hệ thống đang bận. Hãy thử lại sau giây lát; dữ liệu của bạn không bị mất."
    en = "The system is busy. Try again in a moment; nothing of yours is lost."

    def __init__(self, *, faults: Sequence[Fault] = (), retry_after_s: int | None = 2, **facts: str | int) -> None:
        super().__init__(faults=faults, retry_after_s=retry_after_s, **facts)


def rule(code: str, vi: str, en: str, *, field: str = "") -> PydanticCustomError:
    """The error to raise in a pydantic validator: it reaches the person as a :class:`Fault` in their language.

    A validator of a whole model names the ``field`` below it that is to be mended (``due_on``, ``fields.unit``):
    pydantic itself knows only where the model stands.
    """
    about = {"field": field} if field else {}
    return PydanticCustomError(code, "{en}", {"vi": vi, "en": en, **about})


def refuse_field(field: str, code: str, vi: str, en: str) -> InvalidInput:
    """An :class:`InvalidInput` about one field, for rules that need more than the body to be judged."""
    return InvalidInput(faults=[Fault(field, code, vi, en)])

"""What people are told of their requests about their data, in their language. No I/O."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.accounts.store import DataRequestItem, DataRequestKind, DataRequestState
from chalicelib.errors import Language
from chalicelib.identity import letters
from chalicelib.identity.letters import Letter

_SUBJECT: dict[Language, str] = {"vi": "{space}: yêu cầu về dữ liệu của bạn", "en": "{space}: your data request"}
_KINDS: dict[tuple[DataRequestKind, Language], str] = {
    ("correct", "vi"): "chỉnh sửa dữ liệu",
    ("correct", "en"): "to correct your data",
    ("delete", "vi"): "xoá dữ liệu",
    ("delete", "en"): "to delete your data",
    ("withdraw", "vi"): "rút lại sự đồng ý",
    ("withdraw", "en"): "to withdraw your consent",
    ("object", "vi"): "phản đối xử lý dữ liệu",
    ("object", "en"): "to object to the use of your data",
}
_STEPS: dict[tuple[DataRequestState, Language], str] = {
    ("received", "vi"): "đã được gửi tới đơn vị. Đơn vị sẽ xác nhận trước hết ngày {acknowledge_by} và thực hiện trước "
    "hết ngày {due}.",
    ("received", "en"): "has reached the organisation. It will be acknowledged by {acknowledge_by}, and done by {due}.",
    ("acknowledged", "vi"): "đã được tiếp nhận và sẽ được thực hiện trước hết ngày {due}.",
    ("acknowledged", "en"): "is being seen to, and will be done by {due}.",
    ("fulfilled", "vi"): "đã được thực hiện.",
    ("fulfilled", "en"): "has been done.",
    ("refused", "vi"): "không được chấp nhận. Bạn có quyền khiếu nại theo quy định của pháp luật.",
    ("refused", "en"): "has been refused. You have the right to complain as the law provides.",
}
_TEXTS: dict[Language, str] = {
    "vi": "Chào {name},\n\nYêu cầu {kind} của bạn ngày {day} {step}{answer}\n\nXem tại:\n\n{address}\n\n{space}",
    "en": "Hello {name},\n\nYour request of {day} {kind} {step}{answer}\n\nSee it here:\n\n{address}\n\n{space}",
}
_ANSWER: dict[Language, str] = {"vi": "\n\nTrả lời của đơn vị:\n\n{}", "en": "\n\nThe organisation says:\n\n{}"}


def write(
    state: DataRequestState, language: Language, *, name: str, space: str, request: DataRequestItem, address: str
) -> Letter:
    """The letter about the step that a request has come to."""
    day = clock.vietnam_day(clock.from_timestamp(request.at)).isoformat()
    terms = {"acknowledge_by": clock.shown_day(request.acknowledge_by), "due": clock.shown_day(request.due)}
    answer = request.answer if state in ("fulfilled", "refused") else None
    text = _TEXTS[language].format(
        name=name,
        space=space,
        address=address,
        day=clock.shown_day(day),
        kind=_KINDS[request.kind, language],
        step=_STEPS[state, language].format(**terms),
        answer=_ANSWER[language].format(answer) if answer else "",
    )
    return letters.with_link(text, _SUBJECT[language].format(space=space), language, address)

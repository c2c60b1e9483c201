"""Of what people are told, in the words of both languages. No I/O.

What fills the texts was written by people: it is put in as it is, one line, and never read as a text of ours again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.errors import Language

KindId = Literal[
    "thread.asked",
    "thread.replied",
    "thread.accepted",
    "thread.mentioned",
    "thread.overdue",
    "thread.reported",
    "thread.hidden",
    "credential.issued",
    "credential.revoked",
    "sitting.graded",
    "sitting.regraded",
    "assignment.due",
    "announcement",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that people are told of: what it is called where they choose, and its texts, in which ``{names}`` stand
    for what is told (``params``). ``mailed``: it goes into the daily letter; what has a letter of its own does not."""

    name: Mapping[Language, str]
    title: Mapping[Language, str]
    text: Mapping[Language, str]
    mailed: bool = True

    def require(self, params: Mapping[str, str]) -> None:
        """Raises: KeyError where a text names what is not told: a defect of ours, found before anybody is told."""
        for each in (self.title, self.text):
            for text in each.values():
                text.format_map(params)


def _both(vi: str, en: str) -> Mapping[Language, str]:
    return {"vi": vi, "en": en}


KINDS: dict[KindId, Kind] = {
    # A tutor (or an admin) now owns a question. params: name (who asks), title, due (a day and hour as people write it)
    "thread.asked": Kind(
        _both("Câu hỏi được giao cho tôi", "Questions that are mine to answer"),
        _both("Câu hỏi mới: {title}", "New question: {title}"),
        _both("{name} hỏi. Cần trả lời trước {due}.", "{name} asks. To be answered by {due}."),
    ),
    # params: name (who replied), title (of the thread)
    "thread.replied": Kind(
        _both("Trả lời câu hỏi của tôi", "Replies to my questions"),
        _both("{name} đã trả lời", "{name} replied"),
        _both("Câu hỏi: {title}", "Question: {title}"),
    ),
    # params: title of the thread
    "thread.accepted": Kind(
        _both("Câu trả lời của tôi được chọn", "My answers that were accepted"),
        _both("Câu trả lời của bạn được chọn", "Your answer was accepted"),
        _both("Câu hỏi: {title}", "Question: {title}"),
    ),
    # params: name (who mentions), title
    "thread.mentioned": Kind(
        _both("Có người nhắc đến tôi", "Somebody mentions me"),
        _both("{name} nhắc đến bạn", "{name} mentions you"),
        _both("Câu hỏi: {title}", "Question: {title}"),
    ),
    # To admins. params: title, owner (who should have answered)
    "thread.overdue": Kind(
        _both("Câu hỏi quá hạn trả lời", "Questions that are overdue"),
        _both("Quá hạn trả lời: {title}", "Overdue: {title}"),
        _both("Người phụ trách: {owner}.", "It was {owner}'s to answer."),
    ),
    # To admins. params: title, reason
    "thread.reported": Kind(
        _both("Nội dung bị báo vi phạm", "Reports of abuse"),
        _both("Có báo cáo vi phạm: {title}", "Reported: {title}"),
        _both("Lý do: {reason}", "Reason: {reason}"),
    ),
    # To whoever wrote it. params: title, reason
    "thread.hidden": Kind(
        _both("Bài viết của tôi bị ẩn", "What I wrote is hidden"),
        _both("Bài viết của bạn đã bị ẩn", "What you wrote has been hidden"),
        _both("{title} — lý do: {reason}", "{title} — reason: {reason}"),
    ),
    # params: title (of the course or of the assessment)
    "credential.issued": Kind(
        _both("Chứng nhận được cấp", "Certificates issued to me"),
        _both("Bạn có chứng nhận mới", "You have a new certificate"),
        _both("{title}", "{title}"),
    ),
    # params: title (of the course or of the assessment)
    "credential.revoked": Kind(
        _both("Chứng nhận bị thu hồi", "Certificates revoked"),
        _both("Chứng nhận bị thu hồi: {title}", "Certificate revoked: {title}"),
        _both("Lý do có ở trang chứng nhận.", "Its page says why."),
    ),
    # params: title (of the assessment)
    "sitting.graded": Kind(
        _both("Kết quả bài đánh giá", "Results of my assessments"),
        _both("Đã có kết quả: {title}", "Your result is there: {title}"),
        _both("Hãy mở bài đánh giá để xem.", "Open the assessment to see it."),
    ),
    # params: title, before, after (scores as people read them)
    "sitting.regraded": Kind(
        _both("Chấm lại bài đánh giá", "Assessments graded anew"),
        _both("Bài của bạn được chấm lại: {title}", "Graded anew: {title}"),
        _both("Điểm trước: {before}. Điểm mới: {after}.", "Score before: {before}. Score now: {after}."),
    ),
    # It has a letter of its own (assignments/letters.py). params: title (of the course), due (a day as people write it)
    "assignment.due": Kind(
        _both("Khoá học sắp đến hạn", "Courses that are due"),
        _both("Sắp đến hạn: {title}", "Due soon: {title}"),
        _both("Hạn hoàn thành: {due}.", "To be completed by {due}."),
        mailed=False,
    ),
    # params: title, excerpt (how its text begins)
    "announcement": Kind(
        _both("Thông báo của đơn vị", "Announcements"),
        _both("{title}", "{title}"),
        _both("{excerpt}", "{excerpt}"),
    ),
}

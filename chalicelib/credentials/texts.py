"""What a credential says where a space has said nothing else, and how a template's places are filled in. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.errors import Language

# What a text may name in braces, and what stands there.
PLACES: Mapping[str, str] = {
    "name": "tên người được cấp / whom it is issued to",
    "course": "tên khoá học hoặc bài đánh giá / the course or assessment",
    "date": "ngày hoàn thành, dd/mm/yyyy / the day of completion",
    "number": "số chứng nhận / the credential's number",
    "hours": "số giờ học / hours of learning",
    "score": "điểm, phần trăm / score in percent",
    "issuer": "đơn vị cấp / who issues it",
}
_PLACE = re.compile(r"\{([^{}]*)\}")

HEADINGS: Mapping[Language, str] = {"vi": "GIẤY CHỨNG NHẬN", "en": "CERTIFICATE"}
# By kind of achievement: what the page says, its description, and what had to be done for it.
BODIES: Mapping[str, Mapping[Language, str]] = {
    "course": {
        "vi": "{issuer} chứng nhận\n{name}\nđã hoàn thành khoá học “{course}” ngày {date}.",
        "en": "{issuer} certifies that\n{name}\nhas completed the course “{course}” on {date}.",
    },
    "assessment": {
        "vi": "{issuer} chứng nhận\n{name}\nđã đạt bài đánh giá “{course}” ngày {date}.",
        "en": "{issuer} certifies that\n{name}\nhas passed the assessment “{course}” on {date}.",
    },
}
DESCRIPTIONS: Mapping[str, Mapping[Language, str]] = {
    "course": {
        "vi": "Hoàn thành khoá học “{course}” do {issuer} tổ chức.",
        "en": "Completed the course “{course}” offered by {issuer}.",
    },
    "assessment": {
        "vi": "Đạt bài đánh giá “{course}” do {issuer} tổ chức.",
        "en": "Passed the assessment “{course}” held by {issuer}.",
    },
}
CRITERIA: Mapping[str, Mapping[Language, str]] = {
    "course": {
        "vi": "Học xong mọi bài học bắt buộc của khoá học và đạt mọi bài kiểm tra bắt buộc.",
        "en": "Completed every required lesson of the course and passed every required quiz.",
    },
    "assessment": {
        "vi": "Làm bài đánh giá theo đúng quy định và đạt điểm yêu cầu.",
        "en": "Took the assessment under its terms and reached its pass mark.",
    },
}


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with what its places stand for. A place that nothing is known of stays empty."""
    return _PLACE.sub(lambda place: facts.get(place[1], ""), text)


def unknown_places(text: str) -> list[str]:
    """The places that a text names and that there are none of."""
    return [name for name in _PLACE.findall(text) if name not in PLACES]

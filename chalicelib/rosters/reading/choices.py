"""Values of which there are few, as people write them."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib import vietnamese
from chalicelib.people import words
from chalicelib.people.words import Words

# Beside the words of ``people/words.py``, which our own lists have.
_GENDERS = {
    "female": "gái|f|woman|đàn bà|phụ nữ",
    "male": "trai|m|man|đàn ông|nam giới",
    "other": "giới tính khác|x",
}
_OCCUPATIONS = {
    "civil_servant": "công chức|cán bộ|cán bộ công chức|cbcc|cán bộ, công chức nhà nước"
    "|công chức nhà nước|lực lượng vũ trang|công an|quân đội",
    "public_employee": "viên chức nhà nước|giáo viên|giảng viên|bác sĩ|y sĩ|điều dưỡng|nhân viên y tế|teacher",
    "pupil": "hs|học sinh phổ thông",
    "student": "sv|học viên|sinh viên đại học",
    "worker": "công nhân|lao động|nhân viên|người lao động trong doanh nghiệp|employee",
    "business": "chủ doanh nghiệp|doanh nhân|hộ kinh doanh|buôn bán|tiểu thương",
    "farmer": "làm nông|nông nghiệp|làm ruộng|ngư dân",
    "freelance": "tự do|nghề tự do|self employed",
    "retired": "nghỉ hưu|cán bộ hưu trí|hưu",
    "homemaker": "ở nhà|housewife",
}


def _folded(table: Mapping[str, Words], also: Mapping[str, str]) -> dict[str, str]:
    return {
        vietnamese.fold(name): value
        for value, called in table.items()
        for name in (value, *called, *also.get(value, "").split("|"))
        if name
    }


GENDERS = _folded(words.GENDERS, _GENDERS)
OCCUPATIONS = _folded(words.OCCUPATIONS, _OCCUPATIONS)
OCCUPATION_LABELS = ", ".join(called.vi for called in words.OCCUPATIONS.values())


def label(field: str, value: str) -> str:
    """A value as our own lists have it: ``Nữ`` for ``female``; of a field that is free, the value."""
    return words.of(field, value).vi if field in ("gender", "occupation") else value

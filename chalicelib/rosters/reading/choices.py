"""Values of which there are few, as people write them."""

from __future__ import annotations

from chalicelib import vietnamese
from chalicelib.people import profile

# The first of each line is what our own lists have.
_GENDERS = {
    "female": "Nữ|gái|female|f|woman|đàn bà|phụ nữ",
    "male": "Nam|trai|male|m|man|đàn ông|nam giới",
    "other": "Khác|giới tính khác|other|x",
}
_OCCUPATIONS = {
    "civil_servant": "Cán bộ, công chức|công chức|cán bộ|cán bộ công chức|cbcc|cán bộ, công chức nhà nước"
    "|công chức nhà nước|lực lượng vũ trang|công an|quân đội|civil servant",
    "public_employee": "Viên chức|viên chức nhà nước|giáo viên|giảng viên|bác sĩ|y sĩ|điều dưỡng|nhân viên y tế"
    "|public employee|teacher",
    "pupil": "Học sinh|hs|học sinh phổ thông|pupil",
    "student": "Sinh viên|sv|học viên|sinh viên đại học|student",
    "worker": "Người lao động|công nhân|lao động|nhân viên|người lao động trong doanh nghiệp|worker|employee",
    "business": "Kinh doanh|chủ doanh nghiệp|doanh nhân|hộ kinh doanh|buôn bán|tiểu thương|business|business owner",
    "farmer": "Nông dân|làm nông|nông nghiệp|làm ruộng|ngư dân|farmer",
    "freelance": "Lao động tự do|tự do|nghề tự do|freelance|freelancer|self employed",
    "retired": "Hưu trí|nghỉ hưu|cán bộ hưu trí|hưu|retired",
    "homemaker": "Nội trợ|ở nhà|homemaker|housewife",
    "other": "Khác|other",
}
_TABLES = {"gender": _GENDERS, "occupation": _OCCUPATIONS}


def _folded(table: dict[str, str]) -> dict[str, str]:
    return {vietnamese.fold(name): value for value, names in table.items() for name in (value, *names.split("|"))}


GENDERS = _folded(_GENDERS)
OCCUPATIONS = _folded(_OCCUPATIONS)
OCCUPATION_LABELS = ", ".join(_OCCUPATIONS[each].split("|")[0] for each in profile.OCCUPATIONS)


def label(field: str, value: str) -> str:
    """A value as our own lists have it: ``Nữ`` for ``female``; of a field that is free, the value."""
    return _TABLES.get(field, {}).get(value, value).split("|")[0]

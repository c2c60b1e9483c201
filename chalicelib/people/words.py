"""What a profile holds, in words: the one table of what each code is called in Vietnamese and in English. No I/O.

Lists that people are loaded from, and lists that go out, have the Vietnamese words (``rosters/reading/choices.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.people import places, wards


class Words(NamedTuple):
    """One value in both languages."""

    vi: str
    en: str


GENDERS: Mapping[str, Words] = {
    "female": Words("Nữ", "Female"),
    "male": Words("Nam", "Male"),
    "other": Words("Khác", "Other"),
}
OCCUPATIONS: Mapping[str, Words] = {
    "civil_servant": Words("Cán bộ, công chức", "Civil servant"),
    "public_employee": Words("Viên chức", "Public employee"),
    "pupil": Words("Học sinh", "Pupil"),
    "student": Words("Sinh viên", "Student"),
    "worker": Words("Người lao động", "Worker"),
    "business": Words("Kinh doanh", "Business owner"),
    "farmer": Words("Nông dân", "Farmer"),
    "freelance": Words("Lao động tự do", "Freelancer"),
    "retired": Words("Hưu trí", "Retired"),
    "homemaker": Words("Nội trợ", "Homemaker"),
    "other": Words("Khác", "Other"),
}
NEEDS: Mapping[str, Words] = {
    "none": Words("Không có", "None"),
    "vision": Words("Nhìn", "Seeing"),
    "hearing": Words("Nghe", "Hearing"),
    "movement": Words("Vận động", "Moving"),
    "speech": Words("Nói", "Speaking"),
    "cognition": Words("Nhận thức", "Understanding"),
    "other": Words("Khác", "Other"),
}
# Names of places are the same in every language.
PROVINCES: Mapping[str, Words] = {code: Words(name, name) for code, name in places.PROVINCES.items()}
_CHOICES = {"gender": GENDERS, "occupation": OCCUPATIONS, "disability": NEEDS, "province": PROVINCES}


def choices(field: str) -> Mapping[str, Words]:
    """The values that a field may have, in words; none of a field that is free."""
    return _CHOICES.get(field, {})


def of(field: str, value: str, unit: Sequence[str] = ()) -> Words:
    """A stored value in words: of a birth the year, which is what the field is called; of a code its name, ``unit``
    being those of the person's unit and its elders; what is written freely as it is."""
    if field == "birth":
        return _alike(value[:4])
    if field == "ward":
        return _alike(wards.shown(value))
    if field == "unit":
        return _alike(" / ".join(unit) or value)
    return choices(field).get(value, _alike(value))


def _alike(text: str) -> Words:
    return Words(text, text)

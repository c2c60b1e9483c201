"""The four audiences of decision 757/QĐ-BKHCN (2025), there in every space from the first day.

Their rules are drafts of ours, to be edited: the decision names the four groups and leaves to each organisation how it
tells whom they hold. By these drafts everyone is in exactly one of them: whoever is in none of the three others counts
as a citizen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """An audience that every space has: its names, what it is for, and the draft of its rule as JSON."""

    name_vi: str
    name_en: str
    about_vi: str
    about_en: str
    rule: str


# Lists of offices have a staff code or a position, and seldom an occupation. Where an occupation is known, it decides:
# so the four stay apart (docs/decisions/who-is-public-sector.md).
_PUBLIC = (
    '{"op":"any","rules":['
    '{"op":"in","field":"occupation","values":["civil_servant","public_employee"]},'
    '{"op":"all","rules":['
    '{"op":"any","rules":[{"op":"known","field":"staff_code"},{"op":"known","field":"position"}]},'
    '{"op":"not","rule":{"op":"known","field":"occupation"}}'
    "]}]}"
)
_STUDENTS = '{"op":"in","field":"occupation","values":["pupil","student"]}'
_WORKERS = '{"op":"in","field":"occupation","values":["worker","business"]}'

READY_MADE: Mapping[str, ReadyMade] = {
    "public-sector": ReadyMade(
        "Cán bộ, công chức, viên chức",
        "The public sector",
        "Người làm việc trong cơ quan nhà nước và đơn vị sự nghiệp công lập.",
        "Those who work in offices of the state and in public institutions.",
        _PUBLIC,
    ),
    "students": ReadyMade(
        "Học sinh, sinh viên",
        "Pupils and students",
        "Người đang học ở trường phổ thông, cao đẳng, đại học.",
        "Those who attend a school, a college or a university.",
        _STUDENTS,
    ),
    "workers": ReadyMade(
        "Người lao động trong doanh nghiệp",
        "Workers in enterprises",
        "Người lao động và người kinh doanh.",
        "Those who work in an enterprise or run one.",
        _WORKERS,
    ),
    "citizens": ReadyMade(
        "Người dân",
        "Citizens",
        "Mọi người không thuộc ba nhóm trên.",
        "Everyone who is in none of the three others.",
        f'{{"op":"not","rule":{{"op":"any","rules":[{_PUBLIC},{_STUDENTS},{_WORKERS}]}}}}',
    ),
}

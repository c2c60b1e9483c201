"""A framework as a spreadsheet: a row for each level, area, competence, target and mapping, its kind in the first
column. What is written is what is read.

Faults are found by the models themselves; here it is only known in which row and column what they name stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from chalicelib import cells, vietnamese
from chalicelib.errors import Fault
from chalicelib.http import problems
from chalicelib.skills.framework_models import FrameworkContent

MOST_ROWS = 3_000
KIND, CODE, VI, EN = "Loại", "Mã", "Tên tiếng Việt", "Tên tiếng Anh"
WITHIN, VALUE, ABOUT, ABOUT_EN = "Thuộc về", "Giá trị", "Diễn giải", "Diễn giải tiếng Anh"
COLUMNS: Final = (KIND, CODE, VI, EN, WITHIN, VALUE, ABOUT, ABOUT_EN)
FRAMEWORK, NOTE, LEVEL, AREA = "Khung", "Ghi chú", "Mức", "Miền"
COMPETENCE, PROFILE, TARGET, MAPPING = "Năng lực", "Hồ sơ", "Đích", "Đối chiếu"
_STATES: Final = {"draft": "Bản nháp", "published": "Đã ban hành"}
_COMMA = re.compile(r"[0-9A-Za-z]+,[0-9A-Za-z]+")

Row = Mapping[str, str]
Found = tuple[int | None, str | None, Fault]  # row, column, what is wrong


@dataclass(slots=True)
class Reading:
    """What the rows say as JSON, where each of it stands, and what is wrong with rows that say nothing."""

    facts: dict[str, Any] = field(default_factory=lambda: {"levels": [], "areas": [], "profiles": [], "mappings": []})
    places: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[Found] = field(default_factory=list)

    def at(self, path: str, row: int, **columns: str) -> None:
        """Note in which columns of a row the fields below a path stand; what else is wrong there is in its code."""
        self.places[path] = (row, CODE)
        self.places |= {f"{path}.{name}": (row, column) for name, column in columns.items()}

    def refuse(self, row: int | None, column: str | None, code: str, vi: str, en: str) -> None:
        """Note what is wrong."""
        self.faults.append((row, column, Fault("", code, vi, en)))

    def place(self, path: str) -> tuple[int | None, str | None]:
        """Row and column of what a path names, or of the nearest thing above it."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition(".")[0]
        return None, None


def written(content: FrameworkContent) -> str:
    """A framework as CSV."""
    return cells.head(COLUMNS) + cells.lines(
        [row.get(column, "") for column in COLUMNS] for row in _written(content)
    )  # fmt: skip


def _written(content: FrameworkContent) -> Iterator[Row]:
    yield {
        KIND: FRAMEWORK, CODE: content.id, VI: content.title.vi, EN: content.title.en, WITHIN: content.edition,
        VALUE: _STATES[content.state], ABOUT: content.source,
    }  # fmt: skip
    yield {KIND: NOTE, ABOUT: content.note.vi, ABOUT_EN: content.note.en}
    for level in content.levels:
        names = {VI: level.name.vi, EN: level.name.en, WITHIN: level.group.vi, VALUE: level.group.en}
        yield {KIND: LEVEL, CODE: str(level.number), **names}
    for area in content.areas:
        yield {KIND: AREA, CODE: area.code, VI: area.name.vi, EN: area.name.en}
        for each in area.competences:
            about = {ABOUT: each.about.vi, ABOUT_EN: each.about.en}
            yield {KIND: COMPETENCE, CODE: each.code, VI: each.name.vi, EN: each.name.en, **about}
    for profile in content.profiles:
        yield {KIND: PROFILE, CODE: profile.audience, VI: profile.name.vi, EN: profile.name.en}
        for code, aim in profile.targets.items():
            yield {KIND: TARGET, CODE: code, WITHIN: profile.audience, VALUE: str(aim)}
    for mapping in content.mappings:
        yield {KIND: MAPPING, CODE: mapping.code, WITHIN: mapping.framework, VALUE: " ".join(mapping.to)}


def read(table: Iterable[list[str]]) -> tuple[FrameworkContent | None, list[Found]]:
    """The framework that rows hold, or all that is wrong with them, in order of rows."""
    reading = Reading()
    for number, row in _rows(table, reading):
        _take(reading, number, row)
    if not reading.facts.get("id") and not reading.faults:
        vi = f"Thiếu dòng có Loại là {FRAMEWORK}."
        reading.refuse(None, KIND, "framework_missing", vi, f"The row whose kind is {FRAMEWORK} is missing.")
    content = _checked(reading)
    reading.faults.sort(key=lambda each: each[0] or 0)
    return (None if reading.faults else content), reading.faults


def _checked(reading: Reading) -> FrameworkContent | None:
    try:
        return FrameworkContent.model_validate(reading.facts)
    except ValidationError as error:
        faults = problems.from_validation(error).faults
    located = [(*reading.place(fault.field), fault) for fault in faults]
    # Of what is missing since its row could not be taken, the row has been told of.
    reading.faults += [each for each in located if each[0] is not None or not reading.faults]
    return None


def _rows(table: Iterable[list[str]], reading: Reading) -> Iterator[tuple[int, Row]]:
    known = {vietnamese.fold(name): name for name in COLUMNS}
    places: dict[int, str] = {}
    for number, texts in enumerate(table, 1):
        if not places:
            found = {at: name for at, text in enumerate(texts) if (name := known.get(vietnamese.fold(text)))}
            places = found if {KIND, CODE} <= set(found.values()) else {}
            continue
        if number > MOST_ROWS:
            vi, en = f"Bảng có tối đa {MOST_ROWS} dòng.", f"A sheet has at most {MOST_ROWS} rows."
            reading.refuse(number, None, "too_many_rows", vi, en)
            return
        row = {name: vietnamese.clean(texts[at]) for at, name in places.items() if at < len(texts)}
        if any(row.values()):
            yield number, row
    if not places:
        names = ", ".join(COLUMNS)
        vi, en = f"Không thấy dòng tiêu đề: {names}.", f"The row of headings is missing: {names}."
        reading.refuse(None, None, "headings_missing", vi, en)


def _take(reading: Reading, number: int, row: Row) -> None:
    kinds = {vietnamese.fold(kind): take for kind, take in _KINDS.items()}
    take = kinds.get(vietnamese.fold(row.get(KIND, "")))
    if take is None:
        names = ", ".join(_KINDS)
        vi, en = f"Loại phải là một trong: {names}.", f"The kind is one of: {names}."
        reading.refuse(number, KIND, "kind_unknown", vi, en)
        return
    take(reading, number, row)


def _code(row: Row) -> str:
    """Spreadsheets in Vietnamese write 4.2 with a comma, once they take it for a number."""
    code = row.get(CODE, "")
    return code.replace(",", ".") if _COMMA.fullmatch(code) else code


def _names(row: Row) -> dict[str, str]:
    return {"vi": row.get(VI, ""), "en": row.get(EN, "")}


def _about(row: Row) -> dict[str, str]:
    return {"vi": row.get(ABOUT, ""), "en": row.get(ABOUT_EN, "")}


def _framework(reading: Reading, number: int, row: Row) -> None:
    if "id" in reading.facts:
        vi, en = f"Chỉ có một dòng {FRAMEWORK}.", f"There is one row of the kind {FRAMEWORK}."
        reading.refuse(number, KIND, "framework_twice", vi, en)
        return
    state = {vietnamese.fold(text): name for name, text in _STATES.items()}.get(vietnamese.fold(row.get(VALUE, "")))
    if state is None:
        states = " / ".join(_STATES.values())
        vi, en = f"Giá trị của dòng {FRAMEWORK} là: {states}.", f"The value of this row is one of: {states}."
        reading.refuse(number, VALUE, "state_unknown", vi, en)
    reading.facts |= {
        "id": row.get(CODE, ""), "title": _names(row), "edition": row.get(WITHIN, ""), "state": state or "draft",
        "source": row.get(ABOUT, ""),
    }  # fmt: skip
    for path, column in {"id": CODE, "title.vi": VI, "title.en": EN, "edition": WITHIN, "source": ABOUT}.items():
        reading.places[path] = (number, column)


def _note(reading: Reading, number: int, row: Row) -> None:
    reading.facts["note"] = _about(row)
    reading.at("note", number, vi=ABOUT, en=ABOUT_EN)


def _level(reading: Reading, number: int, row: Row) -> None:
    path = f"levels.{len(reading.facts['levels'])}"
    group = {"vi": row.get(WITHIN, ""), "en": row.get(VALUE, "")}
    reading.facts["levels"].append({"number": row.get(CODE, ""), "name": _names(row), "group": group})
    reading.at(path, number, **{"name.vi": VI, "name.en": EN, "group.vi": WITHIN, "group.en": VALUE})
    reading.places.setdefault("levels", (number, CODE))


def _area(reading: Reading, number: int, row: Row) -> None:
    path = f"areas.{len(reading.facts['areas'])}"
    reading.facts["areas"].append({"code": _code(row), "name": _names(row), "competences": []})
    reading.at(path, number, **{"name.vi": VI, "name.en": EN})
    reading.places.setdefault("areas", (number, CODE))


def _competence(reading: Reading, number: int, row: Row) -> None:
    code = _code(row)
    area_code = code.partition(".")[0]
    for at, area in enumerate(reading.facts["areas"]):
        if area["code"] == area_code:
            path = f"areas.{at}.competences.{len(area['competences'])}"
            area["competences"].append({"code": code, "name": _names(row), "about": _about(row)})
            columns = {"name.vi": VI, "name.en": EN, "about.vi": ABOUT, "about.en": ABOUT_EN}
            reading.at(path, number, **columns)
            return
    vi = f"Phía trên chưa có dòng {AREA} mang mã {area_code}. Mã năng lực có dạng 4.2; hãy để cột Mã ở dạng văn bản."
    en = f"No row above is the area {area_code}. A competence's code reads like 4.2; keep that column as text."
    reading.refuse(number, CODE, "area_missing", vi, en)


def _profile(reading: Reading, number: int, row: Row) -> None:
    path = f"profiles.{len(reading.facts['profiles'])}"
    reading.facts["profiles"].append({"audience": row.get(CODE, ""), "name": _names(row), "targets": {}})
    reading.at(path, number, **{"name.vi": VI, "name.en": EN})


def _target(reading: Reading, number: int, row: Row) -> None:
    for at, profile in enumerate(reading.facts["profiles"]):
        if profile["audience"] == row.get(WITHIN, ""):
            code = _code(row)
            profile["targets"][code] = row.get(VALUE, "")
            reading.places[f"profiles.{at}.targets.{code}"] = (number, VALUE)
            return
    vi = f"Phía trên chưa có dòng {PROFILE} của nhóm đối tượng này."
    reading.refuse(number, WITHIN, "profile_missing", vi, f"No row above is the profile ({PROFILE}) of this audience.")


def _mapping(reading: Reading, number: int, row: Row) -> None:
    path = f"mappings.{len(reading.facts['mappings'])}"
    to = row.get(VALUE, "").replace(";", " ").split()
    reading.facts["mappings"].append({"framework": row.get(WITHIN, ""), "code": _code(row), "to": to})
    reading.at(path, number, framework=WITHIN, to=VALUE)


_KINDS: Final[Mapping[str, Callable[[Reading, int, Row], None]]] = {
    FRAMEWORK: _framework,
    NOTE: _note,
    LEVEL: _level,
    AREA: _area,
    COMPETENCE: _competence,
    PROFILE: _profile,
    TARGET: _target,
    MAPPING: _mapping,
}

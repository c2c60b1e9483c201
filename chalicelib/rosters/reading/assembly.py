"""From the cells of a row to what it says of a person, with everything that is wrong named at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from chalicelib.cells import FORMULAS
from chalicelib.rosters.reading import cells, headings, identity_numbers, names, remarks, values
from chalicelib.rosters.reading.remarks import Remark
from chalicelib.rosters.reading.repetitions import Seen
from chalicelib.rosters.reading.rows import IDENTIFYING, Column, Field, Problem, Record, Row

_NAMES: tuple[Field, ...] = ("name", "family_name", "given_name")
_SUSPECT = re.compile(r"^[=+\-@#]|[<>]")
_TICKS = ("x", "v", "✓", "1")  # in a column of men or of women; the date stands elsewhere
_EXCEL_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"))


class Assembly:
    """Makes rows of records; knows the columns, and what earlier rows said."""

    def __init__(self, columns: Sequence[Column]) -> None:
        read = [column for column in columns if column.field]
        # Units from the one above to the one below, whatever their order; last what needs the others to be judged.
        read.sort(key=lambda each: (each.field == "national_id", each.field == "unit" and headings.depth(each.heading)))
        self._columns = [(column.index, column) for column in read]
        self._by_field = {column.field: column for column in reversed(read)}
        self._seen = Seen()

    def row(self, record: Record) -> Row | None:
        """What a record says; None where it is not about a person: nothing stands in it, or a single note."""
        making = _Making(record)
        stands, width, is_empty = record.cells, len(record.cells), True
        for index, column in self._columns:
            if index < width and stands[index] and (text := cells.tidy(stands[index])):
                is_empty = False
                making.read(column, text)
        if is_empty and sum(1 for cell in stands if cell.strip()) <= 1:
            return None
        making.name(self._by_field)
        making.placed(self._by_field)
        making.identified()
        if not any(problem.severity == "error" for problem in making.problems):
            told = dict(making.values)
            for of, remark in self._seen.take(record.number, making.values, tuple(making.units)).items():
                making.say(remark, self._by_field.get(of), told[of] if of else "")
        return Row(record.number, making.values, tuple(making.units), tuple(making.problems), tuple(record.cells))


@dataclass(slots=True)
class _Making:
    record: Record
    values: dict[Field, str] = field(default_factory=dict)
    units: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.record.damaged:
            self.say(remarks.DAMAGED)

    def say(self, remark: Remark, column: Column | None = None, text: str = "") -> None:
        self.problems.append(problem(self.record.number, remark, column, text))

    def read(self, column: Column, text: str) -> None:
        kind = column.field
        if kind is None:
            return
        if kind == "birth" and (sex := headings.sex(column.heading)):
            self.values.setdefault("gender", sex)
            if text.lower() in _TICKS:
                return
        value, remark = self._said(kind, text)
        if self.record.computed and remark is None and column.index in self.record.computed:
            remark = remarks.COMPUTED
        if remark:
            self.say(remark.fatal() if value is None and kind in _NAMES else remark, column, text)
        if value is None:
            return
        if kind != "unit":
            self.values[kind] = value
        elif value not in self.units:
            self.units.append(value)

    def _said(self, kind: Field, text: str) -> tuple[str | None, Remark | None]:
        if _SUSPECT.search(text) and (unfit := _unfit(kind, text)):
            return None, unfit
        if kind != "national_id":
            return values.READERS[kind](text)
        return identity_numbers.read(text, self.values.get("birth"), self.values.get("gender"))

    def name(self, columns: dict[Field | None, Column]) -> None:
        """A name of one column or of two; a row without one cannot be used."""
        family, given = self.values.pop("family_name", ""), self.values.pop("given_name", "")
        if "name" in self.values or any(each.severity == "error" for each in self.problems):
            return
        whole = f"{family} {given}".strip()
        column = next((columns[each] for each in _NAMES if each in columns), None)
        value, remark = names.read(whole) if whole else (None, remarks.NAME_MISSING)
        if value is not None:
            self.values["name"] = value
        elif remark:
            self.say(remark.fatal() if whole else remark, column, whole)

    def placed(self, columns: dict[Field | None, Column]) -> None:
        """A commune or ward is looked for in the row's province."""
        text = self.values.get("ward")
        if text is None:
            return
        self.values["ward"], remark = values.ward(text, self.values.get("province"))
        if remark:
            self.say(remark, columns.get("ward"), text)

    def identified(self) -> None:
        """Who it is must be told by something."""
        if not any(each in self.values for each in IDENTIFYING):
            self.say(remarks.IDENTIFIER_MISSING)


def _unfit(kind: Field, text: str) -> Remark | None:
    """What no field takes, and nobody's spreadsheet or browser must carry out."""
    if text.startswith(FORMULAS) and not (kind == "phone" and text[0] == "+") and text[1:2] != " ":
        return remarks.FORMULA
    if "<" in text or ">" in text:
        return remarks.MARKUP
    return remarks.EXCEL_ERROR if text in _EXCEL_ERRORS else None


def problem(row: int, remark: Remark, column: Column | None = None, text: str = "") -> Problem:
    """A remark in its place."""
    return Problem(
        row=row,
        column=column.index if column else None,
        heading=cells.shown(column.called) if column else "",
        code=remark.code,
        value=cells.shown(text, column.field if column else None),
        vi=remark.vi,
        en=remark.en,
        mend_vi=remark.mend_vi,
        mend_en=remark.mend_en,
        severity=remark.severity,
    )

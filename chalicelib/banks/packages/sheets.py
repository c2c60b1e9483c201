"""Reads the spreadsheet of questions, as a workbook (.xlsx) or as CSV. Columns go by their headings, in any order."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from chalicelib import sheet_extent, vietnamese
from chalicelib.banks.packages import findings
from chalicelib.banks.packages import sheet_columns as columns
from chalicelib.banks.packages.archive import too_large
from chalicelib.banks.packages.findings import MAX_ITEMS, NotTaken, Place, Reading
from chalicelib.banks.packages.refusals import PackageDamaged, PackageEmpty, PackageOfAnotherFormat
from chalicelib.cells import FORMULAS

Json = dict[str, Any]
_HEADINGS_WITHIN = 20  # rows
_GAP = re.compile(r"\[\[((?:\\.|[^\\\]]|\](?!\]))*)\]\]", re.DOTALL)
_NAMES = "abcdefghijklmnopqrstuvwxyz"
_PLACES = {str(place): letter for place, letter in enumerate(columns.LETTERS, 1)}
_TRUE, _FALSE = frozenset({"dung", "true", "a", "d", "t"}), frozenset({"sai", "false", "b", "s", "f"})
Row = tuple[int, Mapping[str, str]]  # its number as spreadsheets show it, its cells by heading


def read_workbook(content: bytes) -> Reading:
    """All questions of a workbook's first sheet with headings.

    Raises: PackageOfAnotherFormat, PackageDamaged, PackageTooLarge, PackageEmpty.
    """
    for sheet in tables(content):
        rows = list(_rows(sheet))
        if rows:
            return _read(rows)
    raise PackageEmpty


def tables(content: bytes) -> Iterable[Iterable[list[str]]]:
    """The sheets of a workbook, each as rows of its cells' texts.

    Raises: PackageOfAnotherFormat, PackageDamaged, PackageTooLarge.
    """
    file = io.BytesIO(content)
    try:
        sheet_extent.checked(file)
    except sheet_extent.NoWorkbook:
        raise PackageOfAnotherFormat from None
    except sheet_extent.TooLarge:
        raise too_large() from None
    except sheet_extent.Damaged as error:
        raise PackageDamaged(part="xlsx") from error
    return _sheets(file)


def _sheets(file: io.BytesIO) -> Iterable[Iterable[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook  # only workbooks need it

    file.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield ([_cell(value) for value in row] for row in rows)
    except CalamineError as error:
        raise PackageDamaged(part="xlsx") from error


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return columns.YES if value else ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _plain(text: str) -> str:
    """The text without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULAS) else text


def read_csv(text: str) -> Reading:
    """All questions of a text in rows.

    Raises: PackageOfAnotherFormat, PackageDamaged, PackageTooLarge, PackageEmpty.
    """
    rows = list(_rows(table(text)))
    if not rows:
        raise PackageEmpty
    return _read(rows)


def table(text: str) -> list[list[str]]:
    """The cells of a text in rows, parted by whichever sign its first line has most of. Raises: PackageDamaged."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [[_plain(cell) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise PackageDamaged(part="csv") from error


def has_headings(text: str) -> bool:
    """Whether a text begins with the headings of questions in rows."""
    first = text.split("\n", 1)[0].strip()
    return any(len(columns.by_heading(first.replace('"', "").split(sign))) > 1 for sign in ",;\t")


def _rows(table: Iterable[list[str]]) -> Iterable[Row]:
    """The rows below the headings that have a kind or a question; none, where there are no headings."""
    places: dict[str, int] = {}
    for number, cells in enumerate(table, 1):
        if not places:
            found = columns.by_heading(cells)
            places = found if {columns.KIND, columns.PROMPT} <= found.keys() else {}
            if not places and number > _HEADINGS_WITHIN:
                return
            continue
        row = {name: vietnamese.clean(cells[place]) for name, place in places.items() if place < len(cells)}
        if row.get(columns.KIND) or row.get(columns.PROMPT):
            yield number, row


def _read(rows: list[Row]) -> Reading:
    if len(rows) > MAX_ITEMS:
        raise too_large()
    reading = Reading()
    for count, (number, row) in enumerate(rows, 1):
        place = Place(count, findings.name(row.get(columns.PROMPT, ""))[:80], number)
        try:
            facts = _facts(row)
            tags = findings.tags(
                [columns.unescaped(each) for each in columns.parted(row.get(columns.COMPETENCES, ""))],
                _difficulty(row.get(columns.DIFFICULTY, "")),
                [columns.unescaped(each) for each in columns.parted(row.get(columns.WORDS, ""))],
            )
        except NotTaken as refused:
            reading.refuse(place, refused.remark)
        else:
            reading.take(place, facts, tags, at=partial(columns.of, filled=tuple(_texts(row))))
    return reading


def _difficulty(text: str) -> int | None:
    if not text:
        return None
    if text not in "12345":
        vi, en = "Độ khó là số từ 1 đến 5.", "Difficulty is a number from 1 to 5."
        raise NotTaken("difficulty", vi, en, columns.DIFFICULTY)
    return int(text)


def _facts(row: Mapping[str, str]) -> Json:
    kind = columns.kind_of(row.get(columns.KIND, ""))
    if kind is None:
        known = ", ".join(columns.KINDS.values())
        vi, en = f"Loại câu hỏi phải là: {known}.", f"The kind must be one of: {known}."
        raise NotTaken("kind_not_read", vi, en, columns.KIND)
    points = row.get(columns.POINTS, "") or "1"
    facts: Json = {
        "kind": kind,
        "prompt": row.get(columns.PROMPT, ""),
        "explanation": row.get(columns.EXPLANATION, ""),
        "points": int(points) if points.isdecimal() and len(points) < 4 else points,
    }
    return facts | _READERS[kind](row)


def _choices(row: Mapping[str, str]) -> Json:
    texts = _texts(row)
    right = _right(row.get(columns.RIGHT, ""), texts)
    if not right <= texts.keys():
        vi, en = "Đáp án đúng phải là chữ của các lựa chọn, như A hoặc A, C.", "What is right are letters, as in A, C."
        raise NotTaken("right_not_among", vi, en, columns.RIGHT)
    said = dict(zip(columns.LETTERS, columns.FEEDBACK, strict=False))
    return {
        "choices": [
            {"text": text, "correct": letter in right, "feedback": row.get(said.get(letter, ""), "")}
            for letter, text in texts.items()
        ],
        "shuffle": columns.is_yes(row.get(columns.SHUFFLE, "")),
        **_partly(row),
    }


def _right(cell: str, texts: Mapping[str, str]) -> set[str]:
    """The letters of what is right: as letters, as numbers from 1, or as the whole text of one choice.

    Raises: NotTaken for the text of one choice that names the place of another.
    """
    said = {each.upper() for each in re.split(r"[,;|\s]+", cell) if each}
    if said and all(each in _PLACES for each in said):
        said = {_PLACES[each] for each in said}
    alike = {letter for letter, text in texts.items() if text == cell}
    if not alike or said == alike:
        return said
    if said and said <= texts.keys():
        of, at = (", ".join(sorted(each)) for each in (alike, said))
        vi = f"“{cell}” vừa là nội dung của {of}, vừa chỉ lựa chọn {at}. Hãy ghi chữ kèm dấu chấm phẩy, như {of};"
        en = f"“{cell}” is the text of {of} and also names {at}. Write letters and a semicolon, as in {of};"
        raise NotTaken("right_ambiguous", vi, en, columns.RIGHT)
    return alike if len(alike) == 1 else said


def _texts(row: Mapping[str, str]) -> dict[str, str]:
    named = zip(columns.LETTERS, columns.CHOICES, strict=True)
    return {letter: text for letter, name in named if (text := row.get(name, ""))}


def _partly(row: Mapping[str, str]) -> Json:
    return {"partial": columns.is_yes(row.get(columns.PARTIAL, ""))}


def _truth(row: Mapping[str, str]) -> Json:
    right = vietnamese.fold(row.get(columns.RIGHT, ""))
    if right not in _TRUE | _FALSE:
        vi, en = "Đáp án là Đúng hoặc Sai.", "The answer is true (Đúng) or false (Sai)."
        raise NotTaken("no_right_answer", vi, en, columns.RIGHT)
    said = [row.get(name, "") for name in columns.FEEDBACK[:2]]
    return {"right": right in _TRUE, "feedback_true": said[0], "feedback_false": said[1]}


def _matching(row: Mapping[str, str]) -> Json:
    pairs, distractors = [], []
    for letter, text in _texts(row).items():
        both = columns.split_at(text, columns.ARROW)
        if both is None:
            vi, en = "Mỗi cặp viết là: mục => nội dung ghép.", "Each pair is written: entry => match."
            raise NotTaken("pair_unreadable", vi, en, f"Lựa chọn {letter}")
        one, other = (columns.unescaped(each) for each in both)
        if one:
            pairs.append({"text": one, "match": other})
        else:
            distractors.append(other)
    return {"pairs": pairs, "distractors": distractors, **_partly(row)}


def _ordering(row: Mapping[str, str]) -> Json:
    return {"items": [{"text": text} for text in _texts(row).values()], **_partly(row)}


def _numeric(row: Mapping[str, str]) -> Json:
    off = row.get(columns.TOLERANCE, "") or "0"
    percent = off.endswith("%")
    return {
        "value": row.get(columns.RIGHT, ""),
        "tolerance": off.rstrip("% "),
        "tolerance_in": "percent" if percent else "units",
    }


def _short(row: Mapping[str, str]) -> Json:
    accepted = [columns.unescaped(each) for each in columns.parted(row.get(columns.RIGHT, ""))]
    return {"accepted": accepted, "ignore_diacritics": columns.is_yes(row.get(columns.BARE, ""))}


def _fill_in(row: Mapping[str, str]) -> Json:
    gaps: list[Json] = []

    def gap(found: re.Match[str]) -> str:
        name = _NAMES[len(gaps)] if len(gaps) < len(_NAMES) else f"g{len(gaps)}"
        parts = columns.parted(found[1])
        right = [columns.unescaped(each[1:]) for each in parts if each.startswith("*")]
        texts = [columns.unescaped(each.removeprefix("*")) for each in parts]
        gaps.append({"id": name, "accepted": right or texts, "options": texts if right else []})
        return f"\x00{name}\x00"

    text = columns.unescaped(_GAP.sub(gap, row.get(columns.TEXT, "")))
    text = re.sub("\x00(.*?)\x00", r"[[\1]]", text)
    bare = columns.is_yes(row.get(columns.BARE, ""))
    return {"text": text, "gaps": gaps, "ignore_diacritics": bare, **_partly(row)}


_READERS = {
    "single": _choices,
    "multiple": _choices,
    "true_false": _truth,
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "short_answer": _short,
    "fill_in": _fill_in,
}

"""Lists for tests: what lies in ``data``, and small ones made up on the spot."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from chalicelib.rosters import reading
from chalicelib.rosters.reading import Field, Row
from chalicelib.rosters.reading.opening import OpenedList

DATA = Path(__file__).parent / "data"
# Forms in which offices sent the 2,000 people of truth.csv.
FORMS = (
    "utf8_bom_semicolon_crlf.csv",
    "utf16le_tab.txt",
    "cp1258_tab.txt",
    "tcvn5712.csv",
    "nfd_mac.csv",
    "truth.csv",
)
Person = tuple[dict[str, str], tuple[str, ...]]


@cache
def truth() -> dict[str, Person]:
    """The 2,000 people by staff code, read by csv alone and put into the stored form by hand."""
    with (DATA / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {each["ma"]: _person(each) for each in csv.DictReader(file)}


def _person(row: Mapping[str, str]) -> Person:
    day, month, year = row["ngay_sinh"].split("/")
    values = {
        "staff_code": row["ma"],
        "name": row["ho_ten"],
        "national_id": row["cccd"],
        "birth": f"{year}-{month}-{day}",
        "email": row["email"],
        "phone": "+84" + row["sdt"][1:],
    }
    return values, tuple(name for name in (row["don_vi"], row["don_vi_con"]) if name)


def opened(content: bytes | str, mapping: Mapping[int, Field | None] | None = None) -> OpenedList:
    """A list of these bytes, or of this text in UTF-8."""
    return reading.open_list(io.BytesIO(content.encode() if isinstance(content, str) else content), mapping)


def rows(content: bytes | str, mapping: Mapping[int, Field | None] | None = None) -> list[Row]:
    """All rows of a list."""
    return list(opened(content, mapping).rows())


def codes(row: Row) -> list[str]:
    """The codes of a row's problems."""
    return [problem.code for problem in row.problems]


def workbook(sheet: str, **parts: str) -> bytes:
    """A workbook of one sheet, given as the XML between <sheetData> and its end; ``parts`` replace or add parts by
    their names in xl/, with __ for a dot."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{relations}"><sheets><sheet name="DS" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
        f'Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {main}></sst>",
    } | {f"xl/{name.replace('__', '.')}": text for name, text in parts.items()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def sheet_of(table: Sequence[Sequence[str | float | None]]) -> str:
    """The rows of a sheet; text that begins with = is a formula without a value."""
    return "".join(
        f'<row r="{number}">{"".join(_cell(number, index, value) for index, value in enumerate(row))}</row>'
        for number, row in enumerate(table, 1)
    )


def _cell(number: int, index: int, value: str | float | None) -> str:
    place = quoteattr(f"{chr(65 + index)}{number}")
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"<c r={place}><v>{value}</v></c>"
    if value.startswith("="):
        return f"<c r={place}><f>{escape(value[1:])}</f><v></v></c>"
    return f'<c r={place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def decomposed(text: str) -> str:
    """As Windows-1258 has it: a letter with its own mark, then the tone."""
    parted = unicodedata.normalize("NFD", text)
    return "".join(re.sub("([a-zA-Z])([\u0300-\u0323]?)([\u0302\u0306\u031b])", _as_1258, parted))


def _as_1258(letter: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", letter[1] + letter[3]) + letter[2]

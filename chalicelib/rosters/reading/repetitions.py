"""The same person twice in one list."""

from __future__ import annotations

from array import array

from chalicelib.rosters.reading import remarks
from chalicelib.rosters.reading.remarks import Remark
from chalicelib.rosters.reading.rows import IDENTIFYING, Field

# Who has the one is another than who has another; people of one office may have put down the same telephone.
_OWN: tuple[Field, ...] = ("person", "staff_code", "national_id")
_WHAT: dict[Field, tuple[str, str]] = {
    "person": ("mã tài khoản", "account id"),
    "staff_code": ("mã cán bộ", "staff code"),
    "national_id": ("số định danh", "identity number"),
    "email": ("email", "e-mail address"),
    "phone": ("số điện thoại", "phone number"),
}


class Seen:
    """The rows so far, as hashes: some 50 MB for 100,000 people."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}  # where a row stands in _rows, by each of its identifiers
        self._rows = array("q")  # of each row its number, all that it says, and what it has of _OWN

    def take(self, number: int, values: dict[Field, str], units: tuple[str, ...]) -> dict[Field | None, Remark]:
        """What a row repeats, by field (None: the whole row). The row is remembered unless it is left out; a value that
        another person has is taken out of ``values``."""
        keys = {field: hash((field, values[field])) for field in IDENTIFYING if field in values}
        content = hash((*values.items(), units))
        said = self._said(keys, content) if any(map(self._known.__contains__, keys.values())) else {}
        if any(remark.severity == "error" for remark in said.values()):
            return said
        for field in IDENTIFYING:
            if field in said:
                del values[field], keys[field]
        self._known.update(dict.fromkeys(keys.values(), len(self._rows)))
        self._rows.extend((number, content, *[keys.get(field, 0) for field in _OWN]))
        return said

    def _said(self, keys: dict[Field, int], content: int) -> dict[Field | None, Remark]:
        before = {field: place for field, key in keys.items() if (place := self._known.get(key)) is not None}
        first = min(before.values())
        if self._rows[first + 1] == content:
            return {None: remarks.REPEATED.about(row=self._rows[first])}
        return {field: self._of_field(field, place, keys) for field, place in before.items()}

    def _of_field(self, field: Field, place: int, keys: dict[Field, int]) -> Remark:
        theirs = dict(zip(_OWN, self._rows[place + 2 : place + 2 + len(_OWN)], strict=True))
        another = field not in _OWN and any(each in keys and theirs[each] not in (0, keys[each]) for each in _OWN)
        remark = remarks.IDENTIFIER_SHARED if another else remarks.IDENTIFIER_REPEATED
        vi, en = _WHAT[field]
        return remark.about(row=self._rows[place], what=vi, what_en=en)

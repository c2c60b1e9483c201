"""Names of people: the capitals of a list that was typed in capitals, and what no name has."""

from __future__ import annotations

import re

from pydantic import TypeAdapter, ValidationError

from chalicelib.people.models import NAME_LENGTH, Name
from chalicelib.rosters.reading import remarks
from chalicelib.rosters.reading.remarks import Remark

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_SYLLABLE = re.compile(r"[^\s\-'’.]+")  # also within Y-Bham, H'Hen Niê, K’Brơi
_SMALL = re.compile(r"[a-z]")
_CAPITALS = re.compile(r"[A-Z].*[A-Z]")


def read(text: str) -> tuple[str | None, Remark | None]:
    """A name as it is stored, or why it is none."""
    name = cased(text)
    if name.replace(" ", "").isalpha() and len(name) <= NAME_LENGTH and "w" not in name.lower():
        return name, None  # nothing of what _NAME looks for; most names are such, and it takes a tenth of the time
    if "?" in text or "\ufffd" in text:
        return None, remarks.LETTERS_LOST
    try:
        return _NAME.validate_python(name), None
    except ValidationError as error:
        first = error.errors()[0]
        said = first.get("ctx", {})
        return None, Remark(first["type"], said["vi"], said["en"]) if "vi" in said else remarks.NAME_LONG


def cased(name: str) -> str:
    """A name that is all in capitals with those alone that names have; any other as it is.

    TCVN3 fonts have no accented capitals of their own: there "NGUYễN VăN AN" is all capitals.
    """
    if _SMALL.search(name) or not _CAPITALS.search(name):
        return name
    return _SYLLABLE.sub(lambda syllable: syllable[0].capitalize(), name)

"""What a reminder says, as a mail and as a short message, in the language of whoever reads it. No I/O."""

from __future__ import annotations

from datetime import date

from chalicelib import vietnamese
from chalicelib.errors import Language
from chalicelib.identity import letters
from chalicelib.identity.letters import Letter

_SUBJECTS: dict[Language, str] = {"vi": "{space}: {left} để hoàn thành khoá học", "en": "{space}: {left} to complete"}
_LEFT: dict[Language, str] = {"vi": "còn {days} ngày", "en": "{days} days left"}
_ONE: dict[Language, str] = {"vi": "còn 1 ngày", "en": "1 day left"}
_NONE: dict[Language, str] = {"vi": "hôm nay là hạn cuối", "en": "today is the last day"}
_TEXTS: dict[Language, str] = {
    "vi": """Chào {name},

Khoá học sau tại {space} cần hoàn thành trong ngày {due} ({left}):

{course}

{address}

Nếu bạn vừa hoàn thành, bạn không cần làm gì thêm.

{space}""",
    "en": """Hello {name},

This course at {space} is to be completed by {due} ({left}):

{course}

{address}

If you have just completed it, there is nothing left to do.

{space}""",
}
# One part of 160 letters, the address among them.
_MESSAGES: dict[Language, str] = {
    "vi": "{space}: khoa hoc {course} han {due} ({left}). {address}",
    "en": "{space}: {course} is due {due} ({left}). {address}",
}
_NAME_IN_MESSAGE, _MESSAGE = 24, 160


def write(language: Language, *, name: str, space: str, course: str, due: date, days: int, address: str) -> Letter:
    """The mail about a course that is due in so many days."""
    left = _left(language, days)
    subject = _SUBJECTS[language].format(space=space, left=left)
    facts = {"name": name, "space": space, "course": course, "due": _day(due), "left": left, "address": address}
    return letters.with_link(_TEXTS[language].format(**facts), subject, language, address)


def write_message(language: Language, *, space: str, course: str, due: date, days: int, address: str) -> str:
    """The short message about it: as much of the course's title as one part has room for."""
    plain = vietnamese.unaccented
    facts = {"space": plain(space)[:_NAME_IN_MESSAGE], "due": _day(due), "left": plain(_left(language, days))}
    frame = _MESSAGES[language].format(**facts, course="", address=address)
    return _MESSAGES[language].format(
        **facts, course=plain(course)[: max(_MESSAGE - len(frame), 0)].strip(), address=address
    )


def _left(language: Language, days: int) -> str:
    texts = _LEFT if days > 1 else _ONE if days == 1 else _NONE
    return texts[language].format(days=days)


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")

"""What our mails say, in the language of whoever reads them. No I/O.

The person's and the space's names were checked when they were given; here they are escaped all the same.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from chalicelib.errors import Language
from chalicelib.identity.links import Purpose


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject and text; ``html`` is the same text with its address as a link."""

    subject: str
    text: str
    html: str


_SUBJECTS: dict[tuple[Purpose, Language], str] = {
    ("invitation", "vi"): "{space}: mời bạn tham gia",
    ("invitation", "en"): "{space}: you are invited",
    ("reset", "vi"): "{space}: đặt lại mật khẩu",
    ("reset", "en"): "{space}: reset your password",
}

_TEXTS: dict[tuple[Purpose, Language], str] = {
    (
        "invitation",
        "vi",
    ): """Chào {name},

Bạn được mời tham gia {space}. Hãy mở liên kết sau để đặt mật khẩu và bắt đầu:

{address}

Liên kết dùng được một lần, trong 72 giờ. Nếu bạn không chờ lời mời này, hãy bỏ qua thư.

{space}""",
    (
        "invitation",
        "en",
    ): """Hello {name},

You are invited to {space}. Open this link to set your password and begin:

{address}

The link works once, for 72 hours. If you did not expect it, ignore this mail.

{space}""",
    (
        "reset",
        "vi",
    ): """Chào {name},

Có người vừa yêu cầu đặt lại mật khẩu của bạn tại {space}. Nếu đó là bạn, hãy mở liên kết sau:

{address}

Liên kết dùng được một lần, trong 1 giờ. Nếu không phải bạn, hãy bỏ qua thư; mật khẩu cũ vẫn giữ nguyên.

{space}""",
    (
        "reset",
        "en",
    ): """Hello {name},

Someone has just asked to reset your password at {space}. If it was you, open this link:

{address}

The link works once, for 1 hour. If it was not you, ignore this mail; your password stays as it is.

{space}""",
}

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font:16px/1.6 sans-serif;color:#1a1a1a;max-width:36em;margin:0 auto;padding:1em">
{paragraphs}
</body></html>
"""


def write(purpose: Purpose, language: Language, *, name: str, space: str, address: str) -> Letter:
    """The letter to a person about a link."""
    subject = _SUBJECTS[purpose, language].format(space=space)
    facts = {"name": name, "space": space, "address": address}
    text = _TEXTS[purpose, language].format(**facts)
    return Letter(subject, text + "\n", _as_page(text, subject, language, address))


def _as_page(text: str, subject: str, language: Language, address: str) -> str:
    link = html.escape(address)
    paragraphs = []
    for each in text.split("\n\n"):
        shown = f'<a href="{link}" style="overflow-wrap:anywhere">{link}</a>' if each == address else html.escape(each)
        paragraphs.append(f"<p>{shown}</p>")
    return _PAGE.format(language=language, subject=html.escape(subject), paragraphs="\n".join(paragraphs))

"""What our mails say, in the language of whoever reads them. No I/O.

The person's and the space's names were checked when they were given; here they are escaped all the same.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib import vietnamese
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

_CODE_SUBJECTS: dict[Language, str] = {"vi": "{code} là mã đăng nhập {space}", "en": "{code} signs you in to {space}"}
_CODE_TEXTS: dict[Language, str] = {
    "vi": """Chào {name},

Mã đăng nhập của bạn tại {space}:

{code}

Mã dùng được một lần, trong 10 phút. Đừng đưa mã cho bất kỳ ai, kể cả người tự xưng là cán bộ. Nếu không phải bạn yêu
cầu, hãy bỏ qua thư.

{space}""",
    "en": """Hello {name},

Your code to sign in to {space}:

{code}

It works once, for 10 minutes. Give it to nobody, whoever they say they are. If it was not you who asked, ignore this
mail.

{space}""",
}
_CODE_MESSAGES: dict[Language, str] = {
    "vi": "{space}: ma dang nhap {code}, dung trong 10 phut. Khong dua ma cho ai.",
    "en": "{space}: {code} signs you in, for 10 minutes. Give it to nobody.",
}
_NAME_IN_MESSAGE = 32

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
    return with_link(_TEXTS[purpose, language].format(**facts), subject, language, address)


def with_link(text: str, subject: str, language: Language, address: str) -> Letter:
    """The letter of a text, one paragraph of which is an address."""
    return with_links(text, subject, language, [address])


def with_links(text: str, subject: str, language: Language, addresses: Iterable[str]) -> Letter:
    """The letter of a text, some paragraphs of which are addresses."""
    links = {each: html.escape(each) for each in addresses}
    shown = {each: f'<a href="{link}" style="overflow-wrap:anywhere">{link}</a>' for each, link in links.items()}
    return Letter(subject, text + "\n", _as_page(text, subject, language, shown))


def write_code(language: Language, *, name: str, space: str, code: str) -> Letter:
    """The letter with a one-time code. The subject has it too: a telephone shows that much without being unlocked for
    longer."""
    subject = _CODE_SUBJECTS[language].format(space=space, code=code)
    text = _CODE_TEXTS[language].format(name=name, space=space, code=code)
    shown = {code: f'<b style="font-size:1.6em;letter-spacing:.15em">{html.escape(code)}</b>'}
    return Letter(subject, text + "\n", _as_page(text, subject, language, shown))


def write_message(language: Language, *, space: str, code: str, host: str) -> str:
    """The short message with a one-time code: one part, and a last line by which browsers fill the code in at our own
    address alone (WICG, origin-bound one-time codes)."""
    name = vietnamese.unaccented(space)[:_NAME_IN_MESSAGE]
    return f"{_CODE_MESSAGES[language].format(space=name, code=code)}\n\n@{host} #{code}"


def _as_page(text: str, subject: str, language: Language, shown: Mapping[str, str]) -> str:
    """The text as a page, paragraphs that are to look otherwise as they are ``shown``."""
    paragraphs = [f"<p>{shown.get(each) or html.escape(each)}</p>" for each in text.split("\n\n")]
    return _PAGE.format(language=language, subject=html.escape(subject), paragraphs="\n".join(paragraphs))

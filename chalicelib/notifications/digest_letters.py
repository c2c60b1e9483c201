"""The daily letter: what is new, in the language of whoever reads it. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.errors import Language
from chalicelib.identity import letters
from chalicelib.identity.letters import Letter
from chalicelib.notifications.notes import Note

MOST = 20  # told in one letter; the others wait in the inbox
_SUBJECTS: dict[Language, str] = {"vi": "{space}: {n} thông báo mới", "en": "{space}: {n} new notifications"}
_ONE: dict[Language, str] = {"vi": "{space}: {title}", "en": "{space}: {title}"}
_HELLO: dict[Language, str] = {
    "vi": "Chào {name},\n\nĐây là những thông báo mới của bạn tại {space}:",
    "en": "Hello {name},\n\nThis is new for you at {space}:",
}
_MORE: dict[Language, str] = {"vi": "Và {n} thông báo khác. Xem tất cả:", "en": "And {n} more. See all of them:"}
_ALL: dict[Language, str] = {"vi": "Xem tất cả thông báo:", "en": "See all notifications:"}
_END: dict[Language, str] = {
    "vi": "{space}\n\nThư này được gửi nhiều nhất một lần mỗi ngày. Ngừng nhận:",
    "en": "{space}\n\nThis letter comes once a day at most. To stop it:",
}


def write(language: Language, notes: Sequence[Note], *, name: str, space: str, root: str, unsubscribe: str) -> Letter:
    """The letter about these, newest first. ``root`` is what the addresses of the space's pages begin with."""
    told, more = notes[:MOST], len(notes) - MOST
    subject = _ONE if len(notes) == 1 else _SUBJECTS
    inbox = f"{root}/notifications"
    parts = [_HELLO[language].format(name=name, space=space)]
    for each in told:
        parts += [f"{each.title(language)}\n{each.text(language)}", root + each.link]
    parts += [_MORE[language].format(n=more) if more > 0 else _ALL[language], inbox]
    parts += [_END[language].format(space=space), unsubscribe]
    addresses = {inbox, unsubscribe, *(root + each.link for each in told)}
    return letters.with_links(
        "\n\n".join(parts),
        subject[language].format(space=space, n=len(notes), title=notes[0].title(language)),
        language,
        addresses,
    )

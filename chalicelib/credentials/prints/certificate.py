"""A certificate as a page: A4, landscape, in the space's colours. No I/O.

From above: who issues it, what it is, what it says, who stands below, and by what it is checked. Each part has its
place; what needs more room than its place has is made smaller, and at last cut short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.credentials.prints import words
from chalicelib.credentials.prints.shown import Shown, Signer
from chalicelib.printing import paragraphs, qr
from chalicelib.printing.documents import A4_LANDSCAPE, BLACK, Document, Page, Role
from chalicelib.printing.paragraphs import Block, Line, Run
from chalicelib.printing.pictures import Embedded

_WIDTH, _HEIGHT = A4_LANDSCAPE
_MARGIN = 66.0
_MIDDLE = _WIDTH / 2
_TEXT = _WIDTH - 2 * _MARGIN
_QUIET = "#4a4a4a"  # 8.9 to 1 on white
_TOP, _TOP_WITHOUT_LOGO = 54.0, 72.0
_LOGO = (230.0, 54.0)
_SIGNED_AT, _NAMES_AT = 424.0, 512.0  # the day's line; the first line of who signed
_SIGNATURE = 44.0
_QR_SIDE = 92.0
_FOOT = 541.0
_LEADING, _NAME_LEADING, _SPACE = 1.5, 1.22, 7.0
_SIZES = tuple(1 - 0.05 * step for step in range(11))  # of the body, from the whole size to half of it
# For the middle: of a line that stands on its letters' feet, how much is above.
_ASCENT = 0.8


@dataclass(frozen=True, slots=True)
class Art:
    """The pictures that go with it: the logo, whether it needs a dark ground, and the signatures of who signs."""

    logo: Embedded | None
    logo_on_colour: bool
    signatures: tuple[Embedded | None, ...]


def drawn(shown: Shown, art: Art) -> bytes:
    """The file: some 20 KB, and the pictures."""
    page = Page(A4_LANDSCAPE)
    _frame(page, shown)
    below = _head(page, shown, art)
    below = _heading(page, shown, below)
    _body(page, shown, below + 6, _SIGNED_AT - 24)
    _signers(page, shown, art)
    _foot(page, shown)
    title = words.said("title", shown.language, heading=shown.heading, name=shown.name)
    document = Document(title, shown.language)
    document.add(page)
    return document.written()


def _frame(page: Page, shown: Shown) -> None:
    accent = shown.accent or shown.primary
    with page.ornament():
        page.frame(24, 24, _WIDTH - 48, _HEIGHT - 48, 3, shown.primary)
        page.frame(31, 31, _WIDTH - 62, _HEIGHT - 62, 0.6, accent)
        for x in (31.0, _WIDTH - 31 - 12):
            for y in (31.0, _HEIGHT - 31 - 12):
                page.rectangle(x, y, 12, 12, accent)


def _head(page: Page, shown: Shown, art: Art) -> float:
    """Logo and names of who issues it; gives where they end."""
    y = _TOP if art.logo else _TOP_WITHOUT_LOGO
    if art.logo:
        width, height = _within(art.logo, *_LOGO)
        with page.tagged("Figure", words.said("logo", shown.language, it=shown.issuer)):
            if art.logo_on_colour:
                page.rectangle(_MIDDLE - width / 2 - 8, y - 5, width + 16, height + 10, shown.primary)
            page.picture(_MIDDLE - width / 2, y, width, height, art.logo)
        y += height + 14
    if shown.superior:
        block = paragraphs.fitted(paragraphs.plain(shown.superior.upper()), _TEXT - 40, 1, 11, 7)
        y = _centred(page, "P", block, y, 1.4, _QUIET)
    size = 13.0 if art.logo else 17.0
    block = paragraphs.fitted(paragraphs.plain(shown.issuer.upper(), "bold"), _TEXT - 40, 2, size, 9)
    y = _centred(page, "P", block, y, 1.3, shown.primary)
    with page.ornament():
        page.line(_MIDDLE - 45, y + 6, _MIDDLE + 45, y + 6, width=1, colour=shown.accent or shown.primary)
    return y + 24


def _heading(page: Page, shown: Shown, y: float) -> float:
    spacing = 1.5
    most = _TEXT - spacing * len(shown.heading)
    block = paragraphs.fitted(paragraphs.plain(shown.heading, "bold"), max(most, _TEXT / 2), 2, 36, 16)
    return _centred(page, "H1", block, y, 1.25, shown.primary, spacing)


def _body(page: Page, shown: Shown, top: float, bottom: float) -> None:
    """The text in the middle, in the largest size in which it has room; half the size at least."""
    fitting = (scale for scale in _SIZES if _height(_blocks(shown, scale, balanced=False)) <= bottom - top)
    scale = next(fitting, None)
    if scale is None:
        blocks = _as_many_as_fit(_blocks(shown, _SIZES[-1], balanced=False), bottom - top)
    else:
        blocks = _blocks(shown, scale, balanced=True)
    y = top + (bottom - top - _height(blocks)) / 2
    for block, is_name in blocks:
        if is_name:
            y = _centred(page, "H2", block, y + _SPACE, _NAME_LEADING, BLACK) + _SPACE
        else:
            y = _centred(page, "P", block, y, _LEADING, BLACK)


def _blocks(shown: Shown, scale: float, *, balanced: bool) -> list[tuple[Block, bool]]:
    found = []
    for runs in shown.paragraphs():
        if runs is None:
            named = paragraphs.fitted(paragraphs.plain(shown.name, "bold"), _TEXT - 20, 2, 33 * scale, 15 * scale)
            found.append((named, True))
        else:
            found.append((paragraphs.broken(runs, _TEXT - 40, 15 * scale, balanced=balanced), False))
    return found


def _height(blocks: Sequence[tuple[Block, bool]]) -> float:
    return sum(
        block.height(_NAME_LEADING) + 2 * _SPACE if is_name else block.height(_LEADING) for block, is_name in blocks
    )


def _as_many_as_fit(blocks: Sequence[tuple[Block, bool]], room: float) -> list[tuple[Block, bool]]:
    """The first of the blocks, the last one cut short; the name is never what is left out."""
    room -= sum(_height([each]) for each in blocks if each[1])
    kept: list[tuple[Block, bool]] = []
    is_full = False
    for block, is_name in blocks:
        # A line is left for the one that says that there was more.
        lines = int(room // (block.size * _LEADING)) - 1
        if is_name:
            kept.append((block, True))
        elif len(block.lines) <= lines:
            kept.append((block, False))
            room -= _height(kept[-1:])
        elif not is_full and lines >= 0:
            kept.append((paragraphs.shortened(block, lines + 1, _TEXT - 40), False))
            is_full, room = True, 0.0
    return kept


def _signers(page: Page, shown: Shown, art: Art) -> None:
    """The day, and who stands below, side by side to the right of the code."""
    left = _MARGIN + _QR_SIDE + 26
    count = max(len(shown.signers), 1)
    width = min((_WIDTH - _MARGIN - left) / count, 290.0)
    first = _WIDTH - _MARGIN - width * count if count < 2 else left + (_WIDTH - _MARGIN - left - width * count) / 2
    middle = first + width * (count - 0.5)
    _in_one_line(page, paragraphs.plain(shown.day), middle, _SIGNED_AT, width - 8, 10.5, _QUIET)
    for number, (signer, signature) in enumerate(zip(shown.signers, art.signatures, strict=True)):
        _signer(page, shown, signer, signature, first + width * (number + 0.5), width - 16)


def _signer(page: Page, shown: Shown, signer: Signer, signature: Embedded | None, middle: float, width: float) -> None:
    title = paragraphs.fitted(paragraphs.plain(signer.title.upper(), "bold"), width, 2, 9.5, 6)
    _centred(page, "P", title, _SIGNED_AT + 8, 1.25, BLACK, middle=middle)
    if signature:
        wide, high = _within(signature, min(width, 130), _SIGNATURE)
        with page.tagged("Figure", words.said("signature", shown.language, it=signer.name)):
            page.picture(middle - wide / 2, _NAMES_AT - 14 - high, wide, high, signature)
    name = paragraphs.fitted(paragraphs.plain(signer.name, "bold"), width, 1, 11.5, 5.5)
    _centred(page, "P", name, _NAMES_AT - name.size * _ASCENT, 1.2, BLACK, middle=middle)


def _foot(page: Page, shown: Shown) -> None:
    """By what it is checked."""
    y = _NAMES_AT - _QR_SIDE - 2
    number = words.said("number", shown.language, it=shown.number)
    told = " · ".join(filter(None, [number, shown.validity]))
    _in_one_line(page, paragraphs.plain(told, "bold"), _MIDDLE, _FOOT, _TEXT, 8.5, _QUIET)
    check = words.said("check", shown.language, it=shown.address)
    _in_one_line(page, paragraphs.plain(check), _MIDDLE, _FOOT + 12, _TEXT, 7.5, _QUIET)
    with page.tagged("Figure", words.said("code", shown.language, it=shown.address)):
        page.squares(_MARGIN, y, _QR_SIDE, qr.squares(shown.address))
    scan = paragraphs.plain(words.said("scan", shown.language))
    _in_one_line(page, scan, _MARGIN + _QR_SIDE / 2, _NAMES_AT + 5, _QR_SIDE, 7, _QUIET)


def _in_one_line(
    page: Page, runs: Sequence[Run], middle: float, y: float, most: float, size: float, colour: str
) -> None:
    block = paragraphs.fitted(runs, most, 1, size, size / 2)
    with page.tagged("P"):
        _line(page, block.lines[0], middle, y, block.size, colour)


def _centred(
    page: Page, role: Role, block: Block, y: float, leading: float, colour: str, spacing: float = 0,
    *, middle: float = _MIDDLE,
) -> float:  # fmt: skip
    """Write lines one below the other, ``y`` the upper edge of the first; gives the lower edge of the last."""
    step = block.size * leading
    with page.tagged(role):
        for number, line in enumerate(block.lines):
            at = y + step * number + (step - block.size) / 2 + block.size * _ASCENT
            _line(page, line, middle, at, block.size, colour, spacing)
    return y + step * len(block.lines)


def _line(page: Page, line: Line, middle: float, y: float, size: float, colour: str, spacing: float = 0) -> None:
    letters = sum(len(run.text) for run in line)
    width = paragraphs.width(line, size) + spacing * max(letters - 1, 0)
    page.runs(middle - width / 2, y, line, size, colour, spacing)


def _within(picture: Embedded, most_width: float, most_height: float) -> tuple[float, float]:
    """The largest size of the picture in that room, at most a point a pixel."""
    scale = min(most_width / picture.width, most_height / picture.height, 1)
    return picture.width * scale, picture.height * scale

"""QR codes (ISO/IEC 18004), made by segno."""

from __future__ import annotations

_MASK = 2


def squares(text: str) -> list[list[bool]]:
    """The code of an address, with its quiet zone: rows of squares, black where true.

    It is read with a seventh of it spoilt (level M). The mask is always the same one: to try all eight, as the standard
    advises, takes five times as long, and readers undo whichever they find.
    """
    import segno  # 70 ms that only those wait for who print

    code = segno.make(text, error="m", boost_error=False, micro=False, mask=_MASK)
    return [[bool(each) for each in row] for row in code.matrix_iter(border=4)]

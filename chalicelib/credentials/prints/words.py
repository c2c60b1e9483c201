"""What a certificate says besides its template's texts, in both languages. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chalicelib.errors import Language

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SAID: Mapping[str, Mapping[Language, str]] = {
    "number": {"vi": "Số: {it}", "en": "No. {it}"},
    "until": {"vi": "Có giá trị đến hết {it}", "en": "Valid until {it}"},
    "expired": {"vi": "Đã hết hạn {it}", "en": "Expired on {it}"},
    "scan": {"vi": "Quét mã để kiểm tra", "en": "Scan to verify"},
    "check": {"vi": "Kiểm tra tại: {it}", "en": "Verify at: {it}"},
    "code": {"vi": "Mã QR dẫn đến {it}", "en": "QR code that leads to {it}"},
    "logo": {"vi": "Biểu trưng của {it}", "en": "Logo of {it}"},
    "signature": {"vi": "Chữ ký của {it}", "en": "Signature of {it}"},
    "title": {"vi": "{heading} – {name}", "en": "{heading} – {name}"},
}


def said(what: str, language: Language, **facts: str) -> str:
    """A fixed text, filled in."""
    return _SAID[what][language].format(**facts)


def written_day(day: date, language: Language) -> str:
    """A day as it is written out: in Vietnamese as official papers have it (decree 30/2020/NĐ-CP, annex I, II.4: days
    below 10 and the first two months with a nought before them)."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def beginning(text: str) -> str:
    """The text as a line begins: its first letter great, the rest as it is."""
    return text[:1].upper() + text[1:]

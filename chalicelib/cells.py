"""Cells of the spreadsheets that go out, harmless to whoever opens them."""

from __future__ import annotations

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection), some also in the full-width forms.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula: names are what people choose for themselves."""
    return f"'{text}" if text.startswith(FORMULAS) else text

"""What a person recognises a session by: a browser and a system, out of the User-Agent header (RFC 9110, 10.1.5)."""

from __future__ import annotations

from chalicelib import vietnamese

# In this order: a browser built on another names both.
_PROGRAMS = {
    "Zalo": "Zalo",
    "FBAN": "Facebook",
    "FBAV": "Facebook",
    "coc_coc_browser": "Cốc Cốc",
    "SamsungBrowser": "Samsung Internet",
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
_MAX = 40


def name(user_agent: str) -> str:
    """``Chrome, Android``; what is not known is shortened as it stands."""
    known = [next((word for mark, word in marks.items() if mark in user_agent), "") for marks in (_PROGRAMS, _SYSTEMS)]
    return ", ".join(each for each in known if each) or vietnamese.clean_line(user_agent[: _MAX * 4])[:_MAX]

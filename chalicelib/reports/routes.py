"""What the web sees of reports."""

from __future__ import annotations

from chalicelib.reports import reactions  # noqa: F401 (declares what reports do when a learning table changes)

"""What the web sees of notifications."""

from __future__ import annotations

import chalicelib.notifications.telling  # noqa: F401 (declares the job that tells many)

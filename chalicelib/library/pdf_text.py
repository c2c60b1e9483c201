"""What a PDF says, page by page: read in a process of its own, which is ended when it takes too much.

A PDF is a program of a stranger's. The process has bounds of memory and time that the system keeps, none of our
settings or credentials, and gives back text alone.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

MOST_PAGES = 500
MOST_CHARACTERS = 200_000
MOST_SECONDS = 40
MOST_MEMORY = 700_000_000  # bytes of addresses; a file of 50 MB takes 180 MB of memory, and jobs have 1 GB


@dataclass(frozen=True, slots=True)
class PdfText:
    """The text of the first pages; ``whole``: there is no more of it."""

    pages: tuple[str, ...]
    whole: bool


def read(content: bytes) -> PdfText | None:
    """What a PDF says; ``None`` when it cannot be read within bounds (broken, locked, or made to harm)."""
    settings = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": ""}
    try:
        done = subprocess.run(  # noqa: S603 (our own program; the PDF is its input)
            [sys.executable, "-m", __name__], input=content, capture_output=True, timeout=MOST_SECONDS, env=settings,
            check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return None
    return PdfText(tuple(told["pages"]), told["whole"])


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages: list[str] = []
    whole = True
    for page in _pages():
        room = MOST_CHARACTERS - sum(map(len, pages))
        if page is None or room <= 0:
            whole = False
            break
        pages.append(page[:room])
        whole = len(page) <= room
    sys.stdout.write(json.dumps({"pages": pages, "whole": whole}))


def _pages() -> Iterator[str | None]:
    """The text of each page; ``None`` in place of what is more than is read."""
    import io
    import logging

    import pypdf

    logging.disable(logging.CRITICAL)  # a broken PDF is told of in thousands of lines
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages):
        yield page.extract_text() if number < MOST_PAGES else None


if __name__ == "__main__":
    _main()

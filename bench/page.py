"""The tables of ``docs/bench.md``, written from the results: ``make bench`` does it after measuring."""

from __future__ import annotations

import re
from functools import partial
from importlib import import_module

from bench import results
from infra.local.places import REPOSITORY

PAGE = REPOSITORY / "docs" / "bench.md"
PARTS = (
    "cpu", "cold", "flat", "load", "enrol", "rosters", "audiences", "orders", "credentials",
    "printing", "threads", "analysis", "pools", "tenants", "exact",
)  # fmt: skip


def page(text: str) -> str:
    """The page with its tables written anew; a part without results keeps what it has."""
    for part in PARTS:
        found = results.read(part)
        if found:
            tables = "\n\n".join(each.markdown() for each in import_module(f"bench.{part}").tables(found))
            block = f"<!-- {part} -->\n{tables}\n<!-- /{part} -->"
            text = re.sub(f"<!-- {part} -->.*<!-- /{part} -->", partial(_as_it_is, block), text, flags=re.DOTALL)
    return text


def _as_it_is(block: str, _found: re.Match[str]) -> str:
    return block


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()

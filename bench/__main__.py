"""``make bench``: one part, or all of them."""

from __future__ import annotations

import argparse
from importlib import import_module

from bench import page

PARTS = (
    "cpu", "cold", "flat", "load", "enrol", "rosters", "audiences", "orders", "credentials",
    "printing", "threads", "analysis", "pools", "tenants", "cost", "exact",
)  # fmt: skip


def main() -> None:
    """Run the parts that were asked for, one after the other."""
    parser = argparse.ArgumentParser(description="Measure, keep the results in bench/results, print tables.")
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--scale", choices=("small", "full"), default="full")
    asked = parser.parse_args()
    for part in asked.part or PARTS:
        import_module(f"bench.{part}").main(asked.scale)
    page.write()


if __name__ == "__main__":
    main()

"""``make recount STAGE=prod TENANT=hue``: count a space's reports anew from its items, in a deployed stage."""

from __future__ import annotations

import argparse
import sys

from infra.cloud import as_deployer
from infra.cloud.account import DeployFailed
from infra.cloud.stages import Unfit


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description="Count a space's reports anew.")
    parser.add_argument("stage")
    parser.add_argument("tenant")
    asked = parser.parse_args()
    try:
        as_deployer.enter(asked.stage)
        print(_recounted(asked.tenant))
    except (Unfit, DeployFailed) as failure:
        print(f"make recount: {failure}", file=sys.stderr)
        return 1
    return 0


def _recounted(slug: str) -> object:
    from chalicelib.errors import Refusal
    from chalicelib.reports import recount

    try:
        return recount.recount(slug)
    except Refusal as refusal:
        raise DeployFailed(f"{slug}: {refusal.detail('en')}") from refusal


if __name__ == "__main__":
    sys.exit(main())

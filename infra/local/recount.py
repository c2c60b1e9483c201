"""`make recount TENANT=hue`: count a space's reports anew from its items, in the database of the running `make run`."""

import os
import sys

from infra.local import lock
from infra.local.settings import app_environment


def main(slug: str) -> int:
    """Returns the exit status."""
    at = lock.running()
    if at is None:
        print("make recount: nothing runs here; start make run first, in another terminal.", file=sys.stderr)
        return 1
    os.environ.update(app_environment(at))
    from chalicelib.errors import NotFound, Refusal
    from chalicelib.reports import recount

    try:
        print(recount.recount(slug))
    except NotFound:
        print(f"make recount: there is no space named {slug}.", file=sys.stderr)
        return 1
    except Refusal as refusal:
        print(f"make recount: {slug}: {refusal.detail('en')}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

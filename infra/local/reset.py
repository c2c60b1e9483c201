"""`make reset`: forget all that `make run` kept."""

import shutil
import sys

from infra.local import lock, places, processes
from infra.local.lock import AlreadyRunning


def main() -> int:
    """Returns the exit status: 1 while a `make run` uses the folder."""
    if not places.HOME.exists():
        print("There is nothing to forget.")
        return 0
    try:
        with lock.held():
            processes.end_recorded()
            shutil.rmtree(places.HOME)
    except AlreadyRunning as error:
        print(f"make reset: make run holds the data; {error} Stop it first, with Ctrl-C there.", file=sys.stderr)
        return 1
    print(f"Forgot {places.HOME}; the next make run begins anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

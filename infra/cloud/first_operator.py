"""``make operator``: the first operator of a stage, who then invites the others.

It writes the platform's table with the deployer's own rights; there is no open way in over HTTP. The password is asked
for, never an argument: arguments are kept in the shell's history and seen by everyone on the machine.
"""

from __future__ import annotations

import argparse
import getpass
import sys

from infra.cloud import as_deployer
from infra.cloud.account import DeployFailed
from infra.cloud.stages import Unfit


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description="Make the first operator of a stage.")
    parser.add_argument("stage")
    parser.add_argument("email")
    parser.add_argument("name")
    asked = parser.parse_args()
    try:
        as_deployer.enter(asked.stage)
        ensure(asked.email, asked.name, getpass.getpass("A password for the operator: "))
    except (Unfit, DeployFailed) as failure:
        print(f"make operator: {failure}", file=sys.stderr)
        return 1
    print(f"{asked.email} is an operator of {asked.stage}; an account that was there before keeps its password.")
    return 0


def ensure(email: str, name: str, password: str) -> None:
    """Make the operator unless there is one of that address. Raises: DeployFailed."""
    from pydantic_core import PydanticCustomError

    from chalicelib.errors import Refusal
    from chalicelib.identity import operators

    try:
        operators.ensure(email, name, password)
    except (PydanticCustomError, Refusal) as refusal:
        raise DeployFailed(str(refusal)) from refusal


if __name__ == "__main__":
    sys.exit(main())

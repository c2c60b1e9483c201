"""What the code runs on in Lambda, pinned in this one place: the Python, the processor, the limits of a package."""

import platform
import sys
from dataclasses import dataclass

PYTHON = (3, 11)
RUNTIME = f"python{PYTHON[0]}.{PYTHON[1]}"
# The runtime stands on Amazon Linux 2: a wheel that needs a newer C library would fail at its first import.
MOST_GLIBC = (2, 26)
# Cold starts pay for what is imported, not for what lies beside it; what signs and prints lies beside it
# (docs/decisions/credentials-register.md).
MOST_ZIP_BYTES = 27_000_000


@dataclass(frozen=True, slots=True)
class Platform:
    """A processor as the tools call it: pip's wheels, Lambda's ``Architectures``, the ELF header's ``e_machine``."""

    machine: str
    architecture: str
    elf_machine: int

    @property
    def tags(self) -> list[str]:
        """The platform tags of wheels that run here, best first."""
        newest = [f"manylinux_2_{minor}_{self.machine}" for minor in range(MOST_GLIBC[1], 16, -1)]
        return [*newest, f"manylinux2014_{self.machine}"]


LAMBDA = Platform("aarch64", "arm64", 183)
_X86 = Platform("x86_64", "x86_64", 62)


class UnfitMachine(Exception):
    """This machine cannot build or run the package."""


def host() -> Platform:
    """This machine's own processor, for the rehearsal and the benchmarks. Raises: UnfitMachine."""
    for each in (LAMBDA, _X86):
        if sys.platform == "linux" and platform.machine() == each.machine:
            return each
    raise UnfitMachine(f"The package can be tried on Linux alone, not on {sys.platform} {platform.machine()}.")


def named(name: str) -> Platform:
    """``lambda`` or ``host``. Raises: UnfitMachine."""
    return host() if name == "host" else LAMBDA


def require_same_python() -> None:
    """Bytecode is that of one Python: the builder's must be the runtime's. Raises: UnfitMachine."""
    if sys.version_info[:2] != PYTHON:
        here = ".".join(map(str, sys.version_info[:2]))
        needed = ".".join(map(str, PYTHON))
        raise UnfitMachine(
            f"The package carries bytecode for {RUNTIME}, which only Python {needed} can make; this is Python {here}. "
            f"Make the virtualenv with it: rm -rf .venv && make PYTHON=python{needed} setup"
        )

"""The packages that the code needs in Lambda, as wheels for its platform: all of them, and only those that fit.

Chalice's own packager warns where a wheel is missing and ships what does not run; here that ends the build.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from infra.cloud.runtime import MOST_GLIBC, PYTHON, Platform
from infra.local.places import REPOSITORY

# What requirements.txt pins for work outside Lambda, and why it is left out. All else goes into the package.
LEFT_OUT = {
    "boto3": "the code makes botocore's clients itself",
    "s3transfer": "brought by boto3",
    "pycparser": "cffi reads C with it at build time only",
    "PyYAML": "chalice's command line",
    "blessed": "the same",
    "click": "the same",
    "editor": "the same",
    "inquirer": "the same",
    "jinxed": "the same",
    "packaging": "the same",
    "pip": "the same",
    "readchar": "the same",
    "runs": "the same",
    "setuptools": "the same",
    "wcwidth": "the same",
    "wheel": "the same",
    "xmod": "the same",
}
_TAG = f"cp{PYTHON[0]}{PYTHON[1]}"


class BuildFailed(Exception):
    """No package could be made; the message says what is missing or does not fit."""


def pinned(requirements: Path = REPOSITORY / "requirements.txt") -> list[str]:
    """The requirements that run in Lambda, as ``name==version``."""
    lines = (line.strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    pins = [line for line in lines if line and not line.startswith("#")]
    return [pin for pin in pins if pin.partition("==")[0] not in LEFT_OUT]


def fetch(platform: Platform, cache: Path, pins: list[str]) -> list[Path]:
    """The wheels of these requirements, in order of their names; downloaded once for each set of pins.

    Raises: BuildFailed, naming the package that has no wheel for the platform.
    """
    key = hashlib.sha256("\n".join([*platform.tags, *pins]).encode()).hexdigest()[:16]
    folder = cache / f"wheels-{platform.architecture}-{key}"
    complete = folder / ".complete"
    if not complete.exists():
        _download(platform, folder, pins)
        complete.touch()
    return sorted(folder.glob("*.whl"))


def _download(platform: Platform, folder: Path, pins: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--implementation", "cp", "--dest", str(folder)]
    command += ["--python-version", f"{PYTHON[0]}.{PYTHON[1]}"]
    command += [part for tag in platform.tags for part in ("--platform", tag)]
    command += [part for abi in (_TAG, "abi3", "none") for part in ("--abi", abi)]
    done = subprocess.run([*command, *pins], capture_output=True, text=True, check=False)
    if done.returncode:
        missing = re.findall(r"No matching distribution found for (\S+)", done.stderr)
        told = f"no wheel for {platform.machine}: {', '.join(missing)}" if missing else done.stderr.strip()[-600:]
        raise BuildFailed(told)


def unpack(wheel: Path, target: Path, platform: Platform) -> None:
    """Lay a wheel's files out as they are imported, once its native code is seen to fit. Raises: BuildFailed."""
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            place = _place(name)
            if name.endswith("/") or place is None:
                continue
            content = archive.read(name)
            if ".so" in Path(name).suffixes:
                require_fitting(f"{wheel.name}: {name}", content, platform)
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            (target / place).write_bytes(content)


def _place(name: str) -> str | None:
    """Where a wheel's file belongs in the package: modules as they are, licences together, the rest nowhere."""
    first, _, rest = name.partition("/")
    if first.endswith(".dist-info"):
        return f"licences/{first.removesuffix('.dist-info')}/{Path(rest).name}" if _is_licence(rest) else None
    if first.endswith(".data"):  # what pip would install elsewhere: its purelib is modules, its scripts are not run
        kind, _, inner = rest.partition("/")
        return inner if kind in ("purelib", "platlib") else None
    if first == "chalice":  # of chalice, what its own packager takes: the rest needs its command line
        return name if rest in ("__init__.py", "app.py") else None
    parts = name.split("/")
    if {"tests", "test"} & set(parts[:-1]) or name.endswith((".pyi", ".c", ".h", ".pyx", ".pxd", ".pxi", "py.typed")):
        return None
    return name


def _is_licence(path: str) -> bool:
    return bool(re.match(r"(licen[cs]es?/)?.*(licen[cs]e|notice|copying)", path, re.IGNORECASE))


def require_fitting(name: str, content: bytes, platform: Platform) -> None:
    """Native code is of the platform's processor, this Python and an old enough C library. Raises: BuildFailed."""
    if content[:4] != b"\x7fELF" or int.from_bytes(content[18:20], "little") != platform.elf_machine:
        raise BuildFailed(f"{name} is not made for {platform.machine}")
    file = name.rsplit("/", 1)[-1]
    tagged = re.search(r"\.cpython-(\d+)", file)
    if tagged and f"cp{tagged[1]}" != _TAG:
        raise BuildFailed(f"{name} is made for another Python than {_TAG}")
    needed = max(_glibc(content), default=(2, 0))
    if needed > MOST_GLIBC:
        raise BuildFailed(
            f"{name} needs glibc {needed[0]}.{needed[1]}; the runtime has {MOST_GLIBC[0]}.{MOST_GLIBC[1]}"
        )


def _glibc(content: bytes) -> Iterator[tuple[int, int]]:
    for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", content):
        yield int(major), int(minor)

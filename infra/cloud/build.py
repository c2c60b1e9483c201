"""The package that Lambda runs: one zip, the same bytes from the same commit.

``python -m infra.cloud.build`` writes ``build/hocmo-arm64.zip``; ``--platform host`` one that runs on this machine.

Bytecode is shipped with unchecked-hash invalidation, since Lambda's folder is read-only and compiling 900 modules
costs a cold start half a second. botocore's descriptions of 400 services are cut to those that the code makes clients
of.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.cloud import runtime, wheels
from infra.cloud.runtime import Platform
from infra.cloud.wheels import BuildFailed
from infra.local.places import REPOSITORY

BUILD = REPOSITORY / "build"
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Of what the wheels hold: what nothing that runs in Lambda imports.
UNUSED = (
    "pydantic/v1/",  # for models of pydantic 1
    "pydantic/mypy.py",  # a plug-in of mypy
    "pydantic/__pycache__/mypy.",
    "dateutil/zoneinfo/",  # time zones for machines without any
    # PyLD imports lxml.html at once, for documents in HTML; of lxml that needs the parser alone.
    "lxml/builder.",
    "lxml/html/_difflib.",
    "lxml/html/diff.",
    "lxml/includes/",
    "lxml/isoschematron/",
    "lxml/objectify.",
    "lxml/sax.",
    # Of Pillow: formats that no picture of ours has, colour management, and drawing on a desktop.
    "PIL/_avif.",
    "pillow.libs/libavif-",
    "PIL/_imagingcms.",
    "pillow.libs/liblcms2-",
    "PIL/_imagingtk.",
    "PIL/_imagingmorph.",
    *(
        f"PIL/{place}{module}."
        for module in (
            "ImageCms",
            "ImageGrab",
            "ImageMorph",
            "ImageQt",
            "ImageShow",
            "ImageTk",
            "ImageWin",
            "PdfParser",
        )
        for place in ("", "__pycache__/")
    ),
    "cffi/",  # makes bindings; those that are made need _cffi_backend alone
)
# Pillow's readers and writers of formats: the three that we read, and what those and Pillow itself import besides.
_PILLOW_FORMATS = frozenset({"Bmp", "Gif", "Jpeg", "Png", "Ppm", "Tiff", "WebP"})
_PILLOW_FORMAT = re.compile(r"PIL/(?:__pycache__/)?(\w+)ImagePlugin\.")
# One process compiles one part from a clean start: what marshal writes depends on what was compiled before, and a
# frozenset's order on the seed of hashes. A trace names files as they lie in Lambda.
_COMPILE = """
import compileall, py_compile, sys
sys.exit(not compileall.compile_dir(
    sys.argv[1], maxlevels=30, quiet=1, stripdir=sys.argv[1], prependdir="/var/task",
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH))
"""


@dataclass(frozen=True, slots=True)
class Package:
    """A built package: where it is, its SHA-256 in hex, and what it runs on."""

    path: Path
    digest: str
    platform: Platform

    @property
    def key(self) -> str:
        """Its name in the bucket of artefacts: by content, so that what was deployed once can be deployed again."""
        return f"code/{self.digest}.zip"


def build(
    platform: Platform, *, source: Path = REPOSITORY, output: Path = BUILD, cache: Path = BUILD / "cache"
) -> Package:
    """Make the package of the code in ``source``; wheels and what was made of them are kept in ``cache``.

    Raises: BuildFailed, UnfitMachine.
    """
    runtime.require_same_python()
    output.mkdir(parents=True, exist_ok=True)
    parts = [_wheel_part(wheel, cache, platform) for wheel in wheels.fetch(platform, cache, wheels.pinned())]
    with tempfile.TemporaryDirectory(prefix="hocmo-build-") as folder:
        code = Path(folder) / "code"
        _lay_out_code(source, code)
        _compile(code)
        path = output / f"hocmo-{platform.architecture}.zip"
        _write(path, [*parts, code], services(source))
    size = path.stat().st_size
    if size > runtime.MOST_ZIP_BYTES:
        raise BuildFailed(f"the package has {size:,} bytes; at most {runtime.MOST_ZIP_BYTES:,} start fast enough")
    return Package(path, hashlib.sha256(path.read_bytes()).hexdigest(), platform)


def services(source: Path = REPOSITORY) -> frozenset[str]:
    """The AWS services that the code makes clients of, by botocore's names."""
    return frozenset(
        node.args[0].value
        for path in (source / "chalicelib").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "create_client"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


def _wheel_part(wheel: Path, cache: Path, platform: Platform) -> Path:
    """A wheel's files with their bytecode; kept, since a wheel never changes."""
    part = cache / f"part-{sys.implementation.cache_tag}-{wheel.stem}"
    if not part.exists():
        making = Path(tempfile.mkdtemp(dir=cache, prefix=".part-"))
        try:
            wheels.unpack(wheel, making, platform)
            _compile(making)
            making.replace(part)
        except OSError:  # another build was quicker
            shutil.rmtree(making, ignore_errors=True)
            if not part.exists():
                raise
    return part


def _lay_out_code(source: Path, target: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", "*.pyi")
    shutil.copytree(source / "chalicelib", target / "chalicelib", ignore=ignore)
    shutil.copy(source / "app.py", target / "app.py")


def _compile(folder: Path) -> None:
    settled = {"PYTHONHASHSEED": "0", "PATH": os.environ.get("PATH", "")}
    done = subprocess.run(
        [sys.executable, "-P", "-S", "-c", _COMPILE, str(folder)],
        env=settled,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildFailed(f"code that does not compile: {done.stdout.strip()[-600:]} {done.stderr.strip()[-600:]}")


def _write(path: Path, parts: list[Path], kept_services: frozenset[str]) -> None:
    """Zip what lies in the parts: in one order, at one time, with one set of permissions."""
    found = sorted((name, file) for part in parts for name, file in _files(part) if _is_kept(name, kept_services))
    new = path.with_suffix(f".{os.getpid()}.new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in found:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # the permissions that follow are Unix's, wherever this runs
            entry.external_attr = (0o755 if ".so" in file.suffixes else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes(), compresslevel=9)
    new.replace(path)


def _files(part: Path) -> Iterator[tuple[str, Path]]:
    for file in part.rglob("*"):
        if file.is_file():
            yield file.relative_to(part).as_posix(), file


def _is_kept(name: str, kept_services: frozenset[str]) -> bool:
    """Of botocore's data the files at its root (endpoints, partitions, retries) and the services the code uses; of
    Pillow's formats ours."""
    if name.startswith(UNUSED):
        return False
    format_of = _PILLOW_FORMAT.match(name)
    if format_of:
        return format_of[1] in _PILLOW_FORMATS
    parts = name.split("/")
    if parts[:2] != ["botocore", "data"] or len(parts) == 3:
        return True
    return parts[2] in kept_services and not parts[-1].startswith("examples")


def main() -> None:
    """``make package``."""
    parser = argparse.ArgumentParser(description="Build the package that Lambda runs.")
    parser.add_argument("--platform", choices=("lambda", "host"), default="lambda")
    try:
        package = build(runtime.named(parser.parse_args().platform))
    except (BuildFailed, runtime.UnfitMachine) as failure:
        sys.exit(f"The package could not be built: {failure}")
    print(f"{package.path.relative_to(REPOSITORY)}  {package.path.stat().st_size:,} bytes  sha256 {package.digest}")


if __name__ == "__main__":
    main()

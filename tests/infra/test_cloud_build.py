"""The package: the same bytes from the same code, small, whole, and made for where it runs."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.cloud import build, runtime, wheels
from infra.cloud.build import BUILD, Package
from infra.cloud.runtime import LAMBDA, Platform
from infra.local.places import REPOSITORY

# Runs in a process that sees the package and the standard library, nothing of this machine's.
PROOF = """
import importlib, json, pkgutil, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import app, chalicelib
for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(module.name)
import argon2, botocore.session, python_calamine, segno, xlsxwriter
from joserfc.jwk import ECKey
argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("a word")
ECKey.generate_key("P-256")
import io
from PIL import Image
from chalicelib.printing import pictures, rasters
from chalicelib.printing.paragraphs import Run
drawn = rasters.Raster(8, 8)
drawn.runs(0, 8, (Run("Ẫ"),), 8, "#000000")
logo = pictures.opened(drawn.written(), 8, 8)
for format in ("JPEG", "WEBP"):
    logo.convert("RGB").save(kept := io.BytesIO(), format)
    pictures.opened(kept.getvalue(), 8, 8)
for service in sys.argv[2:]:
    botocore.session.get_session().create_client(service, region_name="ap-southeast-1")
known = {name.split(".")[0] for name, module in sys.modules.items()
         if (getattr(module, "__file__", None) or "").startswith(sys.argv[1])}
print(json.dumps(sorted(known)))
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as it is now, so that what is compared is of one state."""
    return copied(REPOSITORY, tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def packages(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Package]:
    output = tmp_path_factory.mktemp("build")
    platforms = {"lambda": LAMBDA, "host": runtime.host()}
    return {name: build.build(each, source=source, output=output) for name, each in platforms.items()}


def copied(source: Path, target: Path) -> Path:
    shutil.copytree(source / "chalicelib", target / "chalicelib", copy_function=shutil.copyfile)
    shutil.copyfile(source / "app.py", target / "app.py")
    return target


def names(package: Package) -> list[str]:
    with zipfile.ZipFile(package.path) as archive:
        return archive.namelist()


@pytest.mark.parametrize("name", ["lambda", "host"])
def test_the_package_is_small(packages: dict[str, Package], name: str) -> None:
    assert packages[name].path.stat().st_size <= runtime.MOST_ZIP_BYTES


def test_the_app_runs_from_the_package_alone(packages: dict[str, Package], tmp_path: Path) -> None:
    with zipfile.ZipFile(packages["host"].path) as archive:
        archive.extractall(tmp_path)
    proof = [sys.executable, "-I", "-S", "-c", PROOF, str(tmp_path), *sorted(build.services())]
    ran = subprocess.run(proof, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr[-2000:]
    imported = set(json.loads(ran.stdout.splitlines()[-1]))
    assert {"app", "chalice", "botocore", "pydantic", "pynamodb", "cryptography", "python_calamine"} <= imported
    assert not imported & {name.lower() for name in wheels.LEFT_OUT}


def test_what_is_left_out_is_not_in_it(packages: dict[str, Package]) -> None:
    tops = {name.split("/")[0] for name in names(packages["lambda"])}
    assert not tops & {
        "boto3",
        "pip",
        "setuptools",
        "yaml",
        "click",
        "inquirer",
        "wheel",
        "pycparser",
        "infra",
        "tests",
    }
    assert not [name for name in names(packages["lambda"]) if name.startswith(build.UNUSED)]
    assert [name for name in names(packages["lambda"]) if name.startswith("chalice/")] == [
        "chalice/__init__.py",
        "chalice/__pycache__/__init__.cpython-311.pyc",
        "chalice/__pycache__/app.cpython-311.pyc",
        "chalice/app.py",
    ]


def test_of_botocores_data_there_is_what_the_code_uses(packages: dict[str, Package]) -> None:
    data = [name.split("/")[2] for name in names(packages["lambda"]) if name.startswith("botocore/data/")]
    services = {each for each in data if "." not in each}
    assert services == build.services()
    assert services >= {"dynamodb", "s3", "sqs", "sesv2", "lambda"}
    assert {"endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json"} <= set(data)


def test_every_module_has_its_bytecode(packages: dict[str, Package]) -> None:
    """Unchecked: Lambda's folder is read-only, so what is stale there would be compiled at every cold start."""
    with zipfile.ZipFile(packages["lambda"].path) as archive:
        modules = [Path(name) for name in archive.namelist() if name.endswith(".py")]
        for module in modules:
            compiled = module.parent / "__pycache__" / f"{module.stem}.cpython-311.pyc"
            header = archive.read(compiled.as_posix())[:8]
            assert int.from_bytes(header[4:], "little") == 0b01, module
    assert len(modules) > 500


def test_native_code_is_of_the_runtimes_processor(packages: dict[str, Package]) -> None:
    found = {}
    with zipfile.ZipFile(packages["lambda"].path) as archive:
        for name in archive.namelist():
            if name.endswith(".so"):
                found[name] = int.from_bytes(archive.read(name)[18:20], "little")
    assert any("pydantic_core" in name for name in found)
    assert set(found.values()) == {LAMBDA.elf_machine}


def test_the_same_code_makes_the_same_bytes(packages: dict[str, Package], source: Path, tmp_path: Path) -> None:
    """In another folder, from files of other times, everything compiled anew."""
    cache = tmp_path / "cache"
    for wheels_kept in (BUILD / "cache").glob("wheels-arm64-*"):
        shutil.copytree(wheels_kept, cache / wheels_kept.name)
    again = build.build(LAMBDA, source=copied(source, tmp_path / "elsewhere"), output=tmp_path, cache=cache)
    assert again.digest == packages["lambda"].digest
    assert hashlib.sha256(again.path.read_bytes()).hexdigest() == again.digest


def test_a_missing_wheel_ends_the_build_and_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(wheels.BuildFailed, match=r"no wheel for aarch64: cffi==2\.1\.1"):
        wheels.fetch(LAMBDA, tmp_path, ["cffi==2.1.1"])
    assert not list(tmp_path.rglob(".complete"))


def elf(machine: int, text: bytes = b"") -> bytes:
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + text


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.so", b"MZ" + bytes(30), "not made for aarch64"),
        ("a.so", elf(62), "not made for aarch64"),
        ("a.cpython-312-aarch64-linux-gnu.so", elf(183), "another Python than cp311"),
        ("a.abi3.so", elf(183, b"GLIBC_2.17\0GLIBC_2.34\0"), r"needs glibc 2\.34; the runtime has 2\.26"),
    ],
)
def test_native_code_that_does_not_fit_is_refused(name: str, content: bytes, why: str) -> None:
    with pytest.raises(wheels.BuildFailed, match=why):
        wheels.require_fitting(name, content, LAMBDA)


def test_native_code_that_fits_is_taken() -> None:
    wheels.require_fitting("a.cpython-311-aarch64-linux-gnu.so", elf(183, b"GLIBC_2.26\0"), LAMBDA)


def test_another_python_cannot_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runtime, "PYTHON", (3, 99))
    with pytest.raises(runtime.UnfitMachine, match=r"only Python 3\.99 can make"):
        build.build(Platform("x86_64", "x86_64", 62), output=tmp_path)


def test_what_stays_out_is_pinned_somewhere() -> None:
    """A package that is no longer required needs no reason to be left out."""
    required = {line.partition("==")[0] for line in (REPOSITORY / "requirements.txt").read_text().splitlines()}
    assert wheels.LEFT_OUT.keys() <= required

"""What the house promises of its shape, held by reading the code: layers are import-linter's, the rest is here."""

from __future__ import annotations

import ast
import importlib
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import app  # noqa: F401 (building the app declares everything)
from chalicelib.errors import Refusal
from chalicelib.http.endpoint import OPERATIONS, Operation
from chalicelib.http.permissions import ANYONE
from chalicelib.jobs import queue
from tests.public import PUBLIC
from tests.walks import over

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])
ALL = sorted([*CODE, *(path for folder in ("bench", "infra", "tests") for path in (ROOT / folder).rglob("*.py"))])
STORES = [path for path in CODE if path.name == "store.py"]

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 40
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "service2"}
each_operation = over(OPERATIONS, lambda operation: operation.name)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _module(path: Path) -> str:
    return _named(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call of a file with the dotted name of what is called, as far as it is plain."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            yield node, _dotted(node.func)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_every_operation_is_guarded_or_public_for_a_reason() -> None:
    assert {each.name for each in OPERATIONS if each.may is ANYONE} == PUBLIC.keys()


@each_operation
def test_only_what_anyone_may_read_is_public_to_caches(operation: Operation) -> None:
    assert "public" not in (operation.cache or "") or operation.may is ANYONE


def test_an_address_has_one_parameter_at_each_place() -> None:
    """API Gateway takes no two names for the same part of an address, and readers of the document expect none."""
    names: dict[str, set[str]] = defaultdict(set)
    for operation in OPERATIONS:
        parts = operation.path.split("/")
        for place, part in enumerate(parts):
            if part.startswith("{"):
                names["/".join(parts[:place])].add(part)
    assert {before: found for before, found in names.items() if len(found) > 1} == {}


def test_every_job_that_is_enqueued_has_a_handler() -> None:
    enqueued = {
        _constant(path, call.args[0])
        for path in CODE
        for call, name in _calls(path)
        if name.split(".")[-1] in ("enqueue", "enqueuing") and call.args
    }
    assert enqueued
    assert enqueued == queue.HANDLERS.keys()


def _constant(path: Path, node: ast.expr) -> str:
    """The kind of job that an expression names: a literal, or a constant of a module."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    found: object = importlib.import_module(_module(path))
    for part in _dotted(node).split("."):
        found = getattr(found, part)
    return str(found)


def test_every_handler_has_a_test() -> None:
    untested = set()
    for kind, handler in queue.HANDLERS.items():
        feature = handler.__module__.split(".")[1]
        texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / feature).rglob("test_*.py")]
        if not any(re.search(r"\b(drain|run_jobs|run_batch|queue\.run)\(", text) for text in texts):
            untested.add(kind)
    assert untested == set()


@over(ALL, _named)
def test_a_file_is_named_for_what_it_holds(path: Path) -> None:
    assert not {part.removesuffix(".py") for part in path.relative_to(ROOT).parts} & BANNED_NAMES


def test_nothing_is_named_for_helping() -> None:
    named = [
        f"{_named(path)}:{node.name}"
        for path in ALL
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Utils?)$", node.name)
    ]
    assert named == []


def test_files_are_short() -> None:
    lengths = {_named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in ALL}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{_named(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in ALL
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_FUNCTION} == {}


# Which files may import what; a folder ends with a slash.
LIBRARIES = {
    "pynamodb": ("chalicelib/storage/", "/store.py", "tests/storage/"),
    "boto3": ("chalicelib/storage/", "chalicelib/jobs/", "infra/", "bench/", "tests/"),
    "botocore": ("chalicelib/storage/", "chalicelib/jobs/", "infra/", "bench/", "tests/"),
    "chalice": ("app.py", "chalicelib/http/", "chalicelib/jobs/", "infra/", "bench/", "tests/"),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    homes = LIBRARIES[library]
    astray = {
        f"{_named(path)}:{line}"
        for path in ALL
        for name, line in _imports(path)
        if name.split(".")[0] == library
        and not any(_named(path).startswith(home) or _named(path).endswith(home) for home in homes)
    }
    assert astray == set()


def test_no_feature_reads_anothers_store() -> None:
    astray = {
        f"{_named(path)}: {name}"
        for path in CODE
        for name, _ in _imports(path)
        if re.fullmatch(r"chalicelib\.\w+\.store", name) and name.split(".")[1] != path.parent.name
    }
    assert astray == set()


def test_nothing_scans_but_a_recount() -> None:
    scanning = {
        _named(path)
        for path in CODE
        for call, name in _calls(path)
        if name.split(".")[-1] in ("scan", "rate_limited_scan")
        or any(isinstance(each, ast.Constant) and each.value == "Scan" for each in call.args)
    }
    assert scanning <= {"chalicelib/storage/table.py", "chalicelib/reports/store.py"}


def test_only_storage_knows_the_names_of_tables() -> None:
    """``Space`` binds a request to one tenant's tables; a name put together elsewhere would go around it."""
    astray = {
        f"{_named(path)}:{node.lineno}"
        for path in CODE
        if not _named(path).startswith("chalicelib/storage/")
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.Call) and _dotted(node.func).split(".")[-1] in ("Table", "TableConnection"))
        or (
            isinstance(node, ast.Constant)
            and str(node.value).endswith(("-people", "-courses", "-learning", "-statements"))
            and "/" not in str(node.value)  # an address of the API, such as /national-courses
        )
        or (isinstance(node, ast.Constant) and str(node.value).startswith("hocmo-") and "table" in str(node.value))
    }
    assert astray == set()


# Who says on whose behalf code runs, and why it may.
ACTING = {
    "chalicelib/http/gate.py": "a request is one space's, or the platform's",
    "chalicelib/jobs/queue.py": "so is a job",
    "chalicelib/jobs/streams.py": "and a batch of changes",
    "chalicelib/reports/store.py": "a space's figures move the nation's in the same transaction",
    "chalicelib/reports/recount.py": "maintenance of one space, from a command",
    "chalicelib/reports/nation.py": "an operator's report reads titles in the centre's catalogue",
    "chalicelib/tenants/logos.py": "an operator dresses a space",
    "chalicelib/credentials/prints/kept.py": "anyone prints a space's certificate, with its logo and signatures",
    "chalicelib/banks/national.py": "whoever looks for questions finds those that the centre shares in its own banks",
    "chalicelib/banks/spreading.py": "the centre brings a corrected key to those who use its questions",
    "chalicelib/courses/jobs.py": "the centre brings a new version to those who adopted its course",
    "chalicelib/courses/store.py": "offering and adopting write a space's course and the nation's list of it together",
}


def test_few_say_on_whose_behalf_code_runs() -> None:
    assert {
        _named(path) for path in CODE for _, name in _calls(path) if name.split(".")[-1] == "on_behalf_of"
    } == ACTING.keys()


# Whose work may turn to another space than the one that it is for, to which, and why: the centre's and the platform's
# as little as any tenant's, unless it stands here.
CROSSING = {
    "open_tenant": ("tenants", "an operator gives the space that is to be opened its logo"),
    "edit_tenant": ("tenants", "an operator dresses a space anew"),
    "read_national_report": ("centre", "the titles of national courses stand in the centre's catalogue"),
    "list_national_course_reports": ("centre", "so they do for each page of courses"),
    "read_national_course_report": ("centre", "and for one"),
    "print_credential": ("tenants", "anyone prints a credential in its space's dress, and has it kept there"),
    "picture_credential": ("tenants", "and as a picture"),
    "list_national_banks": ("centre", "the banks that it shares stand in its own table"),
    "list_national_items": ("centre", "so do their items"),
    "read_national_item": ("centre", "and their questions"),
    "publish_assessment": ("centre", "what an assessment draws from its banks is copied into the space"),
    "assessment.publish": ("centre", "so a job does where it is much"),
    "bank.key-corrected": ("tenants", "the centre brings a corrected key to those who use its questions"),
    "bank.keys-catch-up": ("centre", "a space that was restored, or not there, takes over corrected keys"),
    "national.spread": ("tenants", "the centre brings a new version to those who adopted its course"),
}


def test_few_turn_to_another_space() -> None:
    declared = {each.name: each.crosses for each in OPERATIONS if each.crosses} | queue.CROSSES
    assert declared == {name: crosses for name, (crosses, _) in CROSSING.items()}


def _refusals() -> list[type[Refusal]]:
    found, waiting = [], [Refusal]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += one.__subclasses__()
    return [each for each in dict.fromkeys(found) if each.__module__.startswith("chalicelib.")]


def test_a_refusals_code_is_its_own() -> None:
    codes: dict[str, set[str]] = defaultdict(set)
    for each in _refusals():
        codes[each.code].add(f"{each.__module__}.{each.__qualname__}")
    assert {code: names for code, names in codes.items() if len(names) > 1} == {}
    assert [code for code in codes if not re.fullmatch("[a-z][a-z0-9_]*", code)] == []


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@over(_refusals(), lambda refusal: str(refusal.__qualname__))
def test_a_refusal_speaks_both_languages(refusal: type[Refusal]) -> None:
    assert refusal.vi.endswith((".", "}"))
    assert refusal.en.endswith((".", "}"))
    assert refusal.vi != refusal.en
    assert _placeholders(refusal.vi) == _placeholders(refusal.en)
    assert 400 <= refusal.status < 600
    inherited = [base for base in refusal.__mro__[1:] if getattr(base, "vi", None) == refusal.vi]
    assert not inherited, "a message of its own tells a person what to do about this very thing"


def test_a_refusal_is_told_all_that_its_message_says() -> None:
    asked = {each.__qualname__: _placeholders(each.vi) for each in _refusals() if _placeholders(each.vi)}
    silent = [
        f"{_named(path)}:{call.lineno}"
        for path in CODE
        for call, name in _calls(path)
        if (needed := asked.get(name.split(".")[-1]))
        and not any(keyword.arg is None for keyword in call.keywords)
        and not needed <= {keyword.arg for keyword in call.keywords}
    ]
    assert silent == []


@cache
def _patterns() -> dict[str, set[str]]:
    """The store functions that docs/access-patterns.md names, by feature.

    `people.store.get` stands in a cell, and further names without a module after it are of the same store.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for row in (ROOT / "docs" / "access-patterns.md").read_text(encoding="utf-8").splitlines():
        for cell in row.split("|"):
            store = ""
            for name in re.findall(r"`([\w.]+)`", cell):
                *module, function = name.split(".")
                store = module[0] if module[1:] == ["store"] else store if not module else ""
                if store:
                    found[store].add(function)
    return found


@pytest.mark.parametrize("path", STORES, ids=_named)
def test_every_question_to_the_database_is_listed(path: Path) -> None:
    public = {
        node.name for node in _tree(path).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    assert _patterns().get(path.parent.name, set()) == public


def test_no_pattern_is_listed_of_a_store_that_is_not_there() -> None:
    assert _patterns().keys() <= {path.parent.name for path in STORES}


def test_nothing_is_left_to_do() -> None:
    kinds = {".py", ".md", ".toml", ".json", ".yaml", ".yml", ""}
    folders = [ROOT / name for name in ("chalicelib", "infra", "tests", "docs", "bench", ".ci", ".chalice")]
    files = [path for folder in folders for path in folder.rglob("*")] + list(ROOT.glob("*"))
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    left = {
        _named(path)
        for path in files
        if path.is_file() and path.suffix in kinds and not _made(path) and marks.search(path.read_text(errors="ignore"))
    }
    assert left == set()


def _made(path: Path) -> bool:
    return path.name in ("package-lock.json",) or "__pycache__" in path.parts


CLOCKS = {"time.time", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now"}


def test_there_is_one_clock() -> None:
    astray = {
        f"{_named(path)}:{call.lineno}"
        for path in CODE
        if _named(path) != "chalicelib/clock.py"
        for call, name in _calls(path)
        if name in CLOCKS
    }
    assert astray == set()

"""Lists of people, read and loaded: rows for each second of our processor, and the memory that it takes.

The list is uploaded as an office does it, and its jobs run in this process as Lambda runs them, again and again until
they are done. What the engines spend is not counted: theirs is another process.
"""

from __future__ import annotations

import io
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from bench import account, results, world
from bench.account import Account
from bench.caller import Caller, Failed
from bench.world import World

SIZES = {"small": (20_000, 2_000), "full": (100_000, 100_000)}  # rows that are read, and that are loaded
GOALS = {"check": 5_000, "workbook": 5_000, "commit": 1_000}  # rows for each second of our processor
MOST_MB = 300
_FAMILIES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
_MIDDLES = "Văn Thị Hữu Đức Minh Ngọc Thanh Quang Thu Xuân Gia Bảo Công Thế Khánh Diệu".split()
_GIVEN = "An Bình Châu Dũng Giang Hà Hùng Khoa Lan Linh Mai Nam Oanh Phúc Quân Sơn Tâm Uyên Vân Yến".split()
_COMMUNES = 200
_HEAD = "Mã CB;Họ và tên;Số CCCD;Ngày sinh;Giới tính;Đơn vị;Đơn vị trực thuộc;Chức vụ;Email;SĐT"


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(*SIZES[scale])
    results.keep("rosters", found)
    results.show(tables(found))


def run(read: int, loaded: int) -> dict[str, Any]:
    """Read a list of so many rows, as text and as a workbook; load one of so many, and upload the same one again."""
    with account.opened(on_disk=False) as here:
        space, before = world.make(here, courses=0), _peak_mb()
        lists = Lists(here, space)
        first = lists.uploaded(a_list(read))
        checked = lists.worked(first, "dry run")
        second = first
        if loaded != read:
            second = lists.uploaded(a_list(loaded))
            lists.until_done(second)
        lists.admin.call("POST", f"{second}/commit", {})
        committed = lists.worked(second, "commit")
        again = lists.worked(lists.uploaded(a_list(loaded)), "the same again")
        strangers = Lists(here, world.make(here, "da-nang", courses=0))  # who knows nobody of the list yet
        workbook = strangers.worked(strangers.uploaded(a_workbook(read), "Cán bộ.xlsx"), "dry run, workbook")
    return {
        "read": read,
        "loaded": loaded,
        "bytes": len(a_list(read)),
        "before_mb": before,
        "check": checked,
        "commit": committed,
        "check_again": again,
        "workbook": workbook,
    }


def a_list(rows: int) -> bytes:
    """So many people of a province's offices, as Excel saves them; the same list at every run."""
    return "\r\n".join(["\ufeff" + _HEAD, *map(";".join, _rows(rows)), ""]).encode()


def a_workbook(rows: int) -> bytes:
    """The same list as a workbook."""
    from xlsxwriter import Workbook

    made = io.BytesIO()
    with Workbook(made, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Danh sách")
        for number, cells in enumerate([_HEAD.split(";"), *_rows(rows)]):
            for place, cell in enumerate(cells):
                sheet.write_string(number, place, cell)
    return made.getvalue()


def _rows(rows: int) -> Iterator[list[str]]:
    draw = random.Random(1)  # noqa: S311 (a list that is the same each time)
    return (_row(number, draw) for number in range(rows))


def _row(number: int, draw: random.Random) -> list[str]:
    woman = draw.random() < 0.5
    year, month, day = draw.randrange(1965, 2000), draw.randrange(1, 13), draw.randrange(1, 28)
    name = f"{draw.choice(_FAMILIES)} {'Thị' if woman else draw.choice(_MIDDLES)} {draw.choice(_GIVEN)}"
    return [
        f"CB{number:07d}",
        name,
        f"046{1 if woman else 0}{year % 100:02d}{number:06d}",
        f"{day:02d}/{month:02d}/{year}",
        "Nữ" if woman else "Nam",
        "UBND thành phố Huế",
        f"UBND Phường số {draw.randrange(_COMMUNES)}",
        draw.choice(["Chuyên viên", "Phó trưởng phòng", "Trưởng phòng", "Văn thư"]),
        f"canbo{number}@hue.example",
        f"09{number:08d}",
    ]


@dataclass(frozen=True)
class Lists:
    """Uploading lists to a space, and the work on them."""

    here: Account
    space: World

    @property
    def admin(self) -> Caller:
        """Whoever manages people, with a fresh token: loading takes longer than one lasts."""
        return world.active_admin(self.space.slug)

    def uploaded(self, content: bytes, name: str = "Cán bộ.csv") -> str:
        """Where a list is that was announced, sent by its form and reported."""
        admin = self.admin
        made = admin.call("POST", self.space.at("/rosters"), {"name": name, "size": len(content)})
        form = made["upload"]
        requests.post(form["url"], data=form["fields"], files={"file": content}, timeout=300).raise_for_status()
        admin.call("POST", self.space.at(f"/rosters/{made['id']}/confirm"), {})
        return self.space.at(f"/rosters/{made['id']}")

    def until_done(self, at: str) -> int:
        """Run jobs until the list is done, or given up; gives how many invocations that took. What is tried again comes
        a little later. Raises: Failed."""
        invocations = 0
        while True:
            while self.here.run_jobs():
                invocations += 1
            found = self.admin.call("GET", at)
            if found["state"] in ("checked", "committed"):
                return invocations
            if found["state"] not in ("checking", "committing"):
                raise Failed(f"the list is {found['state']}: {found['error']}")
            time.sleep(1)

    def worked(self, at: str, called: str) -> dict[str, Any]:
        """Do the work on a list; gives its counts, rates and the most memory that was used so far."""
        account.say(f"  {called}")
        cpu, wall = time.process_time(), time.perf_counter()
        invocations = self.until_done(at)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        found: dict[str, Any] = self.admin.call("GET", at)
        rows = sum(found["counts"][each] for each in ("created", "changed", "unchanged", "conflicts", "refused"))
        return {
            "state": found["state"],
            "counts": found["counts"],
            "invocations": invocations,
            "cpu_s": round(cpu, 2),
            "s": round(wall, 2),
            "rows_per_cpu_s": round(rows / cpu),
            "peak_mb": _peak_mb(),
        }


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One row for each pass over the list."""
    read, loaded = f"{found['read']:,} rows", f"{found['loaded']:,} rows"
    names = {
        "check": f"dry run of {read}",
        "workbook": f"dry run of {read}, a workbook",
        "commit": f"commit of {loaded}",
        "check_again": f"the same {loaded} again: dry run",
    }
    rows = [
        [
            name,
            f"{found[key]['rows_per_cpu_s']:,}",
            f"{GOALS[key]:,}" if key in GOALS else "–",
            found[key]["cpu_s"],
            found[key]["s"],
            found[key]["peak_mb"],
        ]
        for key, name in names.items()
        if key in found  # what was kept by an earlier release has no workbook
    ]
    columns = ["pass", "rows per CPU second", "goal", "CPU s", "s", "peak MB"]
    title = f"Lists of people (a row has ten columns, 100,000 rows {found['bytes'] / found['read'] / 10:.1f} MB)"
    note = f"Memory, the most up to then: at most {MOST_MB} MB; before it {found['before_mb']} MB. Workbooks come last."
    return [results.Table(title, columns, rows, note)]

"""Lists of people, read and loaded: rows for each second of our processor, and the memory that it takes.

The list is uploaded as an office does it, and its jobs run in this process as Lambda runs them, again and again until
they are done. What the engines spend is not counted: theirs is another process.
"""

from __future__ import annotations

import random
import resource
import time
from typing import Any

import requests

from bench import account, results, world
from bench.account import Account
from bench.caller import Caller
from bench.world import World

SIZES = {"small": (20_000, 2_000), "full": (100_000, 100_000)}  # rows that are read, and that are loaded
GOALS = {"check": 5_000, "commit": 1_000}  # rows for each second of our processor
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
    """Read a list of so many rows; load one of so many, and upload the same one again."""
    with account.opened() as here:
        space = world.make(here, courses=0)
        admin, before = world.active_admin(space.slug), _peak_mb()
        first = _uploaded(admin, space, a_list(read))
        checked = _worked(here, first, admin, "check")
        second = _uploaded(admin, space, a_list(loaded)) if loaded != read else first
        while here.run_jobs():
            pass
        admin.call("POST", f"{second}/commit", {})
        committed = _worked(here, second, admin, "commit")
        again = _worked(here, _uploaded(admin, space, a_list(loaded)), admin, "check")
    return {
        "read": read,
        "loaded": loaded,
        "bytes": len(a_list(read)),
        "before_mb": before,
        "check": checked,
        "commit": committed,
        "check_again": again,
    }


def a_list(rows: int) -> bytes:
    """So many people of a province's offices, as Excel saves them; the same list at every run."""
    draw = random.Random(1)  # noqa: S311 (a list that is the same each time)
    return "\r\n".join(["\ufeff" + _HEAD, *(_row(number, draw) for number in range(rows)), ""]).encode()


def _row(number: int, draw: random.Random) -> str:
    woman = draw.random() < 0.5
    year, month, day = draw.randrange(1965, 2000), draw.randrange(1, 13), draw.randrange(1, 28)
    name = f"{draw.choice(_FAMILIES)} {'Thị' if woman else draw.choice(_MIDDLES)} {draw.choice(_GIVEN)}"
    cells = [
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
    return ";".join(cells)


def _uploaded(admin: Caller, space: World, content: bytes) -> str:
    made = admin.call("POST", space.at("/rosters"), {"name": "Cán bộ.csv", "size": len(content)})
    form = made["upload"]
    requests.post(form["url"], data=form["fields"], files={"file": content}, timeout=60).raise_for_status()
    admin.call("POST", space.at(f"/rosters/{made['id']}/confirm"), {})
    return space.at(f"/rosters/{made['id']}")


def _worked(here: Account, at: str, admin: Caller, what: str) -> dict[str, Any]:
    """Run jobs until the list is done; gives its counts, rates and the most memory that was used so far."""
    account.say(f"  {what}")
    cpu, wall = time.process_time(), time.perf_counter()
    invocations = 0
    while here.run_jobs():
        invocations += 1
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    found: dict[str, Any] = admin.call("GET", at)
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
    ]
    columns = ["pass", "rows per CPU second", "goal", "CPU s", "s", "peak MB"]
    title = f"Lists of people (a row has ten columns, 100,000 rows {found['bytes'] / found['read'] / 10:.1f} MB)"
    note = f"Memory: at most {MOST_MB} MB; before it {found['before_mb']} MB, the list of the measure later among them."
    return [results.Table(title, columns, rows, note)]

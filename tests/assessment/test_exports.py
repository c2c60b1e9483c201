"""Results and analyses as files that spreadsheets open."""

from __future__ import annotations

import csv
import io

import moto.s3.models
import pytest
import requests

from chalicelib import clock, ids
from chalicelib.storage import files
from tests.assessment.taking import NOW, Exam, Taker, exam, sweep, wrong
from tests.banks.filling import begin, single
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.identity.people import somebody


def read(text: str) -> list[list[str]]:
    """What a spreadsheet reads."""
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def named(taken: Exam, name: str) -> Taker:
    """Somebody of that name."""
    return taken.taker(somebody(taken.space, f"{ids.new()}@hue.example", ("learner",), name).id)


def exported(aws: Cloud, taken: Exam, **body: str) -> list[list[str]]:
    """The lines of a file that is written."""
    reply = taken.space.tutor.post(taken.at("/exports"), body)
    assert reply.ok(202)["state"] == "queued"
    aws.drain()
    export = taken.space.tutor.get(reply.headers["location"]).ok()
    assert (export["state"], export["assessment"]) == ("done", taken.id)
    return read(requests.get(export["download"]["url"], timeout=5).content.decode())


def test_sittings_with_their_results_become_a_file(aws: Cloud, hue: OpenedSpace) -> None:
    clock.set_source(lambda: float(NOW))
    try:
        taken = exam(hue, attempts_allowed=2)
        well, badly, sits = named(taken, "Lê Văn Đạt"), named(taken, "=HYPERLINK Anh"), named(taken, "Trần Bình")
        well.answer_right(well.start().ok(201))
        badly.save((question := badly.start().ok(201)["questions"][0]), wrong(question)).ok()
        sits.start().ok(201)
        for each in (well, badly):
            each.submit().ok()
        head, *lines = exported(aws, taken)
        assert head[:3] == ["Mã học viên", "Họ và tên", "Lượt"]
        times = ["2026-11-18 18:06", "2026-11-18 18:51", "2026-11-18 18:06"]
        assert sorted(lines) == sorted(
            [
                [well.id, "Lê Văn Đạt", "1", "Đã nộp", *times, "100", "Đạt"],
                [badly.id, "'=HYPERLINK Anh", "1", "Đã nộp", *times, "0", "Chưa đạt"],
            ]
        )
        assert [line[1:4] for line in exported(aws, taken, state="open")[1:]] == [["Trần Bình", "1", "Đang làm"]]
        assert exported(aws, exam(hue))[1:] == []
    finally:
        clock.set_source(None)


def test_whoever_may_not_read_learners_has_no_file_of_them(aws: Cloud, hue: OpenedSpace) -> None:
    taken, other = exam(hue), exam(hue)
    job = hue.tutor.post(taken.at("/exports"), {}).ok(202)["job"]
    hue.learner.post(taken.at("/exports"), {}).refused(403)
    hue.author.get(taken.at(f"/exports/{job}")).refused(403)
    hue.tutor.get(other.at(f"/exports/{job}")).refused(404)


@pytest.mark.parametrize("call", [4, 8, 12, 16])
def test_killed_anywhere_the_file_is_whole(
    aws: Cloud, hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 100)
    monkeypatch.setattr(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", 1)
    taken = exam(hue)
    takers = [taken.taker() for _ in range(12)]
    for each in takers:
        each.start().ok(201)
        each.submit().ok()
    job = hue.tutor.post(taken.at("/exports"), {}).ok(202)["job"]
    with killed_at(call):
        aws.run_jobs()
    later = clock.epoch_s() + 300
    clock.set_source(lambda: float(later))
    try:
        sweep(aws)
        export = hue.tutor.get(taken.at(f"/exports/{job}")).ok()
        assert export["rows"] == 12
        lines = read(requests.get(export["download"]["url"], timeout=5).content.decode())
        assert sorted(line[0] for line in lines[1:]) == sorted(each.id for each in takers)
    finally:
        clock.set_source(None)


def test_an_analysis_becomes_a_file(aws: Cloud, hue: OpenedSpace) -> None:
    bank = begin(hue)
    item = bank.add(single("=Câu hỏi?"))
    taken = exam(hue, bank, parts=[{"kind": "fixed", "items": [{"bank": bank.id, "item": item}]}])
    hue.tutor.get(taken.at("/analysis/items.csv")).refused(404, "not_analysed")
    for number in range(10):
        taker = taken.taker()
        (question,) = taker.start().ok(201)["questions"]
        taker.save(question, [each["id"] for each in question["choices"] if (each["text"] == "Có") == (number < 3)][:1])
        taker.submit().ok()
    hue.author.post(taken.at("/analyses")).ok(202)
    aws.drain()
    reply = hue.tutor.get(taken.at("/analysis/items.csv"))
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Ph%C3%A2n%20t%C3%ADch")
    head, line = read(str(reply.text))
    assert line[:6] == [bank.id, item, "1", "'=Câu hỏi?", "10", "0"]
    assert dict(zip(head, line, strict=True))["Tỉ lệ điểm"] == "0.7"
    assert line[10].count("(đúng): 7") == 1
    hue.learner.get(taken.at("/analysis/items.csv")).refused(403)

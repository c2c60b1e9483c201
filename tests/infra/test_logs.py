"""The logs of one machine reach the function that meters: every line once, through kills, rotation and emptying."""

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.logs import BATCH_BYTES, Logs


class Heard:
    """A handler that reads what it got, and fails as often as told. As the app does, it counts a batch once."""

    def __init__(self) -> None:
        self.batches: dict[tuple[str, str], list[int]] = {}
        self.fails = 0
        self.then: Callable[[], None] = lambda: None

    def __call__(self, event: dict[str, Any]) -> None:

        batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        lines = batch["logEvents"]
        self.batches[lines[0]["id"], lines[-1]["id"]] = [json.loads(line["message"])["n"] for line in lines]
        self.then()
        if self.fails:
            self.fails -= 1
            raise RuntimeError("killed")

    @property
    def numbers(self) -> list[int]:
        return [number for batch in self.batches.values() for number in batch]


class Machine:
    """A folder of logs, and the worker that follows them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard = Heard()
        self.logs = self.worker()

    def worker(self) -> Logs:
        """A worker as it is after a start."""
        return Logs(self.heard, self.folder, self.folder / "metered.json")

    def write(self, *numbers: int, log: str = "gateway", event: str = "request.answered", end: str = "\n") -> None:
        with (self.folder / f"{log}.log").open("a") as file:
            for number in numbers:
                line = {"time": "2026-11-30T05:00:00.000Z", "event": event, "n": number}
                file.write(json.dumps(line) + end)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_lines_of_both_logs_are_handed_over_once(machine: Machine) -> None:
    machine.write(1, 2)
    machine.write(3, log="worker", event="job.ended")
    machine.logs.step()
    machine.write(4)
    machine.logs.step()
    machine.logs.step()
    assert machine.heard.numbers == [1, 2, 3, 4]


def test_what_no_one_meters_is_left_out(machine: Machine) -> None:
    machine.write(1, event="job.retried")
    (machine.folder / "worker.log").write_text("WARNING worker.engine_away\n\n[1]\n{}\n")
    machine.write(2)
    machine.logs.step()
    assert machine.heard.numbers == [2]


def test_half_a_line_waits_for_its_other_half(machine: Machine) -> None:
    machine.write(1, end="")
    machine.logs.step()
    assert machine.heard.numbers == []
    (machine.folder / "gateway.log").open("a").write("\n")
    machine.logs.step()
    assert machine.heard.numbers == [1]


def test_a_worker_killed_while_it_hands_over_hands_over_the_same_batch_again(machine: Machine) -> None:
    machine.write(1, 2)
    machine.heard.fails = 1
    with pytest.raises(RuntimeError):
        machine.logs.step()
    machine.write(3)  # it was written while nobody followed
    machine.logs = machine.worker()
    machine.logs.step()
    assert list(machine.heard.batches.values()) == [[1, 2], [3]]


def test_a_log_that_was_moved_aside_is_read_to_its_end(machine: Machine) -> None:
    machine.write(1)
    machine.logs.step()
    machine.write(2)
    (machine.folder / "gateway.log").replace(machine.folder / "gateway.old.log")
    machine.write(3)
    machine.logs = machine.worker()
    machine.logs.step()
    assert machine.heard.numbers == [1, 2, 3]


def test_a_log_that_was_emptied_is_read_from_its_new_beginning(machine: Machine) -> None:
    for _ in range(3):
        machine.write(1, 2)
        machine.logs.step()
        (machine.folder / "gateway.log").write_bytes(b"")
        machine.write(1)  # the very bytes that stood there before
        machine.logs.step()
    assert machine.heard.numbers == [1, 2, 1] * 3


def test_much_is_handed_over_in_pieces(machine: Machine) -> None:
    machine.write(*range(20_000))
    assert machine.logs.step() == 20_000
    assert machine.heard.numbers == list(range(20_000))
    assert len(machine.heard.batches) == -(-(machine.folder / "gateway.log").stat().st_size // BATCH_BYTES)

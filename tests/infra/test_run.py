"""`make run` as a person meets it: it starts, refuses clearly, mends what ends, and stops without a trace."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from infra.local import places, ports, processes, resources, run, supervisor
from infra.local.supervisor import Child, Supervisor

_http = urllib3.PoolManager(retries=False, timeout=5)


def environment(home: Path, port: int | str) -> dict[str, str]:
    return os.environ | {"HOCMO_HOME": str(home), "PORT": str(port)}


def refused(module: str, home: Path, port: int | str = 8000) -> str:
    """Run a module that must refuse; its one line."""
    command = [sys.executable, "-m", module]
    done = subprocess.run(command, env=environment(home, port), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


@contextmanager
def running(home: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`make run` without the demo, once it says that it runs; with the file that it writes to."""
    home.mkdir(exist_ok=True)
    (home / "demo-loaded").touch()
    told = home.parent / "told"
    with told.open("w") as out:
        command = [sys.executable, "-m", "infra.local.run"]
        process = subprocess.Popen(command, env=environment(home, port), stdout=out, stderr=out, text=True)
    try:
        until(lambda: "Hocmo runs." in told.read_text() or process.poll() is not None)
        assert process.poll() is None, told.read_text()
        yield process, told
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(20)


def until(is_so: Callable[[], bool], patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.05)


def child(home: Path, name: str) -> int:
    pid: int = json.loads((home / "children.json").read_text())[name]["pid"]
    return pid


def test_data_survives_and_nothing_is_left_behind(tmp_path: Path) -> None:
    home, port = tmp_path / "home", ports.any_free()
    with running(home, port) as (process, told):
        at = json.loads((home / "lock").read_text())
        database = resources.client("dynamodb", f"http://127.0.0.1:{at['database_port']}")
        item = {"pk": {"S": "test"}, "sk": {"S": "test"}}
        database.put_item(TableName="hocmo-local-platform", Item=item)
        pids = [child(home, name) for name in ("dynoxide", "ministack", "gateway", "worker")]
        assert f"it already runs at http://localhost:{port}" in refused("infra.local.run", home, port)
        assert "it already runs at" in refused("infra.local.reset", home)
        os.kill(pids[0], signal.SIGKILL)
        until(lambda: "The database (dynoxide) is back." in told.read_text())
        assert database.get_item(TableName="hocmo-local-platform", Key=item)["Item"] == item
        assert _http.request("GET", f"http://localhost:{port}/v1/health").status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert [pid for pid in pids if processes.identity(pid)] == []
    assert ports.is_free(port)
    done = subprocess.run([sys.executable, "-m", "infra.local.reset"], env=environment(home, port), check=False)
    assert done.returncode == 0
    assert not home.exists()


def test_what_a_killed_run_left_does_not_hinder_the_next(tmp_path: Path) -> None:
    home, port = tmp_path / "home", ports.any_free()
    with running(home, port) as (process, _):
        process.kill()
        process.wait()
        with running(home, port):
            assert _http.request("GET", f"http://localhost:{port}/v1/health").status == 200


def test_a_taken_port_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = refused("infra.local.run", tmp_path, port)
    assert f"port {port} is taken" in told
    assert "PORT=" in told


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8000.5"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert f"PORT={port} is no port" in refused("infra.local.run", tmp_path, port)


def test_two_at_once_do_not_share_a_folder(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "it already runs" in refused("infra.local.run", tmp_path)


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ROOM_TO_START", 10**18)
    with pytest.raises(run.CannotStart, match=r"only \d+ MB are free .* HOCMO_HOME"):
        run.require_room(tmp_path)


def test_a_disk_that_fills_up_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(places, "HOME", tmp_path)
    monkeypatch.setattr(run, "ROOM_TO_GO_ON", 10**18)
    monkeypatch.setattr(run, "BEAT_S", 0)
    beats = iter([False, False, False, True])
    run.keep(Supervisor(), lambda: next(beats))
    assert capsys.readouterr().out.count("all but full") == 1


def test_what_keeps_ending_is_started_again_later_and_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(places, "LOGS", tmp_path)
    monkeypatch.setattr(places, "CHILDREN", tmp_path / "children.json")
    now = [1000.0]
    watch = Supervisor(clock=lambda: now[0])
    failing = Child("failing", "The failing one", ["sh", "-c", "echo No space left on device; exit 7"], {})
    watch.start(failing)
    for _ in range(3):
        until(lambda: failing.is_dead)
        watch.tend()
        now[0] = failing.restart_at or now[0]
        watch.tend()
    told = capsys.readouterr().out
    assert "The failing one ended with status 7: No space left on device" in told
    assert [line.split("again ")[1] for line in told.splitlines() if "again" in line] == [
        "now; its data is kept.",
        "in 2 s; its data is kept.",
        "in 4 s; its data is kept.",
    ]


def test_a_long_log_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LOGS", tmp_path)
    monkeypatch.setattr(places, "CHILDREN", tmp_path / "children.json")
    monkeypatch.setattr(supervisor, "LOG_AT_MOST", 10)
    watch = Supervisor()
    command = ["sh", "-c", "echo a long line indeed; sleep 60"]
    talker = Child("talker", "The talker", command, {"PATH": os.environ["PATH"]})
    watch.start(talker)
    until(lambda: talker.log.stat().st_size > 10)
    watch.tend()
    assert talker.log.stat().st_size == 0
    watch.stop()

"""The engines keep what they were given through a kill -9, and listen to this machine alone."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from infra.local import engine, ports, processes, resources, settings

KEY = {"pk": {"S": "a"}}


@contextmanager
def running_dynoxide(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    binary = engine.find_dynoxide()
    if binary is None:
        pytest.skip("dynoxide has no binary for this platform")
    port = ports.any_free()
    log = folder / "log"
    database = folder / "hocmo.db"
    command = engine.dynoxide_command(binary, port, database)
    process = processes.start(command, settings.clean_environment(), log)
    try:
        engine.wait_for_dynoxide(process, port, log, database)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        processes.stop(process)


def dynamodb(url: str) -> Any:
    return resources.client("dynamodb", url)


@contextmanager
def running_ministack(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / "log"
    process = processes.start(engine.ministack_command(), engine.ministack_environment(port, folder), log)
    try:
        engine.wait_for_ministack(process, port, log)
        yield process
    finally:
        processes.stop(process)


def test_items_survive_a_kill_of_dynoxide(tmp_path: Path) -> None:
    with running_dynoxide(tmp_path) as (process, url):
        dynamodb(url).create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb(url).put_item(TableName="table", Item=KEY | {"n": {"N": "1"}})
        process.kill()
        process.wait()
    with running_dynoxide(tmp_path) as (_, url):
        assert dynamodb(url).get_item(TableName="table", Key=KEY)["Item"]["n"] == {"N": "1"}


def test_the_end_of_a_stream_is_found_without_reading_the_stream(tmp_path: Path) -> None:
    """By the very question that dynoxide puts to its file before each write."""
    with running_dynoxide(tmp_path), closing(sqlite3.connect(tmp_path / "hocmo.db")) as file:
        asked = (
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?1"
        )
        (plan,) = file.execute(f"EXPLAIN QUERY PLAN {asked}", ("any",)).fetchall()
    assert "USING INDEX hocmo_stream_ends" in plan[-1]


def test_objects_survive_a_kill_of_ministack_and_the_rest_is_made_anew(tmp_path: Path) -> None:
    at = settings.Addresses(8000, 0, ports.any_free())
    with running_ministack(tmp_path, at.aws_port) as process:
        resources.create_storage(at)
        resources.client("s3", at.aws_url).put_object(Bucket=settings.BUCKET, Key="hue/a", Body=b"xin chao")
        process.kill()
        process.wait()
    with running_ministack(tmp_path, at.aws_port):
        resources.create_storage(at)
        kept = resources.client("s3", at.aws_url).get_object(Bucket=settings.BUCKET, Key="hue/a")
        assert kept["Body"].read() == b"xin chao"
        sqs = resources.client("sqs", at.aws_url)
        for name, told in ((settings.JOBS_QUEUE, "JOBS"), (settings.PROVISIONING_QUEUE, "PROVISIONING")):
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            assert url == settings.app_environment(at)[f"HOCMO_{told}_QUEUE_URL"]
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
            assert f"{name}-dead" in found["RedrivePolicy"]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the kernel's list of sockets is Linux's")
def test_nothing_listens_beyond_loopback(tmp_path: Path) -> None:
    with running_ministack(tmp_path, ports.any_free()) as ministack, running_dynoxide(tmp_path) as (dynoxide, _):
        assert engine.listens_elsewhere(ministack.pid) == []
        assert engine.listens_elsewhere(dynoxide.pid) == []


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the kernel's list of sockets is Linux's")
def test_a_socket_on_all_addresses_is_noticed() -> None:
    import socket

    with socket.create_server(("0.0.0.0", 0)):
        assert engine.listens_elsewhere(os.getpid()) != []


def test_what_ended_at_once_says_why(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = processes.start(["sh", "-c", "echo no room; exit 3"], {}, log)
    with pytest.raises(engine.EngineFailed, match="status 3: no room"):
        engine.wait_for_dynoxide(process, ports.any_free(), log, tmp_path / "hocmo.db")


def test_children_left_by_a_killed_run_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.places.CHILDREN", tmp_path / "children.json")
    left = processes.start(["sleep", "60"], {"PATH": os.environ["PATH"]}, tmp_path / "log")
    processes.record({"worker": left.pid})
    assert processes.end_recorded() == ["worker"]
    assert left.wait(5) == -signal.SIGTERM


def test_a_strangers_process_with_a_recorded_number_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.local.places.CHILDREN", tmp_path / "children.json")
    stranger = processes.start(["sleep", "60"], {"PATH": os.environ["PATH"]}, tmp_path / "log")
    (tmp_path / "children.json").write_text(f'{{"worker": {{"pid": {stranger.pid}, "is": "1 another"}}}}')
    try:
        assert processes.end_recorded() == []
        assert stranger.poll() is None
    finally:
        processes.stop(stranger)


@pytest.mark.skipif(not Path("/proc").exists(), reason="only Linux tells a child that its parent was killed")
def test_children_end_with_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, time\n"
        "from infra.local import processes\n"
        f"child = processes.start(['sleep', '60'], dict(os.environ), pathlib.Path({str(tmp_path / 'log')!r}))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    import sys

    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert processes.all_gone([child], patience_s=5)

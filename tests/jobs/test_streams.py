"""Changes of a learning table reach every reaction, in order; a batch that fails comes whole again."""

from __future__ import annotations

from typing import Any

import pytest

import app
from chalicelib.errors import Unavailable
from chalicelib.jobs import streams
from chalicelib.storage.changes import Batch
from chalicelib.storage.spaces import Space
from tests.emulated import Cloud, Context
from tests.factories import OpenedSpace, open_space

DONE: dict[str, Any] = {"state": {}, "batchItemFailures": []}


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _batch(aws: Cloud, hue: OpenedSpace) -> dict[str, Any]:
    """Three writes to one item, as the stream tells them."""
    table = hue.space.table("learning")
    table.put({"pk": "thing#1", "sk": "thing", "n": 1})
    table.update("thing#1", "thing", "SET n = :n", {":n": 2})
    table.delete("thing#1", "thing")
    (batch,) = aws.changes_of(table.name)
    return batch


def test_every_reaction_gets_every_change_in_order(
    aws: Cloud, hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, str, list[Any]]] = []

    def reaction(name: str) -> streams.Reaction:
        def react(space: Space, batch: Batch) -> None:
            heard.append((name, space.slug, [(each.old or {}).get("n") for each in batch.changes]))

        return react

    monkeypatch.setattr(streams, "REACTIONS", [reaction("first"), reaction("second")])
    assert app.apply_changes(_batch(aws, hue), Context()) == DONE
    assert heard == [("first", hue.slug, [None, 1, 2]), ("second", hue.slug, [None, 1, 2])]


def test_a_batch_that_fails_comes_again(aws: Cloud, hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(space: Space, batch: Batch) -> None:
        raise Unavailable

    monkeypatch.setattr(streams, "REACTIONS", [lambda space, batch: None, away])
    with pytest.raises(streams.BatchFailed) as failed:
        app.apply_changes(_batch(aws, hue), Context())
    assert failed.value.__suppress_context__


def test_a_window_that_closes_empty_is_nothing(aws: Cloud, hue: OpenedSpace) -> None:
    """Lambda's last call of a tumbling window; an answer without a state would count as a failure."""
    event = {
        "Records": [],
        "window": {"start": "2026-11-24T07:00:00Z", "end": "2026-11-24T07:00:05Z"},
        "state": {},
        "shardId": "shardId-1",
        "eventSourceARN": f"arn:aws:dynamodb:ap-southeast-1:0:table/{hue.space.table_name('learning')}/stream/x",
        "isFinalInvokeForWindow": True,
        "isWindowTerminatedEarly": False,
    }
    assert app.apply_changes(event, Context()) == DONE


def test_an_engine_without_windows_has_one_shard(aws: Cloud, hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(streams, "REACTIONS", [lambda space, batch: heard.append(batch.shard)])
    event = _batch(aws, hue)
    shard = event.pop("shardId")
    assert app.apply_changes(event, Context()) == DONE
    assert heard == [shard]


@pytest.mark.parametrize("status", ["suspended", "opening"])
def test_a_space_that_nobody_may_enter_is_counted_all_the_same(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch, status: Any
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(streams, "REACTIONS", [lambda space, batch: heard.append(space.slug)])
    space = open_space(status=status)
    app.apply_changes(_batch(aws, space), Context())
    assert heard == [space.slug]


def test_what_a_closed_space_left_behind_is_let_go(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(streams, "REACTIONS", [lambda space, batch: heard.append(space.slug)])
    closed = open_space(status="closed")
    assert app.apply_changes(_batch(aws, closed), Context()) == DONE
    assert heard == []

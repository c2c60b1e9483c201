"""What an admin sees of results sent back to an app, and has sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import clock, ids
from chalicelib.apps import outbox, registry, signing, webhooks
from chalicelib.apps.outbox import Message
from chalicelib.apps.registry import App
from chalicelib.apps.webhook_models import (
    Delivery,
    DeliveryAnswer,
    DeliveryQuery,
    Resent,
    WebhookSecret,
    WebhookTest,
)
from chalicelib.errors import Conflict, NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.learning.models import instant
from chalicelib.storage.spaces import Space

_AT_ONCE = 50


class DeliveryWaits(Conflict):
    """What waits is tried again by itself."""

    code = "delivery_waits"
    vi = "Kết quả này đang chờ gửi và sẽ tự được gửi lại."
    en = "This delivery waits and is tried again by itself."


class NoWebhook(Conflict):
    """The app has no address to send to."""

    code = "no_webhook"
    vi = "Ứng dụng này chưa khai địa chỉ webhook. Hãy khai địa chỉ trong phần cài đặt ứng dụng."
    en = "This app has no webhook. Give its address in the app's registration."


def renew_secret(space: Space, app_id: str) -> WebhookSecret:
    """A secret for an app, the first or another: 3 calls, and 1 to KMS. Raises: NotFound, SecretChanged."""
    made = signing.renew(space, registry.now(space, app_id).id)
    return WebhookSecret(secret=made.text, old_until=made.old_until)


def page(space: Space, app_id: str, query: DeliveryQuery) -> Page[Delivery]:
    """A page of an app's deliveries in one state, newest first: 1 call when its registration is warm.

    Raises: NotFound, BadCursor.
    """
    registry.find(space, app_id)
    after = None
    if query.cursor:
        place, message_id = paging.decode(query.cursor, str, str)
        after = outbox.place(app_id, query.state, place, message_id)
    rows = outbox.page(space, app_id, query.state, after, query.limit)
    last = rows.after
    return Page[Delivery](
        items=[shown(Message.of(item)) for item in rows.items],
        next=paging.encode(last["ls"], last["pk"].partition("#")[2]) if last else None,
    )


def resend(space: Space, app_id: str, delivery_id: str) -> Delivery:
    """Send one again under its id, for three days more: 5 calls. Raises: NotFound, NoWebhook, DeliveryWaits."""
    _require_webhook(registry.find(space, app_id))
    message = _find(space, app_id, delivery_id)
    if message.state == "waiting" or not outbox.resend(space, message, clock.epoch_s()):
        raise DeliveryWaits
    webhooks.wake(space, app_id)
    return shown(_find(space, app_id, delivery_id))


def resend_parked(space: Space, app_id: str) -> Resent:
    """Send again what is parked, fifty at a time: 4 calls, and 1 for each. Raises: NotFound, NoWebhook."""
    _require_webhook(registry.find(space, app_id))
    rows = outbox.page(space, app_id, "parked", None, _AT_ONCE)
    now = clock.epoch_s()
    resent = sum(outbox.resend(space, Message.of(item), now) for item in rows.items)
    if resent:
        webhooks.wake(space, app_id)
    return Resent(resent=resent, more=rows.after is not None)


def test(space: Space, app_id: str) -> WebhookTest:
    """Send a message that tells of nobody, at once: 2 calls, KMS, and one POST. Raises: NotFound, NoWebhook."""
    app = registry.now(space, app_id)
    _require_webhook(app)
    now = clock.epoch_s()
    message = Message(ids.new(), app.id, "", "webhook.tested", {"space": space.slug}, now, "waiting", now, now)
    made = signing.secrets_of(space, app.id, outbox.courier(space, app.id))
    answer = webhooks.send(app, made, message, "")
    return WebhookTest(ok=answer.error is None, answer=_answer(answer.facts()))


def shown(message: Message) -> Delivery:
    """A message as an admin sees it."""
    return Delivery(
        id=message.id,
        kind=message.kind,
        person=message.person_id,
        course=message.data["course"]["id"] if "course" in message.data else None,
        happened_at=instant(message.at),
        state=message.state,
        tries=message.tries,
        next_try_at=instant(message.due) if message.state == "waiting" else None,
        last_answer=_answer(message.answer) if message.answer else None,
    )


def _answer(facts: Mapping[str, Any]) -> DeliveryAnswer:
    return DeliveryAnswer(
        at=instant(facts["at"]),
        status=facts.get("status"),
        error=facts.get("error"),
        took_ms=facts.get("took_ms"),
        text=facts.get("text", ""),
    )


def _find(space: Space, app_id: str, message_id: str) -> Message:
    message = outbox.messages(space, [message_id]).get(message_id)
    if message is None or message.app_id != app_id:
        raise NotFound
    return message


def _require_webhook(app: App) -> None:
    if not app.terms.get("webhook"):
        raise NoWebhook

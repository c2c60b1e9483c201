"""What the web sees of results sent back to apps."""

from __future__ import annotations

from chalicelib.apps import deliveries
from chalicelib.apps.deliveries import DeliveryWaits, NoWebhook
from chalicelib.apps.signing import SecretChanged
from chalicelib.apps.webhook_models import Delivery, DeliveryQuery, Resent, WebhookSecret, WebhookTest
from chalicelib.http import paging
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Id, Page
from chalicelib.http.permissions import MANAGE_SPACE
from chalicelib.storage.spaces import Space

webhooks = Feature("apps")


@webhooks.post("/spaces/{space}/apps/{app}/webhook-secrets", may=MANAGE_SPACE, status=201, raises=[SecretChanged])
def renew_webhook_secret(space: Space, app: Id) -> WebhookSecret:
    """Make the secret that signs what is sent: the first, without which nothing is sent, or another. For a day the one
    before it signs as well. This answer alone shows it."""
    return deliveries.renew_secret(space, app)


@webhooks.post("/spaces/{space}/apps/{app}/webhook-tests", may=MANAGE_SPACE, raises=[NoWebhook])
def test_webhook(space: Space, app: Id) -> WebhookTest:
    """Send the app a signed message that tells of nobody, and see what it answers."""
    return deliveries.test(space, app)


@webhooks.get(
    "/spaces/{space}/apps/{app}/deliveries",
    may=MANAGE_SPACE,
    budget=Budget(calls=1, rcu=15),
    raises=[paging.BadCursor],
)
def list_deliveries(space: Space, app: Id, query: DeliveryQuery) -> Page[Delivery]:
    """Results for the app in one state, newest first: those that wait, were taken, or were given up."""
    return deliveries.page(space, app, query)


@webhooks.post(
    "/spaces/{space}/apps/{app}/deliveries/{delivery}/resend",
    may=MANAGE_SPACE,
    status=202,
    raises=[DeliveryWaits, NoWebhook],
)
def resend_delivery(space: Space, app: Id, delivery: Id) -> Delivery:
    """Send one again, under the same id, for three days more."""
    return deliveries.resend(space, app, delivery)


@webhooks.post("/spaces/{space}/apps/{app}/deliveries/resend", may=MANAGE_SPACE, status=202, raises=[NoWebhook])
def resend_parked_deliveries(space: Space, app: Id) -> Resent:
    """Send again what is parked, fifty at a time; ask again while there is more."""
    return deliveries.resend_parked(space, app)

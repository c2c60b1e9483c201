"""The way out for mail: SES, version 2 of its API. What to say, and to whom, is a feature's business."""

from __future__ import annotations

from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address
from functools import lru_cache
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from chalicelib import config
from chalicelib.errors import InvalidInput, Unavailable
from chalicelib.storage import client

_making = Lock()
# What SES says of this one message or address; all else (quota, pause, outage) passes with time.
_FINAL = frozenset({"MessageRejected", "BadRequestException", "InvalidParameterValue"})


class MailRefused(InvalidInput):
    """SES does not take this message, however often it is sent."""

    code = "mail_refused"
    vi = "Không gửi được thư: địa chỉ nhận bị hệ thống thư từ chối."
    en = "The mail could not be sent: the mail service refuses it."


class MailDelayed(Unavailable):
    """SES has said that it does not take this message now: nothing was sent."""

    code = "mail_delayed"
    vi = "Hệ thống thư đang bận nên thư chưa được gửi. Hãy thử lại sau ít phút."
    en = "The mail service is busy, and the mail was not sent. Try again in a few minutes."


@dataclass(frozen=True, slots=True)
class Message:
    """A mail to one person. ``sender`` is the name shown beside the deployment's own address, ``headers`` are further
    ones."""

    sender: str
    to: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()


def send(message: Message) -> None:
    """Hand a message to SES. Raises: MailRefused, MailDelayed, Unavailable (it is not known whether it was sent)."""
    with _making:
        ses = _ses()
    meter = client.METER.get()
    if meter:
        meter.mails += 1
    try:
        ses.send_email(
            FromEmailAddress=_from(message.sender),
            Destination={"ToAddresses": [message.to]},
            Content={
                "Simple": {
                    "Subject": _utf8(message.subject),
                    "Body": {"Text": _utf8(message.text), "Html": _utf8(message.html)},
                    **_headers(message),
                }
            },
        )
    except ClientError as error:
        if error.response["Error"].get("Code") in _FINAL:
            raise MailRefused from error
        raise MailDelayed from error
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable from error


def _from(name: str) -> str:
    """``Name <address>`` as a header has it: SES takes ASCII only, other letters as RFC 2047 encodes them, in words of
    at most 75 characters."""
    address = config.current().mail_from
    if name.isascii():
        user, _, domain = address.rpartition("@")
        return str(Address(name, user, domain))
    return f"{Header(name, 'utf-8').encode(linesep='')} <{address}>"


def _headers(message: Message) -> dict[str, Any]:
    if not message.headers:
        return {}
    return {"Headers": [{"Name": name, "Value": value} for name, value in message.headers]}


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


@lru_cache(maxsize=1)
def _ses() -> Any:
    return client.session().create_client(
        "sesv2", endpoint_url=config.current().aws_url, config=client.client_settings()
    )


def reset() -> None:
    """Forget the client: for tests."""
    _ses.cache_clear()

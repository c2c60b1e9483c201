"""The mail that the emulated SES was asked to send."""

from __future__ import annotations

import re
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from tests.emulated import REGION, Cloud


def deliver(aws: Cloud) -> None:
    """Run the jobs that wait, mail among them."""
    while aws.run_jobs():
        pass


def delivered(aws: Cloud) -> dict[str, str]:
    """Run the jobs that wait; what they sent, by mail address and phone number, the last to each."""
    mails, texts_before = len(_mails()), len(_texts())
    deliver(aws)
    sent = {each.destinations["ToAddresses"][0]: str(each.body) for each in _mails()[mails:]}
    return sent | dict(_texts()[texts_before:])


def _mails() -> list[Any]:
    return list(ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages)


def _texts() -> list[tuple[str, str]]:
    return list(sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages.values())


def to(address: str) -> list[Any]:
    """Messages sent to this address, oldest first."""
    return [each for each in _mails() if each.destinations["ToAddresses"] == [address]]


def link(message: Any) -> str:
    """The address that a message asks to open."""
    found = re.search(r'href="([^"]+)"', message.body)
    assert found, message.body
    return found[1]


def token(message: Any) -> str:
    """The token in that address."""
    return link(message).rpartition("/")[2]


def texts(number: str) -> list[str]:
    """Short messages sent to this number, oldest first."""
    return [text for to, text in _texts() if to == number]

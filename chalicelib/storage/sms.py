"""The way out for short messages: SNS, straight to one mobile phone. What to say, and to whom, is a feature's
business."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from chalicelib import config
from chalicelib.errors import InvalidInput, Unavailable
from chalicelib.storage import client

# Letters of the GSM alphabet (3GPP TS 23.038) that are paid as one message; a longer one is cut into parts that each
# say which they are (3GPP TS 23.040, 9.2.3.24.1).
PART_LENGTH, PART_OF_SEVERAL = 160, 153
_making = Lock()
# What SNS says of this one number; all else (quota, spending limit, outage) passes with time.
_FINAL = frozenset({"InvalidParameter", "InvalidParameterValue", "OptedOut"})


class SmsRefused(InvalidInput):
    """SNS does not take this message, however often it is sent."""

    code = "sms_refused"
    vi = "Không gửi được tin nhắn: số điện thoại bị hệ thống tin nhắn từ chối."
    en = "The short message could not be sent: the messaging service refuses the number."


def send(to: str, text: str) -> None:
    """Hand a message to SNS for a number in E.164. Letters of the GSM alphabet alone keep it at one part.

    Raises: SmsRefused, Unavailable (nothing was sent, or it is not known: send it again).
    """
    with _making:
        sns = _sns()
    meter = client.METER.get()
    if meter:
        meter.sms += parts(text)
    try:
        sns.publish(PhoneNumber=to, Message=text, MessageAttributes=_attributes())
    except ClientError as error:
        if error.response["Error"].get("Code") in _FINAL:
            raise SmsRefused from error
        raise Unavailable from error
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable from error


def parts(text: str) -> int:
    """How many messages are paid for, of letters of the GSM alphabet."""
    return 1 if len(text) <= PART_LENGTH else -(-len(text) // PART_OF_SEVERAL)


def _attributes() -> dict[str, Any]:
    """Sent before advertisements, and under the name that the deployment has registered, if it has."""
    told = {"AWS.SNS.SMS.SMSType": "Transactional"}
    if config.current().sms_sender:
        told["AWS.SNS.SMS.SenderID"] = config.current().sms_sender
    return {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}


@lru_cache(maxsize=1)
def _sns() -> Any:
    return client.session().create_client("sns", endpoint_url=config.current().aws_url, config=client.client_settings())


def reset() -> None:
    """Forget the client: for tests."""
    _sns.cache_clear()

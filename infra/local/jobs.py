"""Polls a queue of jobs and hands its messages to the app, as Lambda's SQS trigger does."""

import logging
from collections.abc import Callable
from typing import Any

from infra.local.settings import ACCOUNT, REGION

BATCH = 10
WAIT_S = 1  # as long as a stop may have to wait
RETRY_AT_MOST_S = 60

_log = logging.getLogger("hocmo.worker")

Handler = Callable[[dict[str, Any]], dict[str, Any]]


class Jobs:
    """One poller of the queue at `url`; as many as there are threads may poll one queue."""

    def __init__(self, sqs: Any, url: str, handler: Handler) -> None:
        self._sqs = sqs
        self._url = url
        self._handler = handler

    def step(self, wait_s: int = WAIT_S) -> int:
        """Wait for messages, hand them over, and delete those that were done. Returns how many there were.

        Raises: botocore's errors when the queue cannot be reached.
        """
        messages: list[dict[str, Any]] = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=BATCH, WaitTimeSeconds=wait_s, AttributeNames=["All"]
        ).get("Messages", [])
        if messages:
            failed = self._failed(messages)
            for message in messages:
                if message["MessageId"] in failed:
                    self._put_off(message)
                else:
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    def _failed(self, messages: list[dict[str, Any]]) -> set[str]:
        """The messages that must come again (Lambda's partial batch response); all of them when the handler fails."""
        everything = {message["MessageId"] for message in messages}
        try:
            answer = self._handler({"Records": [self._record(message) for message in messages]})
        except Exception:
            _log.exception("jobs.failed")
            return everything
        failures = (answer or {}).get("batchItemFailures") or []
        failed = {each["itemIdentifier"] for each in failures}
        return failed if failed <= everything else everything

    def _put_off(self, message: dict[str, Any]) -> None:
        """Later each time; after five tries the queue itself moves the message to the dead ones."""
        tries = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
        self._sqs.change_message_visibility(
            QueueUrl=self._url,
            ReceiptHandle=message["ReceiptHandle"],
            VisibilityTimeout=min(2**tries, RETRY_AT_MOST_S),
        )

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message as Lambda writes it: the same facts, other capitals."""
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self._url.rpartition('/')[2]}",
            "awsRegion": REGION,
        }

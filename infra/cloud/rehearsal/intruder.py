"""Somebody who got hold of keys, and goes through the list of attempts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.storage import entitlements, names
from chalicelib.storage.credentials import Keys
from chalicelib.storage.entitlements import Account
from chalicelib.storage.names import INDEXED_KINDS, PLATFORM, TABLE_KINDS
from infra.cloud.rehearsal import attempts
from infra.cloud.rehearsal.attempts import OnTable


@dataclass(frozen=True)
class Intruder:
    """Somebody with these keys in the deployment ``account`` at ``url``."""

    url: str
    account: Account
    keys: Keys

    def client(self, service: str) -> Any:
        """A plain client that tries once."""
        more: dict[str, Any] = {}
        if service == "s3":
            more = {"s3": {"addressing_style": "path"}, "signature_version": "s3v4"}
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=self.account.region,
            aws_access_key_id=self.keys.access_key,
            aws_secret_access_key=self.keys.secret_key,
            aws_session_token=self.keys.token,
            config=Config(retries={"total_max_attempts": 1}, **more),
        )

    def assuming(self, role: str, slug: str) -> Intruder:
        """The same person with a role's keys, under the session policy of that space."""
        policy = json.dumps(entitlements.session_policy(self.account, slug), separators=(",", ":"))
        got = self.client("sts").assume_role(RoleArn=role, RoleSessionName="intruder", Policy=policy)["Credentials"]
        keys = Keys(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])
        return Intruder(self.url, self.account, keys)

    def on_items(self, slug: str) -> dict[str, str]:
        """What came of reading and writing items of each of a space's tables, and querying its indexes."""
        dynamodb = self.client("dynamodb")
        found: dict[str, str] = {}
        for kind in TABLE_KINDS:
            table = names.table(slug, kind)
            found |= _named(table, attempts.outcomes(attempts.ITEMS, dynamodb, table))
            if kind in INDEXED_KINDS:
                found[f"index {table}"] = attempts.outcome(attempts.index, dynamodb, table, kind)
        return found

    def on_tables(self, slug: str) -> dict[str, str]:
        """What came of ruling over a space's tables."""
        tables = [names.table(slug, kind) for kind in TABLE_KINDS]
        return {name: each for table in tables for name, each in self.on_table(table, attempts.CONTROL).items()}

    def on_table(self, table: str, ways: Mapping[str, OnTable]) -> dict[str, str]:
        """What came of these attempts at one table."""
        return _named(table, attempts.outcomes(ways, self.client("dynamodb"), table))

    def on_platform(self) -> dict[str, str]:
        """What came of ruling over the platform's table, and of reading all of it."""
        ways = {**attempts.CONTROL, "scan": attempts.ITEMS["scan"]}
        return self.on_table(names.table(PLATFORM, "people"), ways)

    def on_files(self, first: str) -> dict[str, str]:
        """What came of reading, writing and changing files below a prefix, by call, signed address and form."""
        s3, bucket = self.client("s3"), self.account.bucket
        ways = {**attempts.READING, **attempts.WRITING, **attempts.CHANGING}
        found = attempts.outcomes(ways, s3, bucket, first)
        found["address"] = attempts.read_address(s3, bucket, f"{first}/x")
        found["form"] = attempts.send_form(s3, bucket, f"{first}/form")
        return _named(f"{first}/", found)

    def on_bucket(self, first: str) -> dict[str, str]:
        """What came of ruling over the bucket."""
        ways = attempts.RULING
        return _named(f"{first}/", attempts.outcomes(ways, self.client("s3"), self.account.bucket, first))

    def stealing(self, source: str, own: str) -> dict[str, str]:
        """What came of taking another's file into one's own, and of deleting it in a batch."""
        s3, bucket = self.client("s3"), self.account.bucket
        found = {
            "copy from": attempts.outcome(attempts.copy, s3, bucket, f"{source}/x", f"{own}/stolen"),
            "delete many": attempts.delete_many(s3, bucket, f"{source}/x"),
        }
        return _named(f"{source}/", found)

    def copying_another_version(self, own: str) -> str:
        """What came of copying one's own file as another than it is: the upload was replaced since it was judged."""
        s3, wrong = self.client("s3"), '"00000000000000000000000000000000"'
        copied = (s3, self.account.bucket, f"{own}/x", f"{own}/y")
        return attempts.outcome(attempts.copy, *copied, CopySourceIfMatch=wrong)


def _named(of: str, found: dict[str, str]) -> dict[str, str]:
    return {f"{way} {of}": each for way, each in found.items()}

"""A cold start does without the SDK's client, and whoever needs that afterwards has the real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
import app
for name in ("botocore.client", "botocore.session", "botocore.config", "pynamodb.connection._botocore_private"):
    assert name not in sys.modules, name
assert "pynamodb.models" in sys.modules
from chalicelib.storage import client
made = client.dynamodb()
import botocore.client
import pynamodb.connection._botocore_private
assert isinstance(made, botocore.client.BaseClient)
assert issubclass(botocore.client.ClientError, client.ClientError)
"""


def test_the_client_is_imported_by_whoever_makes_one() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr

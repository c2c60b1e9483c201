"""What signs runs without those parts of lxml that the package leaves out."""

from __future__ import annotations

import subprocess
import sys

from infra.cloud import build

_SIGNS = """
import sys
sys.modules.update(dict.fromkeys({left_out!r}))
from chalicelib.credentials import canonical
print(canonical.canonical({{"@context": [canonical.CREDENTIALS], "id": "urn:x", "type": "VerifiableCredential"}}))
"""


def test_signing_needs_no_more_of_lxml_than_the_package_has() -> None:
    parts = [each.strip("./").replace("/", ".") for each in build.UNUSED if each.startswith("lxml/")]
    assert parts
    done = subprocess.run(
        [sys.executable, "-c", _SIGNS.format(left_out=parts)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<urn:x> ")

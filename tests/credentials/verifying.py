"""The verifiers of npm and the official schemas, over what the API serves to anyone."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from chalicelib import clock
from tests.api import Api

_HERE = Path(__file__).parent
_SCRIPT = _HERE / "verifier.mjs"


def served(api: Api, address: str, media: str) -> Any:
    """A public document, by the address that others name it by."""
    reply = api.get(address.partition("localhost:8000")[2])
    assert reply.status == 200, reply.text
    assert reply.headers["content-type"].startswith(media)
    assert reply.headers["access-control-allow-origin"] == "*", "verifiers stand on other hosts"
    return reply.json


def public(api: Api, credential: Any) -> dict[str, Any]:
    """What a verifier fetches for a credential: the issuer's DID document and the status list."""
    did = credential["issuer"] if isinstance(credential["issuer"], str) else credential["issuer"]["id"]
    slug = did.rpartition(":")[2]
    found = {did: served(api, f"http://localhost:8000/v1/spaces/{slug}/did.json", "application/did+json")}
    if "credentialStatus" in credential:
        address = credential["credentialStatus"]["statusListCredential"]
        found[address] = served(api, address, "application/vc")
    return found


def verify(api: Api, **asked: Any) -> Any:
    """What npm's verifiers say: of a ``credential``, a ``list``, a ``token``."""
    documents: dict[str, Any] = {}
    for each in (asked.get("credential"), asked.get("list"), asked.pop("of", None)):
        if each:
            documents |= public(api, each)
    return run({"documents": documents, **asked})


def run(asked: dict[str, Any]) -> Any:
    """Ask the script."""
    node = shutil.which("node")
    assert node, "Node is needed: make setup says which"
    sent = json.dumps({"now": clock.timestamp(), **asked})
    done = subprocess.run([node, str(_SCRIPT)], input=sent, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def breaches(document: Any, schema: str) -> list[str]:
    """Where a document breaks one of 1EdTech's schemas: ``achievementcredential`` or ``profile``."""
    found = jsonschema.Draft201909Validator(_schema(schema)).iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


@lru_cache
def _schema(name: str) -> Any:
    return json.loads((_HERE / "schema" / f"ob_v3p0_{name}_schema.json").read_text(encoding="utf-8"))

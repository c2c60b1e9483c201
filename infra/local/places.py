"""Where `make run` keeps everything: one folder, so that forgetting is removing it."""

import json
import os
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("HOCMO_HOME") or REPOSITORY / ".local").absolute()

DATABASE = HOME / "dynamodb" / "hocmo.db"
AWS = HOME / "aws"
MAIL = HOME / "mail"
LOGS = HOME / "logs"
LOCK = HOME / "lock"
PORTS = HOME / "ports.json"
CHILDREN = HOME / "children.json"
POSITIONS = HOME / "worker" / "positions.json"
METERED = HOME / "worker" / "metered.json"
DEMO_LOADED = HOME / "demo-loaded"
WEB = REPOSITORY / "web" / "dist"


def read_json(path: Path) -> dict[str, Any]:
    """What `write_json` left at `path`; empty when nothing readable is there (all kept so can be found anew)."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace `path` in one step: whoever reads it, after a kill too, sees the old content or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1, sort_keys=True))
    new.replace(path)

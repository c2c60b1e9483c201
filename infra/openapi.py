"""`make openapi`: the OpenAPI document as a file, so that a change of the API is seen in review.

It stands here rather than in `chalicelib/http`, which knows no feature: to have all operations, the app must be built.
"""

import json
from pathlib import Path

from chalicelib.http import openapi

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def written() -> str:
    """The document of the whole app, as the file is to have it."""
    import app  # noqa: F401 (building the app declares every operation)

    return json.dumps(openapi.document(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write the file anew."""
    DOCUMENT.write_text(written(), encoding="utf-8")
    print(DOCUMENT.relative_to(DOCUMENT.parents[1]))


if __name__ == "__main__":
    main()

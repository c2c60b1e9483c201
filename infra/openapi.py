"""`make openapi`: the OpenAPI document as a file, so that a change of the API is seen in review; and the index of its
addresses, which is what the app mounts (`chalicelib/http/mounting.py`).

It stands here rather than in `chalicelib/http`, which knows no feature: to have all operations, the app must be built.
"""

import json
from pathlib import Path

from chalicelib.http import mounting, openapi

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def written() -> str:
    """The document of the whole app, as the file is to have it."""
    import app  # noqa: F401 (it names all features)

    return json.dumps(openapi.document(), ensure_ascii=False, indent=1) + "\n"


def indexed() -> str:
    """The index of the whole app, as its file is to have it: an operation a line."""
    import app  # noqa: F401 (it names all features)

    mounting.everything()
    lines = ",\n".join(json.dumps(each) for each in mounting.index())
    return f"[\n{lines}\n]\n"


def main() -> None:
    """Write the files anew."""
    for path, text in ((DOCUMENT, written()), (mounting.INDEX, indexed())):
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(DOCUMENT.parents[1]))


if __name__ == "__main__":
    main()

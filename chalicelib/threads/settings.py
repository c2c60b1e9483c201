"""What a space decides of its questions: by when they are answered, how people are named, how much one may write."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from chalicelib.http.caching import Remembered
from chalicelib.storage.spaces import Space
from chalicelib.threads import store

Naming = Literal["full", "first", "initials"]
_FRESH_S = 60


@dataclass(frozen=True, slots=True)
class Settings:
    """``answer_within`` in working hours."""

    answer_within: int = 24
    names: Naming = "full"
    questions_an_hour: int = 10
    replies_an_hour: int = 30


_settings: Remembered[str, Settings] = Remembered(1_000, fresh_s=_FRESH_S)


def of(space: Space) -> Settings:
    """A space's decisions: 0 calls when warm, at most a minute old."""
    return _settings.get(space.slug, lambda: _read(space))


def keep(space: Space, settings: Settings) -> Settings:
    """Decide otherwise: 1 call."""
    store.keep_settings(space, asdict(settings))
    _settings.forget(space.slug)
    return settings


def _read(space: Space) -> Settings:
    kept = store.settings(space)
    return Settings(**{name: kept[name] for name in Settings.__dataclass_fields__ if name in kept})


def shown_name(naming: Naming, name: str) -> str:
    """A name as others see it: whole, the given name (the last word), or the letters that its words begin with."""
    words = name.split()
    if naming == "full" or not words:
        return name
    return words[-1] if naming == "first" else "".join(f"{word[0].upper()}." for word in words)

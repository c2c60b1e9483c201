"""What of a short message is paid for."""

from __future__ import annotations

import pytest

from chalicelib.storage import sms


@pytest.mark.parametrize(("letters", "parts"), [(0, 1), (160, 1), (161, 2), (306, 2), (307, 3), (320, 3)])
def test_a_message_that_does_not_fit_is_cut_into_smaller_parts(letters: int, parts: int) -> None:
    assert sms.parts("a" * letters) == parts

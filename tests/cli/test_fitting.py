"""How wide the columns of a table are at a terminal."""

import pytest

from dqx.client.fitting import widths

TIME = "2026-11-26 02:05"
LONG = "a sentence that says why it failed"


@pytest.mark.parametrize(
    ("columns", "width", "expected"),
    [
        ([["id", "7"], ["name", "Every night"]], 80, [2, 11]),  # all whole
        ([["name", "Every night"], ["due", TIME]], 24, [6, 16]),  # between words; a time stays whole
        ([["id", "7"], ["why", LONG]], 30, [2, 26]),
        ([["why", LONG], ["more", LONG]], 42, [20, 20]),
        ([["why", LONG], ["more", "so it is"], ["x", "y"]], 33, [20, 8, 1]),  # what is left goes to the one that needs it
        ([["name", "x" * 50]], 40, [40]),  # no word of it fits
        ([["due", TIME], ["again", TIME]], 30, None),
        ([["none"]], 10, [4]),
    ],
)  # fmt: skip
def test_columns_fit(columns, width, expected):
    assert widths(columns, width) == expected

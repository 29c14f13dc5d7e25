from datetime import date

import pytest

from turnero.transparency.charts import bars
from turnero.transparency.measures import following, hidden, month_of, quantile


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        ([], 0.5, None),
        ([7], 0.9, 7),
        ([1, 2, 3, 4], 0.5, 2),
        ([4, 3, 2, 1], 0.9, 4),
        (list(range(1, 11)), 0.9, 9),
        ([1.4, 1.6], 0.5, 1),
    ],
)
def test_a_quantile_is_a_value_that_was_measured(values, part, expected):
    assert quantile(values, part) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], []),
        ([0, 9], [False, False]),
        ([4, 3, 9], [True, True, False]),
        ([4, 90, 9], [True, False, True]),  # the total would tell the only hidden one
        ([4, 0], [True, False]),
        ([5, 6], [False, False]),
    ],
)
def test_small_cells_are_hidden_and_cannot_be_worked_out(counts, expected):
    assert hidden(counts) == expected


@pytest.mark.parametrize(
    ("month", "after"), [(date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 12, 1), date(2027, 1, 1))]
)
def test_months_follow_one_another(month, after):
    assert following(month) == after
    assert month_of(month.replace(day=31 if month.month in (1, 12) else 28)) == month


def test_bars_stand_on_their_base_and_the_largest_is_marked():
    drawn = bars([("ene", 10), ("feb", 40), ("mar", 0)], every=2)
    assert [bar.hot for bar in drawn.bars] == [False, True, False]
    assert [bar.label for bar in drawn.bars] == ["ene", "", "mar"]
    assert all(bar.y + bar.height == drawn.base for bar in drawn.bars)
    assert [value for _, value in drawn.levels] == [10, 20, 30, 40]


def test_nothing_is_no_chart():
    assert bars([]).bars == ()

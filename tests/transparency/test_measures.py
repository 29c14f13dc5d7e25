from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.transparency.charts import bars
from turnero.transparency.measures import following, hidden, hidden_within, month_of, quantile


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        ([], 0.5, None),
        ([7], 0.9, 7),
        ([1, 2, 3, 4], 0.5, 2),
        ([4, 3, 2, 1], 0.9, 4),
        (list(range(1, 11)), 0.9, 9),
        ([1.4, 1.6], 0.5, 1),
        ([None, 3, None, 1, 0], 0.5, 3),
        ([None, 3, None, 1], 0.9, None),
        ([None], 0.5, None),
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
    ("groups", "sums", "parts"),
    [
        ([], [], []),
        ([[9, 8], [7]], [False, False], [[False, False], [False]]),
        ([[9, 4], [7]], [False, False], [[True, True], [False]]),  # the sum would tell the four
        ([[2, 3, 9], [7]], [False, False], [[True, True, False], [False]]),
        ([[4], [90], [9, 30]], [True, False, True], [[True], [False], [True, False]]),  # the total would tell the four
        ([[4], [2], [90]], [True, True, False], [[True], [True], [False]]),
        ([[0, 0], [9]], [False, False], [[False, False], [False]]),
    ],
)
def test_sums_and_their_parts_tell_nothing_of_each_other(groups, sums, parts):
    assert hidden_within(groups) == (sums, parts)


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=4), min_size=1, max_size=5))
def test_no_small_count_can_be_worked_out_by_taking_away(groups):
    """Wherever a published sum covers something that is not shown, it covers five people or more."""
    sums, parts = hidden_within(groups)
    for group, unseen, sum_is_hidden in zip(groups, parts, sums, strict=True):
        assert all(hidden for count, hidden in zip(group, unseen, strict=True) if 0 < count < 5)
        if not sum_is_hidden and any(unseen):
            rest = sum(count for count, hidden in zip(group, unseen, strict=True) if hidden)
            assert rest >= 5 or sum(unseen) > 1
        if sum_is_hidden and sum(group):
            assert any(unseen)
    if sum(sums) == 1:
        assert all(
            count == 0 for count, hidden in zip([sum(group) for group in groups], sums, strict=True) if not hidden
        )


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


def test_no_values_give_no_chart():
    assert bars([]).bars == ()

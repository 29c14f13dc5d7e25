import pytest

from turnero.transparency.charts import HEIGHT, WIDTH, line_chart, shares


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], []),
        ([0, 0], [0, 0]),
        ([1, 1, 1], [34, 33, 33]),
        ([1, 0], [100, 0]),
        ([199, 1], [100, 0]),
        ([2, 1], [67, 33]),
    ],
)
def test_shares_add_up_to_a_hundred(counts, expected):
    assert shares(counts) == expected


def test_a_line_begins_a_new_part_after_a_gap():
    drawn = line_chart([0, 4, None, 2])
    assert drawn.most == 4
    assert [len(part.split()) for part in drawn.parts] == [2, 1]
    assert drawn.parts[0] == f"2.0,{HEIGHT - 2:.1f} {2 + (WIDTH - 4) / 3:.1f},2.0"


@pytest.mark.parametrize("values", [[], [None, None]])
def test_no_measurements_give_no_line(values):
    assert line_chart(values).parts == ()

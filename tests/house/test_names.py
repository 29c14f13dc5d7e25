"""Public functions are found by their name alone: a search for it gives one definition."""

from tests.support.tools import names


def test_nine_of_ten_public_functions_have_a_name_of_their_own():
    found = names.by_name()
    repeated = {name: modules for name, modules in found.items() if len(modules) > 1}
    assert names.share_unique(found) >= 0.9, repeated


def test_no_name_is_given_three_times():
    assert {name for name, modules in names.by_name().items() if len(modules) > 2} == set()


def test_control_a_repeated_name_lowers_the_share():
    assert names.share_unique({"one": ["a.py"], "two": ["b.py", "c.py"]}) == 1 / 3

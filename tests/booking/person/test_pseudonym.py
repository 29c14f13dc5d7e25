from turnero.booking.person.pseudonym import pseudonym_of

ANA, LUIS = "1700000001", "0900000001"


def test_one_person_has_one_pseudonym_that_no_one_can_read():
    assert pseudonym_of("key", ANA) == pseudonym_of("key", ANA)
    assert pseudonym_of("key", ANA).startswith("p:")
    assert ANA not in pseudonym_of("key", ANA)


def test_other_people_and_other_keys_give_others():
    assert len({pseudonym_of("key", ANA), pseudonym_of("key", LUIS), pseudonym_of("other", ANA)}) == 3

"""Reading catalogue files and reporting errors. No database."""

from datetime import date
from pathlib import Path

import pytest

from tests.support.rows.catalogues import LOADED, QUITO, in_agency, problems_of, read
from turnero.agencies.catalogue import reading
from turnero.agencies.catalogue.schema import ALWAYS
from turnero.agencies.catalogue.source import NoCatalogue
from turnero.core.messages import text_of
from turnero.core.problems import FileInvalid


def test_all_errors_of_all_files_are_reported_at_once(tmp_path):
    (tmp_path / "b.yaml").write_text("lines:\n- {slug: A, name: 7}\n")
    (tmp_path / "a.yaml").write_text(in_agency("demo: 1", 'hours: [{days: [mon], open: 8, close: "7"}]', "desks: 3"))
    (tmp_path / "c.yaml").write_text("lines: {\n")
    with pytest.raises(FileInvalid) as caught:
        reading.read_catalogue(tmp_path, LOADED)
    places = [(Path(problem.file).name, problem.line) for problem in caught.value.problems]
    assert places == [("a.yaml", 2)] * 4 + [("b.yaml", 2)] * 2 + [("c.yaml", 2)]


def test_the_person_reads_file_line_and_fault(tmp_path):
    with pytest.raises(FileInvalid) as caught:
        read(tmp_path, "lines:\n- {slug: a}\n")
    assert text_of(caught.value).endswith(f"\n{tmp_path}/catalogue.yaml:2: falta la clave «name»")


def test_a_thing_that_is_wrong_is_not_called_unknown_by_those_who_name_it(tmp_path):
    text = 'provinces:\n- {code: "01", name: Azuay, capital: Cuenca, zone: Azuay}\n' + in_agency("demo: true").replace(
        "17", "01"
    )
    (found,) = problems_of(tmp_path, text)
    assert "no existe la zona horaria" in found[1]


def test_a_file_not_in_utf_8_is_reported_with_its_line(tmp_path):
    file = tmp_path / "catalogue.yaml"
    file.write_bytes("lines:\n- {slug: a, name: Línea}\n".encode("latin-1"))
    with pytest.raises(FileInvalid) as caught:
        reading.read_catalogue(file)
    (found,) = caught.value.problems
    assert found.line == 2
    assert "UTF-8" in found.text


def test_a_folder_is_read_with_its_folders_but_without_what_is_hidden(tmp_path):
    (tmp_path / "lines.yaml").write_text("lines: [{slug: a, name: A}]")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "lines.yml").write_text("\ufefflines: [{slug: b, name: B}]")
    (tmp_path / ".hidden.yaml").write_text("{{{")
    (tmp_path / "empty.yaml").write_text("# nothing yet\n")
    (tmp_path / "citizens.csv").write_text("cedula\n")
    assert [line.slug for line in reading.read_catalogue(tmp_path).lines] == ["a", "b"]


def test_a_folder_without_yaml_raises_no_catalogue(tmp_path):
    with pytest.raises(NoCatalogue):
        reading.read_catalogue(tmp_path)


def test_a_policy_may_span_files_but_repeat_no_key(tmp_path):
    (tmp_path / "a.yaml").write_text("policy: {hold_minutes: 5}")
    (tmp_path / "b.yaml").write_text("policy: {lead_minutes: 30}")
    assert reading.read_catalogue(tmp_path).policy == {"hold_minutes": 5, "lead_minutes": 30}
    (tmp_path / "c.yaml").write_text("\npolicy: {lead_minutes: 60}")
    with pytest.raises(FileInvalid, match="file_invalid") as caught:
        reading.read_catalogue(tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{tmp_path}/c.yaml:2: «lead_minutes» ya está en la política de otro archivo"
    ]


def test_a_file_without_policy_has_none(tmp_path):
    assert read(tmp_path, "lines: []").policy is None


def test_the_contracts_example_is_understood(tmp_path):
    said = read(
        tmp_path,
        """
        policy:
          release: {between: ["07:00", "10:00"]}
          release_delay_minutes: [5, 60]
          caps: {day: 2, week: 4, month: 10}
        agencies:
          - {slug: demo-quito-centro, name: Quito, kind: mall_point, province: "17", canton: Quito, address: "",
             demo: true, policy: {horizon_days: 5},
             hours: [{days: [mon, fri], open: "08:00", close: "24:00", from: 2026-01-01, to: null}],
             desks: [{line: cartera, windows: 3, slot_minutes: 20, from: 2026-01-01}],
             days:  [{date: 2026-12-24, line: cartera, windows: 1}]}
        holidays: [{date: "2026-12-06", name: Fundación de Quito, canton: Quito, province: "17", confirmed: true}]
        decrees: [{date: 2026-01-02, name: Puente, scope: national, recoverable: false, basis: Decreto 249}]
        """,
    )
    assert said.policy == {
        "release": {"between": ["07:00", "10:00"]},
        "release_delay_minutes": [5, 60],
        "caps": {"day": 2, "week": 4, "month": 10},
    }
    (agency,) = said.agencies
    assert (agency.kind, agency.demo, agency.policy) == ("mall_point", True, {"horizon_days": 5})
    (hours,) = agency.hours
    assert (hours.weekdays, hours.opens, hours.closes) == ((0, 4), 480, 1440)
    assert (hours.valid_from, hours.valid_to) == (date(2026, 1, 1), None)
    assert (agency.desks[0].windows, agency.days[0].windows) == (3, 1)
    assert said.holidays[0].day == date(2026, 12, 6)
    assert said.holidays[0].confirmed
    assert not said.decrees[0].recoverable


def test_an_agency_without_hours_opens_monday_to_friday_eight_to_five_and_one_with_none_never(tmp_path):
    text = f"agencies:\n- {{{QUITO}}}\n- {{{QUITO.replace('slug: quito', 'slug: otra')}, hours: []}}\n"
    usual, closed = read(tmp_path, text).agencies
    assert [(hours.weekdays, hours.opens, hours.closes) for hours in usual.hours] == [((0, 1, 2, 3, 4), 480, 1020)]
    assert closed.hours == ()


def test_windows_without_a_first_day_are_there_since_ever(tmp_path):
    (agency,) = read(tmp_path, in_agency("desks: [{line: cartera, windows: 1, slot_minutes: 20}]")).agencies
    assert agency.desks[0].valid_from == ALWAYS


@pytest.mark.parametrize(
    "second",
    [
        'days: [tue], open: "08:00", close: "13:00"',  # another day
        'days: [mon], open: "13:00", close: "17:00"',  # right after
        'days: [mon], open: "12:00", close: "17:00", from: 2026-03-01',  # once the first has ended
    ],
)
def test_hours_that_only_touch_do_not_cross(tmp_path, second):
    first = 'days: [mon], open: "08:00", close: "13:00", to: 2026-02-28'
    (agency,) = read(tmp_path, in_agency(f"hours: [{{{first}}}, {{{second}}}]")).agencies
    assert len(agency.hours) == 2


def test_hours_cross_on_the_one_day_that_two_validities_share(tmp_path):
    first = 'days: [mon], open: "08:00", close: "13:00", to: 2026-03-01'
    second = 'days: [mon], open: "12:00", close: "17:00", from: 2026-03-01'
    (found,) = problems_of(tmp_path, in_agency(f"hours: [{{{first}}}, {{{second}}}]"))
    assert "se cruza" in found[1]


def test_an_anchor_says_the_same_hours_again(tmp_path):
    text = (
        f'agencies:\n- {{{QUITO}, hours: &mall [{{days: [sun], open: "10:00", close: "14:00"}}]}}\n'
        f"- {{{QUITO.replace('slug: quito', 'slug: otra')}, hours: *mall}}\n"
    )
    first, second = read(tmp_path, text).agencies
    assert first.hours == second.hours

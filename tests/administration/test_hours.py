"""Editing hours and windows: replaced periods, and time lost by odd lengths."""

from datetime import date, timedelta

import pytest

from tests.support.rows.build import create_agency, create_desk, create_hours, set_policy, today
from turnero.administration.agencies import effects
from turnero.administration.agencies.forms import parse_week
from turnero.core.formatting import hours_of_week
from turnero.core.interval import Interval

# It is Monday the 9th of November of 2026; the week's form begins on the 10th.
FROM, UNTIL = "2026-12-14", "2026-12-31"
LUNCH = [[Interval(480, 720), Interval(780, 1020)] if day < 5 else [] for day in range(7)]


@pytest.fixture
def saturdays(admin, there):
    """From 14 to 31 December Saturday is open too."""
    admin.save(f"{there}/horario", **{"abre-5-0": "09:00", "cierra-5-0": "13:00", "desde": FROM, "hasta": UNTIL})


def values(page):
    """What the form of the week holds."""
    return {field["name"]: field.get("value") for field in page.all("input", class_="input") if field.get("value")}


def test_a_period_that_a_week_for_good_would_end_is_named(admin, there, saturdays):
    monday = {f"{word}-{day}-0": "" for word in ("abre", "cierra") for day in range(1, 5)}
    assert admin.send(f"{there}/horario", desde="2026-11-30", **monday) == 200
    assert admin.told()[1:3] == [
        "Reemplaza este horario: lunes a viernes, de 08:00 a 17:00.",
        (
            "También reemplaza el horario del lunes 14 de diciembre de 2026 al jueves 31 de diciembre de 2026: "
            "lunes a viernes, de 08:00 a 17:00; sábado, de 09:00 a 13:00."
        ),
    ]


def test_a_week_until_the_day_before_leaves_the_period(admin, there, saturdays):
    admin.send(f"{there}/horario", **{"desde": "2026-11-30", "hasta": "2026-12-13", "abre-0-0": "09:00"})
    assert not [sentence for sentence in admin.told() if sentence.startswith("También")]


def test_a_period_without_end_or_of_one_day_is_named_too(admin, there):
    closed = {f"{word}-{day}-0": "" for word in ("abre", "cierra") for day in range(5)}
    admin.save(f"{there}/horario", desde=FROM, hasta=FROM, **closed)
    admin.save(f"{there}/horario", **{"desde": "2027-02-01", "abre-0-0": "10:00"})
    admin.send(f"{there}/horario", **{"desde": "2026-11-30", "cierra-4-0": "13:00"})
    assert [sentence for sentence in admin.told() if sentence.startswith("También")] == [
        "También reemplaza el horario del lunes 14 de diciembre de 2026: cerrada toda la semana.",
        (
            "También reemplaza el horario desde el lunes 1 de febrero de 2027: "
            "lunes, de 10:00 a 17:00; martes a viernes, de 08:00 a 17:00."
        ),
    ]


def test_each_period_leads_to_its_own_week_and_days(admin, there, saturdays):
    page = admin.get(there)
    links = [link["href"] for link in page.all("a") if "desde=" in link["href"]]
    assert links == [f"{there}/horario?desde={FROM}", f"{there}/horario?desde=2027-01-01"]
    held = values(admin.get(links[0]))
    assert (held["desde"], held["hasta"], held["abre-5-0"]) == (FROM, UNTIL, "09:00")
    assert "hasta" not in values(admin.get(links[1]))
    usual = values(admin.get(f"{there}/horario"))
    assert usual["desde"] == "2026-11-10"
    assert not usual.keys() & {"hasta", "abre-5-0"}
    assert f"{there}/horario?desde={FROM}" in admin.page.links.values()  # a week that begins later is told there


@pytest.mark.parametrize("asked", ["ayer", "2026-11-08", "1900-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_asked_for_shows_tomorrows_week(admin, there, asked):
    assert values(admin.get(f"{there}/horario?desde={asked}"))["desde"] == "2026-11-10"


def test_a_third_interval_that_was_sent_is_not_lost(admin, desk, there):
    create_hours(desk.agency, (((0,), 1080, 1140), ((0,), 1200, 1260)), valid_from=date.fromisoformat(FROM))
    admin.get(f"{there}/horario?desde={FROM}")
    assert admin.client.submit(admin.form(), **{"abre-0-0": "tarde"}).status_code == 422
    assert values(admin.page)["abre-0-2"] == "20:00"


def test_the_hours_of_a_day_are_in_order():
    typed = {"abre-0-0": "13:00", "cierra-0-0": "17:00", "abre-0-1": "08:00", "cierra-0-1": "12:00"}
    week, _ = parse_week(typed | {"desde": "2026-12-14"}, date(2026, 11, 9))
    assert hours_of_week(week) == ["lunes, de 08:00 a 12:00 y de 13:00 a 17:00"]


@pytest.mark.parametrize(
    ("steps", "sentences"),
    [
        ({5, 6, 10, 12, 15, 20, 30, 60}, []),
        (
            {25},
            [
                "Con turnos de 25 minutos, el primero del día empieza a las 08:20.",
                "Con turnos de 25 minutos, cuando abre a las 13:00 el primero empieza a las 13:20.",
            ],
        ),
        ({40}, ["Con turnos de 40 minutos, cuando abre a las 13:00 el primero empieza a las 13:20."]),
        ({240}, ["Con turnos de 240 minutos, de 13:00 a 17:00 no cabe ninguno."]),
    ],
)
def test_the_time_that_turns_lose(steps, sentences):
    week = tuple(tuple(hours) for hours in LUNCH)
    assert effects.lost_time([week], steps) == sentences


def test_lost_time_is_reported_for_windows_and_hours(admin, there):
    odd = "Con turnos de 25 minutos, el primero del día empieza a las 08:20."
    page = admin.get(f"{there}/ventanillas")
    assert "(5, 6, 10, 12, 15, 20, 30 y 60) no pierden tiempo" in page.text
    assert odd in admin.save(f"{there}/ventanillas", ventanillas="2", minutos="25")
    admin.send(f"{there}/horario", **{"cierra-4-0": "13:00"})
    assert odd in admin.told()
    opens = {f"abre-{day}-0": "07:30" for day in range(5)}
    admin.send(f"{there}/horario", **opens)
    assert not [sentence for sentence in admin.told() if sentence.startswith("Con turnos")]
    admin.send(f"{there}/ventanillas", ventanillas="0", minutos="25")
    assert odd not in admin.told()


def test_windows_are_counted_over_the_days_that_can_be_booked_before_and_after(admin, desk):
    set_policy(horizon_days=10)
    create_agency(slug="otra", name="Otra")
    (told, _) = admin.save("/admin/agencias/otra/ventanillas", linea=desk.line.slug, ventanillas="2")
    days = "entre el martes 10 de noviembre de 2026 y el jueves 19 de noviembre de 2026"
    assert told.startswith(f"Crea 432 turnos {days}: de 0 pasan a 432")
    assert f"Da 432 turnos {days}: vea su ficha" in admin.page.text


def test_a_number_with_too_many_digits_is_refused_and_never_cut(admin, there):
    for part in ("ventanillas", "dias"):
        page = admin.get(f"{there}/{part}")
        assert [field for field in page.all("input", inputmode="numeric") if field.get("maxlength")] == []
        assert admin.client.submit(admin.form(), ventanillas="1000000000000").status_code == 422
        assert set(admin.page.errors) == {"ventanillas"}
    for address in ("/admin/limites", "/admin/tramites/nuevo"):
        page = admin.get(address)
        assert [field for field in page.all("input", inputmode="numeric") if field.get("maxlength")] == []


def test_special_days_wait_for_windows(app, admin):
    create_agency(slug="otra", name="Otra")
    assert "Primero agregue ventanillas." in admin.get("/admin/agencias/otra").text
    page = admin.get("/admin/agencias/otra/dias")
    assert page.links["Agréguelas primero"] == "/admin/agencias/otra/ventanillas"
    assert page.all("select") == []


def test_the_list_says_which_agencies_give_no_turns(app, admin, desk):
    create_agency(slug="vacia", name="Vacía", hours=())
    create_desk(agency=create_agency(name="Ya no", hours=()), windows=2)
    ended = create_desk(desk.line, agency=create_agency(name="Cerró"), windows=0)
    create_hours(ended.agency, (((0,), 480, 600),), valid_to=today() - timedelta(days=1))
    page = admin.get("/admin/agencias")
    lacks = {row.one("th").text: row.all("td")[-1].text for row in page.all("tr")[1:]}
    assert lacks == {
        desk.agency.name: "Nada",
        "Vacía": "Horario y ventanillas",
        "Ya no": "Horario",
        "Cerró": "Ventanillas",
    }
    assert "3 agencias no dan turnos" in page.text


def test_the_form_of_a_new_agency_leads_back(app, admin):
    assert admin.get("/admin/agencias/nueva").one("a", class_="back")["href"] == "/admin/agencias"

"""``/admin/feriados``: national rest days of a year, and local ones, which close only once confirmed."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from flask import Blueprint, Response, request
from sqlalchemy import select

from turnero.administration import tasks
from turnero.administration.agencies.edits import catalogue_of
from turnero.administration.edit import parsing
from turnero.administration.edit.changes import Edit
from turnero.administration.edit.decide import Decision, decide, made_at
from turnero.administration.edit.errors import HolidayThere
from turnero.agencies import queries as agencies
from turnero.agencies.calendar.holidays import CivicDay, local, national
from turnero.agencies.catalogue.editing import NOWHERE
from turnero.agencies.catalogue.entries import HolidayEntry
from turnero.agencies.localities import Locality, civic_days, folded, spelling
from turnero.agencies.models import LocalHoliday
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.formatting import long_date
from turnero.core.language import gettext, gettext_noop
from turnero.staff.access import Role, staff_only
from turnero.transparency.figures import MAINLAND
from turnero.web.fields import Fields
from turnero.web.page import NO_ERRORS, FormErrors, render_page

blueprint = Blueprint("admin_holidays", __name__, url_prefix="/admin/feriados")
# A rest day is at most this far from its civic date.
_NEAR = timedelta(days=7)
_ADDS = gettext_noop("Agrega el feriado «%(name)s» de %(place)s, que descansa el %(day)s.")
_CONFIRMS = gettext_noop("Confirma el feriado «%(name)s» de %(place)s, que descansa el %(day)s.")
_DOUBTS = gettext_noop("Deja por confirmar el feriado «%(name)s» de %(place)s, que descansa el %(day)s.")


@dataclass(frozen=True)
class HolidayLine:
    """A local holiday: civic date, rest day and place."""

    id: int
    name: str
    day: date
    rests: date
    place: str
    confirmed: bool

    @property
    def last(self) -> date:
        return max(self.day, self.rests)


@blueprint.get("")
@staff_only(Role.ADMIN)
def show_holidays() -> Response:
    this_year = clock.local(clock.now(), MAINLAND).year
    typed = request.args.get("anio", "")
    return _index(next((each for each in (this_year, this_year + 1) if str(each) == typed), this_year))


def _index(year: int) -> Response:
    """Holidays from today on; past ones are listed apart and can no longer be confirmed."""
    today = clock.local(clock.now(), MAINLAND).date()
    rows = db.session.scalars(
        select(LocalHoliday)
        .where(LocalHoliday.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(LocalHoliday.day, LocalHoliday.id)
    ).all()
    lines = [_line(row) for row in rows]
    unconfirmed = tasks.unconfirmed(today)
    return render_page(
        "administration/holidays/holidays.html",
        year=year,
        years=(today.year, today.year + 1),
        national=[rest for rest in national(year) if rest.day >= today],
        national_over=[rest for rest in national(year) if rest.day < today],
        local=[line for line in lines if line.last >= today],
        local_over=[line for line in lines if line.last < today],
        unconfirmed=len(unconfirmed),
        elsewhere=sum(1 for day in unconfirmed if day.year != year),
    )


@blueprint.get("/nuevo")
@staff_only(Role.ADMIN)
def show_new_holiday() -> Response:
    return _form(NO_ERRORS)


@blueprint.post("/nuevo")
@staff_only(Role.ADMIN)
def submit_new_holiday() -> Response:
    return decide(_typed, _form, made_at(".show_holidays"))


@blueprint.post("/<int:holiday_id>")
@staff_only(Role.ADMIN)
def submit_holiday(holiday_id: int) -> Response:
    """Field ``confirmado``: si or no."""
    row = db.session.get(LocalHoliday, holiday_id)
    if row is None:
        raise NotFound
    confirmed = request.form.get("confirmado") == "si"
    entry = HolidayEntry(row.day, row.name, row.province_code, row.canton, confirmed, NOWHERE)
    edit = partial(_edit, _CONFIRMS if confirmed else _DOUBTS, entry)
    return decide(edit, lambda _: _index(row.day.year), made_at(".show_holidays", anio=str(row.day.year)))


def _typed() -> Decision:
    fields = Fields(request.form)
    day = fields.parsed("fecha", parsing.parse_form_day)
    name = fields.parsed("nombre", parsing.text_line())
    province = fields.parsed("provincia", parsing.one_of({each.code for each in agencies.provinces()}))
    canton = fields.parsed("canton", parsing.text_line(least=0))
    if day and province and canton is not None:
        there = _there(day, Locality(province, canton))
        if there is not None:
            fields.faults["fecha"] = HolidayThere(name=there.name)
    fields.check()
    assert day and name and province
    where = spelling(canton, province) if canton else ""
    return _edit(_ADDS, HolidayEntry(day, name, province, where, fields.text("confirmado") == "si", NOWHERE))


def _there(day: date, place: Locality) -> LocalHoliday | None:
    """The existing holiday of that day and place, if any, whatever the spelling of the canton."""
    rows = db.session.scalars(
        select(LocalHoliday)
        .where(LocalHoliday.day == day, LocalHoliday.province_code == place.province_code)
        .order_by(LocalHoliday.id)
    )
    return next((row for row in rows if folded(row.canton) == folded(place.canton)), None)


def _edit(sentence: str, entry: HolidayEntry) -> Edit:
    place = Locality(entry.province, entry.canton)
    touched = frozenset(
        agency.slug
        for agency in agencies.agencies(entry.province)
        if not entry.canton or folded(agency.canton) == folded(entry.canton)
    )
    rests = long_date(_rest(CivicDay(entry.day, entry.name, canton=entry.canton), place))
    summary = gettext(sentence, name=entry.name, place=_place(place), day=rests)
    if not entry.confirmed:
        summary += " " + gettext("Cerrará cuando se confirme.")
    days = (entry.day - _NEAR, entry.day + _NEAR)
    told = () if touched else (_nobody(place),)
    return Edit("holiday", summary, catalogue_of(holidays=(entry,)), agencies=touched, days=days, told=told)


def _nobody(place: Locality) -> str:
    if place.canton:
        return gettext(
            "Ninguna agencia está en el cantón %(canton)s: nadie descansa por este feriado.", canton=place.canton
        )
    province = agencies.province(place.province_code).name
    return gettext(
        "Ninguna agencia está en la provincia de %(province)s: nadie descansa por este feriado.", province=province
    )


def _rest(holiday: CivicDay, place: Locality) -> date:
    """The legal rest day once confirmed, considering all known holidays of its place."""
    civic = civic_days([place], holiday.day - _NEAR, holiday.day + _NEAR)[place]
    others = [each for each in civic if (each.day, each.name) != (holiday.day, holiday.name)]
    year = holiday.day.year
    rests = [rest for each in (year - 1, year, year + 1) for rest in local([*others, holiday], each)]
    near = [rest.day for rest in rests if rest.name == holiday.name and abs(rest.day - holiday.day) <= _NEAR]
    return near[0] if near else holiday.day


def _line(row: LocalHoliday) -> HolidayLine:
    place = Locality(row.province_code, row.canton)
    rests = _rest(CivicDay(row.day, row.name, canton=row.canton), place)
    return HolidayLine(row.id, row.name, row.day, rests, _place(place), row.confirmed)


def _place(place: Locality) -> str:
    province = agencies.province(place.province_code).name
    if place.canton:
        return f"{place.canton}, {province}"
    return gettext("toda la provincia de %(province)s", province=province)


def _form(form_errors: FormErrors) -> Response:
    return render_page(
        "administration/holidays/new.html", form_errors, typed=request.form, provinces=agencies.provinces()
    )

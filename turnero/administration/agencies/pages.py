"""Pages of an agency: the overview, and forms with present or typed values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, request, url_for

from turnero.administration.agencies.edits import KINDS_IN_WORDS, desk_in_words, measured, windows_in_words
from turnero.administration.agencies.forms import KINDS, MAX_INTERVALS
from turnero.administration.edit import effects, reach
from turnero.agencies import queries as agencies
from turnero.agencies.calendar import opening_hours
from turnero.agencies.calendar.opening_hours import Period
from turnero.agencies.catalogue import editing
from turnero.agencies.catalogue.entries import AgencyEntry, DayEntry
from turnero.agencies.catalogue.rows import agency_entry
from turnero.agencies.catalogue.schema import ALWAYS
from turnero.agencies.models import Agency
from turnero.agencies.terms import parse_date
from turnero.booking.journey.forms import YEARS
from turnero.core.formatting import clock_time, hours_of_week, long_date, weekdays
from turnero.core.language import gettext
from turnero.web.page import NO_ERRORS, FormErrors, render_page

_DAY = timedelta(days=1)
_LEAST_INTERVALS = 2
_KINDS_TYPED = {kind: typed for typed, kind in KINDS.items()}


@dataclass(frozen=True)
class DeskLine:
    """Windows of a line, by its name; ``since``: their first day if in the future."""

    name: str
    windows: int
    how: str
    since: date | None


def agency_page(agency: Agency, today: date) -> Response:
    entry = agency_entry(agency)
    desks = _desks(entry, today)
    now, *later = opening_hours.periods(editing.weekly(entry), today)
    counted = measured(agency, today + _DAY)  # as edits count: their forms begin tomorrow
    places = agencies.places_between(agencies.desks_of(agency), *counted)
    return render_page(
        "administration/agencies/agency.html",
        agency=agency,
        everywhere=reach.everywhere(),
        kind=gettext(KINDS_IN_WORDS[agency.kind]).capitalize(),
        week=hours_of_week(now.week),
        later=[(period.first, hours_of_week(period.week)) for period in later],
        desks=desks,
        special=_special(entry, today),
        procedures=agencies.procedures_at(agency),
        places=places,
        days=effects.between(*counted),
        lacks=[] if places else _lacks(agency, today),
    )


def _desks(entry: AgencyEntry, today: date) -> list[DeskLine]:
    """Present and future windows by line."""
    names = {line.slug: line.name for line in agencies.service_lines()}
    past = {desk.line: desk for desk in entry.desks if desk.valid_from <= today}  # sorted, so that the newest remains
    shown = [desk for desk in entry.desks if desk.valid_from > today or past[desk.line] is desk]
    return [
        DeskLine(
            names[desk.line],
            desk.windows,
            desk_in_words(desk.windows, desk.slot_minutes),
            desk.valid_from if desk.valid_from > today and desk.valid_from != ALWAYS else None,
        )
        for desk in shown
    ]


def _special(entry: AgencyEntry, today: date) -> list[str]:
    """Future special days; consecutive days with the same number of windows are grouped."""
    names = {line.slug: line.name for line in agencies.service_lines()}
    runs: list[tuple[DayEntry, date]] = []
    for day in sorted((day for day in entry.days if day.day >= today), key=lambda day: (day.line, day.day)):
        if runs:
            first, last = runs[-1]
            if (first.line, first.windows, last + timedelta(days=1)) == (day.line, day.windows, day.day):
                runs[-1] = (first, day.day)
                continue
        runs.append((day, day.day))
    return [f"{_days(first.day, last)}, {names[first.line]}: {windows_in_words(first.windows)}" for first, last in runs]


def _days(first: date, last: date) -> str:
    if first == last:
        return long_date(first)
    return gettext("%(first)s a %(last)s", first=long_date(first), last=long_date(last))


def _lacks(agency: Agency, today: date) -> list[tuple[str, str]]:
    """What an agency lacks to give turns, with links to add it."""
    has_hours, has_desks = agency.id in agencies.with_hours(today), agency.id in agencies.with_windows(today)
    has_procedures = bool(agencies.procedures_at(agency))
    steps = (
        (gettext("un horario"), "admin_agencies.show_hours", has_hours),
        (gettext("ventanillas"), "admin_agencies.show_windows", has_desks),
        (gettext("un trámite en la línea de sus ventanillas"), "admin_procedures.show_procedures", has_procedures),
    )
    return [
        (words, url_for(endpoint, agency_slug=agency.slug) if "agencies" in endpoint else url_for(endpoint))
        for words, endpoint, there in steps
        if not there
    ]


def agencies_page(governed: Sequence[Agency], today: date) -> Response:
    """Each agency with what it lacks to give turns."""
    needs = ((gettext("horario"), agencies.with_hours(today)), (gettext("ventanillas"), agencies.with_windows(today)))
    lines = [(agency, [word for word, have in needs if agency.id not in have]) for agency in governed]
    return render_page(
        "administration/agencies/agencies.html",
        lines=lines,
        without=sum(1 for _, lacks in lines if lacks),
        everywhere=reach.everywhere(),
    )


def new_page(form_errors: FormErrors) -> Response:
    typed: Mapping[str, str] = request.form or {"tipo": "agencia"}
    return render_page("administration/agencies/new.html", form_errors, typed=typed, provinces=agencies.provinces())


def facts_page(agency: Agency, form_errors: FormErrors) -> Response:
    present = {
        "nombre": agency.name,
        "tipo": _KINDS_TYPED[agency.kind],
        "canton": agency.canton,
        "direccion": agency.address,
    }
    return render_page("administration/agencies/facts.html", form_errors, agency=agency, typed=request.form or present)


def hours_page(agency: Agency, tomorrow: date, form_errors: FormErrors) -> Response:
    """The week of the requested day (``?desde=``, default tomorrow) with its last day."""
    asked = parse_date(request.args.get("desde", ""))
    linked = asked is not None and asked >= tomorrow - _DAY and asked.year in YEARS
    first = asked if asked and linked else tomorrow
    now, *later = opening_hours.periods(editing.weekly(agency_entry(agency)), first)
    typed = request.form or _hours_typed(now, first, until=linked)
    return render_page(
        "administration/agencies/hours.html",
        form_errors,
        agency=agency,
        typed=typed,
        later=[period.first for period in later],
        weekdays=weekdays(),
        intervals=max(_LEAST_INTERVALS, *map(len, now.week), _intervals(typed)),
    )


def _intervals(typed: Mapping[str, str]) -> int:
    """Number of intervals per day in the posted form."""
    sent = (number for number in range(MAX_INTERVALS) if any(f"abre-{day}-{number}" in typed for day in range(7)))
    return max(sent, default=-1) + 1


def _hours_typed(period: Period, first: date, *, until: bool) -> dict[str, str]:
    """The form's fields. ``until``: include the last day, so that only this period changes."""
    present = {"desde": first.isoformat()}
    if until and period.last is not None:
        present["hasta"] = period.last.isoformat()
    for weekday, hours in enumerate(period.week):
        for number, interval in enumerate(hours):
            present[f"abre-{weekday}-{number}"] = clock_time(interval.start)
            present[f"cierra-{weekday}-{number}"] = clock_time(interval.end)
    return present


def windows_page(agency: Agency, tomorrow: date, form_errors: FormErrors) -> Response:
    present = {"desde": tomorrow.isoformat(), "minutos": "20"}
    return render_page(
        "administration/agencies/windows.html",
        form_errors,
        agency=agency,
        typed=request.form or present,
        lines=agencies.service_lines(),
        desks=_desks(agency_entry(agency), tomorrow),
    )


def days_page(agency: Agency, tomorrow: date, form_errors: FormErrors = NO_ERRORS) -> Response:
    present = {"desde": tomorrow.isoformat()}
    return render_page(
        "administration/agencies/days.html",
        form_errors,
        agency=agency,
        typed=request.form or present,
        lines=agencies.lines_at(agency),
    )

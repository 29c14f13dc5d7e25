"""``/transparencia`` and its open data: monthly figures."""

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request

from turnero.agencies import queries as agencies
from turnero.agencies.models import Procedure, Province
from turnero.booking.documents.closure_text import span
from turnero.booking.seats import availability
from turnero.core import clock, formatting, language
from turnero.core.language import gettext
from turnero.core.shared_values import shared
from turnero.transparency import charts
from turnero.transparency.measures import LEAST_SHOWN
from turnero.transparency.models import MonthFigures
from turnero.transparency.months import closing
from turnero.transparency.open_data import closed_hours, openapi, tables
from turnero.web.page import kept

blueprint = Blueprint("open_data", __name__)

_SHOWN_MONTHS = 24
_MAX_CODE_CHARACTERS = 60  # maximum length of a code in a URL
_SECONDS = 3600
_SECONDS_OF_PLACES = 10
_API = "/api/v1"


@blueprint.after_request
def may_be_kept(response: Response) -> Response:
    """Allow caching: nothing personal here."""
    if response.status_code != 200:
        return response
    if request.path.startswith(_API):
        of_places = request.endpoint == "open_data.show_availability_json"
        return kept(response, _SECONDS_OF_PLACES if of_places else _SECONDS)
    response.headers["Cache-Control"] = "no-cache"
    return response


@dataclass(frozen=True)
class Asked:
    """The requested view as typed: month, province code, and trámite slug."""

    month: str
    province: str
    procedure: str


@dataclass(frozen=True)
class Detail:
    """One month and trámite by province, or by agency of the chosen province."""

    province: Province | None
    procedure: Procedure | None
    provinces: list[Province]
    procedures: list[Procedure]
    rows: list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Year:
    """Sums of a year's closed months."""

    year: int
    attentions: int
    complaints: int


@blueprint.get("/transparencia")
def show_transparency() -> str:
    asked = Asked(*(request.args.get(name, "")[:_MAX_CODE_CHARACTERS] for name in ("mes", "provincia", "tramite")))
    return shared(("transparency page", language.current_language(), asked), lambda: _page(asked))


def _page(asked: Asked) -> str:
    found = closing.published()
    own = [row for row in found if row.source == "own"]
    chosen = next((row for row in own if f"{row.month:%Y-%m}" == asked.month), own[-1] if own else None)
    return render_template(
        "transparency/open_data/figures.html",
        months=found,
        own=own[::-1],
        detail=_detail(chosen, asked) if chosen else None,
        years=_years(found),
        chart=charts.bars([(formatting.short_month(row.month), row.attentions) for row in found[-_SHOWN_MONTHS:]]),
        said=_said(found[-_SHOWN_MONTHS:]),
        chosen=chosen,
        least=LEAST_SHOWN,
        columns=tables.COLUMNS | tables.DETAIL_COLUMNS | closed_hours.COLUMNS,
        closed=_closed(),
    )


def _closed() -> list[tuple[str, str, str, int | None, bool]]:
    """Closures in words: place, time, reason, people, and whether reopened."""
    return [
        (
            row["lugar"],
            span(datetime.fromisoformat(row["desde"]), datetime.fromisoformat(row["hasta"])),
            row["motivo"],
            row["personas_afectadas"],
            row["deshecho"],
        )
        for row in closed_hours.rows()
    ]


def _years(found: list[MonthFigures]) -> list[Year]:
    """The last two years, newest first."""
    years = sorted({row.month.year for row in found}, reverse=True)[:2]
    return [
        Year(
            year,
            sum(row.attentions for row in found if row.month.year == year),
            sum(row.complaints for row in found if row.month.year == year),
        )
        for year in years
    ]


def _said(found: list[MonthFigures]) -> str:
    """The chart's description in a sentence."""
    if not found:
        return ""
    most = max(found, key=lambda row: row.attentions)
    first, highest, last = (_in_words(row) for row in (found[0], most, found[-1]))
    return gettext(
        "Atenciones de cada mes: %(first)s, %(highest)s, el mes con más, y %(last)s.",
        first=first,
        highest=highest,
        last=last,
    )


def _in_words(row: MonthFigures) -> str:
    """2 748 en enero de 2024"""
    number, month = formatting.thousands(row.attentions), formatting.month_and_year(row.month)
    return gettext("%(number)s en %(month)s", number=number, month=month)


def _detail(month: MonthFigures, asked: Asked) -> Detail:
    parts = tables.parts_of(month)
    seen = {row["tramite"] for row in parts.provinces}
    procedures = [each for each in agencies.procedures() if each.slug in seen]
    procedure = next(
        (each for each in procedures if each.slug == asked.procedure), procedures[0] if procedures else None
    )
    provinces = agencies.provinces()
    province = next((each for each in provinces if each.code == asked.province), None)
    names = {each.code: each.name for each in provinces}
    key, rows = "provincia", parts.provinces
    if province:
        names, key = {each.slug: each.name for each in agencies.agencies()}, "agencia"
        rows = [row for row in parts.agencies if row["provincia"] == province.code]
    wanted = [row for row in rows if procedure and row["tramite"] == procedure.slug]
    return Detail(
        province,
        procedure,
        provinces,
        procedures,
        sorted(((names[row[key]], row) for row in wanted), key=itemgetter(0)),
    )


@blueprint.get(f"{_API}/transparencia.json")
def show_transparency_json() -> Response:
    """Months and their parts; ``columnas`` describes the columns."""
    return jsonify(tables.figures_json())


@blueprint.get(f"{_API}/transparencia.csv")
def show_transparency_csv() -> Response:
    """The months as CSV, with the official columns first."""
    answer = make_response(tables.figures_csv())
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="transparencia.csv"'
    return answer


@blueprint.get(f"{_API}/openapi.json")
def show_openapi() -> Response:
    return jsonify(openapi.openapi_document(current_app.config["SETTINGS"].base_url))


@blueprint.get(f"{_API}/disponibilidad")
def show_availability_json() -> Response:
    """The first free day of each agency that offers ``tramite``, optionally of one ``provincia``; null without one.

    May be some seconds old; ``calculado_utc`` is the latest time of computation.
    """
    province = request.args.get("provincia") or None
    procedure = agencies.procedure(request.args.get("tramite") or "")
    if province is not None:
        agencies.province(province)
    now, offers = shared(
        ("open availability", province, procedure.id),
        lambda: (clock.now(), availability.agency_offers(province, procedure)),
    )
    answer = jsonify(
        {
            "calculado_utc": now.isoformat(timespec="seconds"),
            "tramite": procedure.slug,
            "agencias": [
                {
                    "slug": offer.agency.slug,
                    "provincia": offer.agency.province_code,
                    "primer_dia": offer.next_day.day.isoformat() if offer.next_day else None,
                    "por_sorteo": offer.drawn,
                }
                for offer in offers
            ],
        }
    )
    answer.headers["Age"] = str(max(0, round((clock.now() - now).total_seconds())))
    return answer

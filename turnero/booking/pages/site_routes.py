"""Public pages without personal data: start, agencies with their next free day, help, privacy, accessibility."""

from collections import Counter

from flask import Blueprint, Response, render_template, request

from turnero.agencies import queries as agencies
from turnero.agencies.models import Procedure
from turnero.booking.documents import offer_text
from turnero.booking.seats import availability
from turnero.booking.seats.availability import ProvinceOffer
from turnero.booking.turn.queries import policy_of
from turnero.core import clock, language
from turnero.core.shared_values import shared

blueprint = Blueprint("site", __name__)

MAINLAND = "America/Guayaquil"
DEMO_CEDULAS = ("1700000001", "0900000001", "2000000006")
# Shown on the start page; a link leads to the others.
_PROVINCES_SHOWN = 6


@blueprint.after_request
def may_be_kept(response: Response) -> Response:
    """Nothing personal here: the browser may keep it, if it asks before showing it again."""
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/")
def show_start() -> str:
    return shared(("start page", language.current_language()), _start)


def _start() -> str:
    procedures = agencies.procedures()
    main = next((each for each in procedures if each.takes_turns), None)
    offers, computed_at = availability.province_offers(main) if main else ((), clock.now())
    return render_template(
        "booking/pages/site/start.html",
        procedures=procedures,
        main=main,
        offers=_largest(offers, main) if main else (),
        province_count=len(offers),
        computed_at=clock.local(computed_at, MAINLAND),
        demo_cedulas=DEMO_CEDULAS,
    )


def _largest(offers: tuple[ProvinceOffer, ...], procedure: Procedure) -> list[ProvinceOffer]:
    """The provinces with most agencies, by name."""
    sizes = Counter(agency.province_code for agency in agencies.agencies_offering(None, procedure))
    shown = {code for code, _ in sizes.most_common(_PROVINCES_SHOWN)}
    return [offer for offer in offers if offer.province.code in shown]


@blueprint.get("/agencias")
def show_agency_list() -> str:
    """All provinces or, with ``provincia``, its agencies that offer ``tramite`` (default: the first)."""
    asked = request.args.get("provincia") or None, request.args.get("tramite") or None
    return shared(("agency page", language.current_language(), *asked), lambda: _agency_list(*asked))


def _agency_list(code: str | None, slug: str | None) -> str:
    procedures = [each for each in agencies.procedures() if each.takes_turns]
    slug = slug or (procedures[0].slug if procedures else None)
    procedure = agencies.procedure(slug) if slug else None
    if code is None or procedure is None:
        offers = availability.province_offers(procedure)[0] if procedure else ()
        return render_template("booking/pages/site/provinces.html", offers=offers, procedure=procedure)
    province = agencies.province(code)
    today = clock.local(clock.now(), province.zone).date()
    found = availability.agency_offers(code, procedure)
    return render_template(
        "booking/pages/site/agencies.html",
        province=province,
        provinces=agencies.provinces(),
        procedure=procedure,
        procedures=procedures,
        offers=found,
        weeks=agencies.opening_hours_of([offer.agency for offer in found], today),
        today=today,
        why_none=offer_text.why_none,
    )


@blueprint.get("/ayuda")
def show_help() -> str:
    contact = next((each.sheet["contact"] for each in agencies.procedures() if "contact" in each.sheet), None)
    return render_template("booking/pages/site/help.html", contact=contact, policy=policy_of(None))


@blueprint.get("/privacidad")
def show_privacy() -> str:
    return render_template("booking/pages/site/privacy.html", policy=policy_of(None))


@blueprint.get("/accesibilidad")
def show_accessibility() -> str:
    return render_template("booking/pages/site/accessibility.html")

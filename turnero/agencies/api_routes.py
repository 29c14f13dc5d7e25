"""``/api/v1``: provinces, trámites and agencies as JSON. Read-only, no personal data."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from turnero.agencies import queries
from turnero.agencies.models import Agency
from turnero.web.page import kept

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
_SECONDS = 60


@blueprint.after_request
def may_be_kept(response: Response) -> Response:
    return kept(response, _SECONDS) if response.status_code == 200 else response


@blueprint.get("/provincias")
def show_provinces_json() -> Response:
    """Provinces, by name."""
    return jsonify(
        [
            {"codigo": each.code, "nombre": each.name, "capital": each.capital, "zona": each.zone}
            for each in queries.provinces()
        ]
    )


@blueprint.get("/tramites")
def show_procedures_json() -> Response:
    """Trámites in the catalogue's order; ``canal``: presencial, virtual (needs no turn) or ambos."""
    return jsonify(
        [
            {
                "slug": each.slug,
                "nombre": each.name,
                "linea": each.line.name,
                "canal": each.channel,
                "minutos": each.minutes,
                "termino_dias": each.term_days,
            }
            for each in queries.procedures()
        ]
    )


@blueprint.get("/agencias")
def show_agencies_json() -> Response:
    """Agencies by name, optionally of one ``provincia`` (code) or offering one ``tramite`` (slug)."""
    province = request.args.get("provincia") or None
    slug = request.args.get("tramite") or None
    if province is not None:
        queries.province(province)
    if slug is None:
        found = queries.agencies(province)
    else:
        found = queries.agencies_offering(province, queries.procedure(slug))
    return jsonify([_agency(each) for each in found])


def _agency(agency: Agency) -> dict[str, Any]:
    return {
        "slug": agency.slug,
        "nombre": agency.name,
        "provincia": agency.province_code,
        "canton": agency.canton,
        "direccion": agency.address,
        "tipo": "agencia" if agency.kind == "agency" else "punto_centro_comercial",
        "zona": agency.zone,
        "demostracion": agency.demo,
    }

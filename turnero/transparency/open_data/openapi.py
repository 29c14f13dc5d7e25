"""The OpenAPI 3.1 description served at ``/api/v1/openapi.json``."""

from typing import Any

Schema = dict[str, Any]

_SLUG: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
_PROVINCE: Schema = {"type": "string", "pattern": "^(0[1-9]|1[0-9]|2[0-4])$"}
_TEXT: Schema = {"type": "string"}
_DAY: Schema = {"type": "string", "format": "date"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_YES: Schema = {"type": "boolean"}
_ZONE: Schema = {"type": "string", "enum": ["America/Guayaquil", "Pacific/Galapagos"]}


def _count(least: int = 0, most: int | None = None) -> Schema:
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


def _or_none(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _or_nothing(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"const": ""}]}


def _record(**fields: Schema) -> Schema:
    """An object schema with exactly these properties."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


_MONTH = {"anio": _count(2000), "mes": _count(1, 12)}
_FIGURES = {
    name: _or_none(_count())
    for name in (
        *("atendidos", "ausentes", "cancelados", "desplazados", "opiniones"),
        *("espera_mediana", "espera_p90", "atencion_mediana", "atencion_p90"),
        *("dias_turno_mediana", "dias_turno_p90", "dias_sin_turno"),
    )
} | {"satisfaccion": _or_none({"type": "number", "minimum": 1, "maximum": 5})}
_SCHEMAS: dict[str, Schema] = {
    "Provincia": _record(codigo=_PROVINCE, nombre=_TEXT, capital=_TEXT, zona=_ZONE),
    "Tramite": _record(
        slug=_SLUG,
        nombre=_TEXT,
        linea=_TEXT,
        canal={"type": "string", "enum": ["presencial", "virtual", "ambos"]},
        minutos=_count(1),
        termino_dias=_or_none(_count(1)),
    ),
    "Agencia": _record(
        slug=_SLUG,
        nombre=_TEXT,
        provincia=_PROVINCE,
        canton=_TEXT,
        direccion=_TEXT,
        tipo={"type": "string", "enum": ["agencia", "punto_centro_comercial"]},
        zona=_ZONE,
        demostracion=_YES,
    ),
    "Disponibilidad": _record(
        calculado_utc=_INSTANT,
        tramite=_SLUG,
        agencias=_list(_record(slug=_SLUG, provincia=_PROVINCE, primer_dia=_or_none(_DAY), por_sorteo=_YES)),
    ),
    "Transparencia": _record(
        esquema={"const": 1},
        meses=_list(
            _record(
                **_MONTH,
                quejas=_count(),
                atenciones=_count(),
                fuente={"type": "string", "enum": ["historico", "propio"]},
                revision=_count(1),
            )
        ),
        provincias=_list(_record(**_MONTH, provincia=_PROVINCE, tramite=_SLUG, **_FIGURES)),
        detalle=_list(_record(**_MONTH, agencia=_SLUG, provincia=_PROVINCE, tramite=_SLUG, **_FIGURES)),
        cierres=_list(
            _record(
                lugar=_TEXT,
                desde=_TEXT,
                hasta=_TEXT,
                clase={"type": "string", "enum": ["Feriado", "Decreto", "Contingencia"]},
                motivo=_TEXT,
                deshecho=_YES,
                personas_afectadas=_or_none(_count()),
            )
        ),
        columnas={"type": "object", "additionalProperties": _TEXT},
    ),
    "Problema": {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {"type": _TEXT, "title": _TEXT, "status": _count(400, 599), "detail": _TEXT},
        "required": ["type", "title", "status"],
    },
}
_PROBLEMS = {
    "400": "La consulta no se puede leer.",
    "404": "No existe esa provincia, ese trámite o esa dirección.",
    "429": "Demasiadas consultas: vuelva después de Retry-After segundos.",
    "503": "El servicio no puede responder ahora: vuelva después de Retry-After segundos.",
}
_KEPT = {"304": {"description": "No ha cambiado desde el ETag que usted tiene."}}


def _named(schema: str) -> Schema:
    return {"$ref": f"#/components/schemas/{schema}"}


def _asked(name: str, schema: Schema, description: str, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description, "required": required}


def _get(summary: str, schema: Schema, *parameters: Schema, media: str = "application/json") -> Schema:
    problems = {
        status: {"description": words, "content": {"application/problem+json": {"schema": _named("Problema")}}}
        for status, words in _PROBLEMS.items()
    }
    found = {"200": {"description": "Lo que se pidió.", "content": {media: {"schema": schema}}}}
    return {
        "get": {
            "summary": summary,
            "parameters": list(parameters),
            "responses": found | _KEPT | problems,
        }
    }


# An empty filter does not filter.
_OF_PROVINCE = _asked("provincia", _or_nothing(_PROVINCE), "Código de la provincia, de 01 a 24; sin él, todas.")
_OF_PROCEDURE = "Código del trámite, por ejemplo notificacion-de-glosas."
PATHS: dict[str, Schema] = {
    "/provincias": _get("Las provincias, por nombre.", _list(_named("Provincia"))),
    "/tramites": _get("Los trámites, en el orden del catálogo.", _list(_named("Tramite"))),
    "/agencias": _get(
        "Las agencias, por nombre.",
        _list(_named("Agencia")),
        _OF_PROVINCE,
        _asked("tramite", _or_nothing(_SLUG), _OF_PROCEDURE + " Sin él, todas."),
    ),
    "/disponibilidad": _get(
        "El primer día libre de cada agencia. Puede tener unos segundos: dice cuántos en Age.",
        _named("Disponibilidad"),
        _OF_PROVINCE,
        _asked("tramite", _SLUG, _OF_PROCEDURE, required=True),
    ),
    "/transparencia.json": _get("Las cifras de cada mes y sus partes.", _named("Transparencia")),
    "/transparencia.csv": _get("Las cifras de cada mes.", _TEXT, media="text/csv"),
    "/openapi.json": _get("Esta descripción.", {"type": "object"}),
}


def openapi_document(base_url: str) -> dict[str, Any]:
    """The whole description, with URLs below ``base_url``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Turnero: datos públicos",
            "version": "1",
            "description": "Solo lectura y sin datos personales. Lo que se agregue no cambia lo que hay.",
        },
        "servers": [{"url": f"{base_url}/api/v1"}],
        "paths": PATHS,
        "components": {"schemas": _SCHEMAS},
    }

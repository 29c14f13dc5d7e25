"""Every route × every identity: viewing changes nothing, and posts need their token.

Generated from the map of routes: a new one is in here from its first day.
"""

import pytest

from tests.support.inspection.tables import OF_LOOKING, tables_now
from tests.support.rows.journeys import cedula
from tests.support.scenes.sheets import draw_once
from tests.support.scenes.world import ask, build_world, form_token, rules
from turnero.booking.turn.models import Journey
from turnero.core.extensions import db

WHO = (
    "nobody",
    "disabled",
    "window",
    "supervisor",
    "window of B",
    "supervisor of B",
    "admin",
    "kiosk",
    "board",
    "citizen",
)
# Public and the same for everybody: their blueprints say how long they may be kept.
KEPT = {
    "/",
    "/accesibilidad",
    "/agencias",
    "/ayuda",
    "/privacidad",
    "/reparto",
    "/sorteos",
    "/sorteos/<number>",
    "/tramites",
    "/tramites/<slug>",
    "/transparencia",
    "/api/v1/openapi.json",
    "/api/v1/transparencia.csv",
    "/api/v1/transparencia.json",
    "/api/v1/agencias",
    "/api/v1/provincias",
    "/api/v1/tramites",
}
EMAIL = {"correo": "otra.demo@example.ec", "celular": "0991234567"}
# For every post who may send it and with what, so that the token is all that it lacks.
AGENCY, ADMIN = "/admin/agencias/<agency_slug>", "admin"
FACTS = {"nombre": "Otra", "tipo": "agencia", "canton": "Quito"}
PROCEDURE = {"nombre": "Otro", "canal": "presencial", "minutos": "20", "linea_nueva": "Otra línea"}
POSTS = {
    "/admin/agencias/nueva": (ADMIN, FACTS | {"provincia": "17"}),
    f"{AGENCY}/datos": (ADMIN, FACTS),
    f"{AGENCY}/dias": (ADMIN, {"linea": "{line}", "desde": "2026-11-20", "ventanillas": "1"}),
    f"{AGENCY}/horario": ("supervisor", {"desde": "2026-12-01", "abre-0-0": "08:00", "cierra-0-0": "12:00"}),
    f"{AGENCY}/limites": (ADMIN, {"reserva": "9"}),
    f"{AGENCY}/ventanillas": (
        "supervisor",
        {"linea": "{line}", "desde": "2026-12-01", "ventanillas": "1", "minutos": "20"},
    ),
    "/admin/cierres/<int:closure_id>/reabrir": (ADMIN, {}),
    "/admin/cierres/nuevo": (
        ADMIN,
        {
            "alcance": "pais",
            "desde": "2026-12-01T08:00",
            "hasta": "2026-12-01T12:00",
            "motivo": "Corte de luz",
            "clase": "decreto",
        },
    ),
    "/admin/correos/reintentar": (ADMIN, {}),
    "/admin/equipos/<int:device_id>/quitar": (ADMIN, {}),
    "/admin/equipos/nuevo": ("supervisor", {"nombre": "sala", "tipo": "pantalla", "agencia": "{agency}"}),
    "/admin/feriados/<int:holiday_id>": (ADMIN, {"confirmado": "si"}),
    "/admin/feriados/nuevo": (ADMIN, {"fecha": "2026-12-06", "nombre": "Fundación", "provincia": "17"}),
    "/admin/limites": (ADMIN, {"reserva": "9"}),
    "/admin/personal/<int:account_id>/deshabilitar": ("supervisor", {}),
    "/admin/personal/<int:account_id>/restablecer": ("supervisor", {}),
    "/admin/personal/nuevo": (ADMIN, {"correo": "otra@example.ec", "papel": "supervisor", "agencia": "{agency}"}),
    "/admin/quejas/<complaint_number>": ("supervisor", {"respuesta": "Ya lo arreglamos"}),
    "/admin/tramites/<procedure_slug>": (ADMIN, PROCEDURE),
    "/admin/tramites/nuevo": (ADMIN, PROCEDURE),
    "/agencia/activar/<token>": ("nobody", {"clave": "siete caballos verdes", "clave2": "siete caballos verdes"}),
    "/agencia/agenda/<day>/buscar": ("window", {"busca": "ana"}),
    "/agencia/agenda/<day>/papel": ("window", {"t{confirmed}": "ausente"}),
    "/agencia/ayuda/<int:device_id>": ("window", {}),
    "/agencia/entrar": ("nobody", {"correo": "nadie@example.ec", "clave": "no es esta"}),
    "/agencia/salir": ("window", {}),
    "/agencia/siguiente": ("supervisor", {}),
    "/agencia/turnos": (
        "window",
        {"cedula": cedula(40), "tramite": "{slug}", "para": "titular", "prioridad": "no", "solicitud": "una"},
    ),
    "/agencia/turnos/<int:booking_id>/aplazar": ("window", {}),
    "/agencia/turnos/<int:booking_id>/atendido": ("window", {}),
    "/agencia/turnos/<int:booking_id>/ausente": ("window", {}),
    "/agencia/turnos/<int:booking_id>/cancelar": ("window", {"motivo": "Se fue la luz"}),
    "/agencia/turnos/<int:booking_id>/derivar": ("window", {"ventanilla": "3"}),
    "/agencia/turnos/<int:booking_id>/deshacer": ("window", {}),
    "/agencia/turnos/<int:booking_id>/llamar": ("supervisor", {}),
    "/agencia/turnos/<int:booking_id>/llego": ("window", {}),
    "/agencia/turnos/<int:booking_id>/reasignar": ("window", {"cedula": cedula(2)} | EMAIL),
    "/agencia/turnos/<int:booking_id>/rellamar": ("window", {}),
    "/agencia/ventanilla": ("window", {"ventanilla": "5", "linea": ""}),
    "/dispositivo/<token>": ("nobody", {}),
    "/kiosco": ("kiosk", {"lectura": "{reference}"}),
    "/kiosco/ayuda": ("kiosk", {}),
    "/kiosco/sin-turno": ("kiosk", {"cedula": cedula(41), "tramite": "{slug}"}),
    "/kiosco/sincronizar": ("kiosk", {}),
    "/kiosco/turno": (
        "kiosk",
        {"tramite": "{slug}", "dia": "2026-11-11", "hora": "10:00", "cedula": cedula(30), "solicitud": "k"},
    ),
    "/mi-turno": ("nobody", {"referencia": "{reference}", "cedula": cedula(2)}),
    "/mi-turno/<token>/aceptar": ("nobody", {}),
    "/mi-turno/<token>/cambiar": ("nobody", {}),
    "/mi-turno/<token>/cancelar": ("nobody", {"motivo": "no-puedo"}),
    "/no-fui-yo/<token>": ("nobody", {}),
    "/opinion/<reference>/<mac>": ("nobody", {"satisfaccion": "5"}),
    "/queja": ("nobody", {"tipo": "queja", "texto": "Esperé mucho"}),
    "/solicitud/<token>/aceptar": ("nobody", {}),
    "/solicitud/<token>/rechazar": ("nobody", {}),
    "/solicitud/<token>/salir": ("nobody", {}),
    "/turno": ("citizen", {"cedula": cedula(42)}),
    "/turno/<key>/confirmar": ("citizen", {}),
    "/turno/<key>/contacto": ("citizen", EMAIL),
    "/turno/<key>/detalles": ("citizen", {"para": "titular", "prioridad": "si"}),
    "/turno/<key>/horario": ("citizen", {"hora": "2026-11-11T10:00", "acepta": "si"}),
    "/turno/<key>/lista": (
        "citizen",
        {"provincia": "17", "tramite": "{slug}", "agencias": "{other}", "desde": "2026-11-10", "hasta": "2026-11-20"},
    ),
    "/turno/<key>/sorteo": ("citizen", {"sorteo": "1", "tramite": "{slug}"}),
    "/turno/<key>/lugar": ("citizen", {"provincia": "17", "tramite": "{slug}", "agencia": "{other}"}),
    "/turno/<key>/prorrogar": ("citizen", {}),
    "/turno/<key>/reenviar": ("citizen", {}),
    "/turno/<key>/soltar": ("citizen", {}),
    "/turno/<key>/verificar": ("citizen", {"codigo": "000000"}),
}
# A search is a post only so that no cédula stands in an address; the turn of this world has nothing to accept;
# this world's kiosk has kept nothing, and its list is JSON; the hour of its paper list is to come.
CHANGES_NOTHING = {
    "/agencia/agenda/<day>/buscar",
    "/agencia/agenda/<day>/papel",
    "/kiosco/sincronizar",
    "/mi-turno/<token>/aceptar",
}
CALLED = ("aplazar", "atendido", "ausente", "derivar", "deshacer", "rellamar")


def look_at_everything(world, who):
    client, before = world.clients[who], tables_now(but=OF_LOOKING)
    for rule in rules(world.app, "GET"):
        for method in ("GET", "HEAD", "GET"):
            answer = ask(client, method, world.address(rule))
            assert answer.status_code < 500, (method, rule)
            if rule not in KEPT:
                assert answer.headers["Cache-Control"] == "no-store", (method, rule)
        assert tables_now(but=OF_LOOKING) == before, rule


@pytest.mark.parametrize("who", WHO)
def test_looking_changes_nothing_however_often_and_no_page_of_anybody_is_kept(sqlite_world, who, monkeypatch):
    draw_once(monkeypatch)
    look_at_everything(sqlite_world, who)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("who", ["citizen", "supervisor", "kiosk"])
def test_nor_does_it_on_postgresql(world, who, monkeypatch):
    draw_once(monkeypatch)
    look_at_everything(world, who)


def test_a_blueprint_declares_its_pages_cacheable(world):
    for rule in KEPT:
        assert ask(world.clients["nobody"], "GET", world.address(rule)).headers["Cache-Control"] != "no-store"


def test_every_post_is_listed(sqlite_app):
    assert set(rules(sqlite_app, "POST")) == set(POSTS)


@pytest.fixture
def sqlite_world(sqlite_app):
    return build_world(sqlite_app)


@pytest.mark.parametrize("rule", POSTS)
def test_no_post_does_anything_without_the_form_token_of_its_browser(sqlite_world, rule):
    """Its control is the last post: the same with the right token does change something."""
    client, address, data = prepared(sqlite_world, rule)
    stranger = form_token(sqlite_world.app.test_client())
    right = form_token(client)
    before = tables_now(but=OF_LOOKING)
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 64}, {"csrf_token": stranger}):
        assert ask(client, "POST", address, data=data | token).status_code == 400
        header = {"X-CSRFToken": token.get("csrf_token", "")}
        assert ask(client, "POST", address, data=data, headers=header).status_code == 400
        assert ask(client, "POST", address, json=data | token).status_code == 400
        assert ask(client, "POST", address, query_string={"csrf_token": right}, data=data).status_code == 400
        assert tables_now(but=OF_LOOKING) == before
    ask(client, "POST", address, data=data | {"csrf_token": right})
    assert (tables_now(but=OF_LOOKING) == before) == (rule in CHANGES_NOTHING)


@pytest.mark.parametrize("who", WHO)
def test_nobody_at_all_may_post_without_it(sqlite_world, who):
    client, stranger = sqlite_world.clients[who], form_token(sqlite_world.app.test_client())
    form_token(client)
    before = tables_now(but=OF_LOOKING)
    for rule in POSTS:
        for data in ({}, {"csrf_token": stranger}):
            assert ask(client, "POST", sqlite_world.address(rule), data=data).status_code == 400, rule
    assert tables_now(but=OF_LOOKING) == before


def prepared(world, rule):
    """Who posts, where and what, with the world brought to where the post would do something."""
    who, fields = POSTS[rule]
    verb = rule.rpartition("/")[2]
    number = world.here.called if verb in CALLED else world.here.arrived if verb == "llamar" else world.here.confirmed
    if verb in ("verificar", "reenviar"):
        journey = db.session.get_one(Journey, world.parts["<key>"])
        journey.verified_at = journey.registered = None
        db.session.commit()
    words = world.words()
    data = {name.format(**words): value.format(**words) for name, value in fields.items()}
    client, address = world.clients[who], world.address(rule, booking_id=number)
    if rule.startswith("/admin/"):  # looked at first: that changes nothing, and seals what is saved
        before = tables_now(but=OF_LOOKING)
        client.post(address, data=data | {"csrf_token": form_token(client)})
        assert tables_now(but=OF_LOOKING) == before
        seals = [field.get("value") for field in client.page.all("input", name="sello")]
        data |= {"paso": "guardar", "sello": "".join(seals)}
    return client, address, data

"""Two agencies with turns in every state, every identity, and all pages: for tests of all routes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.support.pages.client import StrictClient
from tests.support.pages.walking import Walker, token_of
from tests.support.rows.build import (
    create_citizen,
    create_closure,
    create_desk,
    create_local_holiday,
    create_procedure,
    next_workday,
    today,
)
from tests.support.rows.journeys import at_hour_step, cedula
from tests.support.rows.staff import create_account, create_device, paired, signed_in
from tests.support.rows.visits import arrived, attended, booked, rating_path
from tests.support.rows.waiting import create_draw, listed
from tests.support.scenes.kept import Restore, keep_rows
from turnero.agencies.models import Desk, Procedure
from turnero.attention.day import calling
from turnero.attention.day.attendance import Clerk
from turnero.attention.kiosk import assistance
from turnero.booking.journey import cancel, confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.extensions import db
from turnero.operations import schema
from turnero.staff import accounts, devices
from turnero.staff.actor import Actor
from turnero.transparency.complaints import complaints

ELEVEN = 660
DISABLED = "salio@example.ec"
WAITING = "llega@example.ec"


@dataclass(frozen=True)
class Turns:
    """Turns of one agency by possible action, and its kiosk with a request for help.

    ``closure``: closed hours of the agency; ``account``: of its window staff.
    """

    confirmed: int
    arrived: int
    called: int
    kiosk: int
    closure: int
    account: int


@dataclass(frozen=True)
class World:
    """``clients`` by identity; ``parts``: values of URL parameters; ``here`` and ``there``: agencies A and B."""

    app: Flask
    clients: Mapping[str, StrictClient]
    parts: Mapping[str, str]
    here: Turns
    there: Turns

    def address(self, rule: str, **parts: object) -> str:
        """A rule with its parts filled in; those named win over the usual ones."""
        chosen = {f"<{name}>": str(value) for name, value in parts.items()}
        chosen |= {f"<int:{name}>": str(value) for name, value in parts.items()}
        for name, value in (dict(self.parts) | chosen).items():
            rule = rule.replace(name, value)
        usual = {
            "booking_id": self.here.confirmed,
            "device_id": self.here.kiosk,
            "closure_id": self.here.closure,
            "account_id": self.here.account,
        }
        for name, number in usual.items():
            rule = rule.replace(f"<int:{name}>", str(number))
        assert "<" not in rule, f"nothing stands for a part of {rule}"
        return rule

    def words(self) -> dict[str, str]:
        """Values for fields: the first agency's confirmed turn, its trámite, and the second agency."""
        turn, theirs = (db.session.get_one(Booking, number) for number in (self.here.confirmed, self.there.confirmed))
        return {
            "confirmed": str(turn.id),
            "reference": turn.reference,
            "slug": turn.procedure.slug,
            "other": theirs.agency.slug,
            "agency": turn.agency.slug,
            "line": turn.procedure.line.slug,
        }


def rules(app: Flask, method: str) -> list[str]:
    """The rules that answer ``method``, each once, in order."""
    found: list[Rule] = list(app.url_map.iter_rules())
    return sorted({str(rule.rule) for rule in found if rule.methods and method in rule.methods})


def ask(client: FlaskClient, method: str, path: str, **options: object) -> TestResponse:
    """One answer without strict reading: only the headers of a stream, and HEAD has no body."""
    with client.application.app_context():
        answer = FlaskClient.open(client, path, method=method, **options)  # type: ignore[arg-type]  # werkzeug's own
    db.session.rollback()  # the test must see what the request wrote
    answer.close()
    return answer


def form_token(client: StrictClient) -> str:
    client.get("/mi-turno")
    return token_of(client)


@dataclass(frozen=True)
class _Kept:
    """A stored world: building it takes longer than most tests with it."""

    world: World
    cookies: Mapping[str, Mapping[Any, Any]]  # by identity
    restore: Restore
    at: datetime

    @classmethod
    def of(cls, world: World) -> "_Kept":
        cookies = {who: dict(_jar(client)) for who, client in world.clients.items()}
        return cls(replace(world, clients={}), cookies, keep_rows(), clock.now())

    def again(self, app: Flask) -> World:
        """The same in ``app``, at the same time of its clock."""
        self.restore()
        offset = app.config["SETTINGS"].clock_offset
        schema.set_clock(offset)
        schema.set_clock(offset + timedelta(seconds=ceil((self.at - clock.now()).total_seconds())))
        return replace(self.world, app=app, clients={who: _client(app, jar) for who, jar in self.cookies.items()})


_kept: dict[tuple[str, str], _Kept] = {}


def build_world(app: Flask) -> World:
    """Build the world in an application's empty database, fresh for every test."""
    settings = app.config["SETTINGS"]
    kind = (db.engine.dialect.name, urlsplit(settings.base_url).scheme)  # the scheme is in the names of cookies
    if kind in _kept:
        return _kept[kind].again(app)
    world = _build(app)
    _kept[kind] = _Kept.of(world)
    db.session.rollback()
    return world


def _jar(client: FlaskClient) -> dict[Any, Any]:
    jar = client._cookies
    assert jar is not None
    return jar


def _client(app: Flask, cookies: Mapping[Any, Any]) -> StrictClient:
    made = app.test_client()
    assert isinstance(made, StrictClient)
    _jar(made).update(cookies)
    return made


def _build(app: Flask) -> World:
    procedure = create_procedure(minutes=20, name="Notificación de glosas")
    desk, other = create_desk(procedure.line, windows=9), create_desk(procedure.line, windows=9)
    create_citizen(cedula(30))
    here, there = _turns(desk, procedure, 1), _turns(other, procedure, 11)
    clients = _clients(app, desk, other)
    return World(app, clients, _parts(clients["citizen"], desk, procedure, here), here, there)


def _turns(desk: Desk, procedure: Procedure, number: int) -> Turns:
    clerk = create_account(desk.agency)
    kiosk = create_device(desk.agency)
    assistance.help_asked(kiosk.id)
    closure = create_closure(datetime(2027, 3, 1), datetime(2027, 3, 2), scope="agency", agency_id=desk.agency_id)
    called = arrived(desk, procedure, ELEVEN, number)
    calling.call(called, Clerk(Actor.staff(clerk.id), desk.agency_id, 7))
    return Turns(
        confirmed=booked(desk, procedure, ELEVEN, number + 1),
        arrived=arrived(desk, procedure, ELEVEN, number + 2),
        called=called,
        kiosk=kiosk.id,
        closure=closure.id,
        account=create_account(desk.agency).id,
    )


def _clients(app: Flask, desk: Desk, other: Desk) -> dict[str, StrictClient]:
    disabled = create_account(desk.agency, email=DISABLED)
    staff = {
        "disabled": (disabled, 1),
        "window": (create_account(desk.agency), 7),
        "supervisor": (create_account(desk.agency, "supervisor"), 2),
        "window of B": (create_account(other.agency), 7),
        "supervisor of B": (create_account(other.agency, "supervisor"), 2),
        "admin": (create_account(None, "admin"), None),
    }
    made = {who: signed_in(app, account, window) for who, (account, window) in staff.items()}
    accounts.disable(DISABLED)
    for kind in ("kiosk", "board"):
        made[kind] = paired(app, create_device(desk.agency, kind))
    made |= {who: _client(app, {}) for who in ("nobody", "citizen")}
    return made


def _parts(citizen: StrictClient, desk: Desk, procedure: Procedure, here: Turns) -> dict[str, str]:
    """The links are those of a turn, an account and a device that exist; the journey is the citizen's."""
    walker = Walker.at_hours(citizen, desk, procedure, number=30)
    walker.hold(next_workday(), ELEVEN)
    turn = db.session.get_one(Booking, here.confirmed)
    return {
        "<key>": walker.key,
        "mi-turno/<token>": f"mi-turno/{queries.token_of(turn)}",
        "no-fui-yo/<token>": f"no-fui-yo/{_disownable(desk, procedure)}",
        "activar/<token>": f"activar/{accounts.add_account(WAITING, accounts.Post('window', desk.agency_id))}",
        "dispositivo/<token>": f"dispositivo/{devices.add_device('puerta', desk.agency_id, 'kiosk')}",
        "solicitud/<token>": f"solicitud/{_waiting(desk, procedure)}",
        "opinion/<reference>/<mac>": rating_path(attended(desk, procedure, ELEVEN, 34)).lstrip("/"),
        "queja/<number>": f"queja/{complaints.file_complaint(complaints.Said('w', 'complaint', 'Esperé'), 'w')}",
        "<number>": str(create_draw(desk).id),
        "<complaint_number>": _complained(desk),
        "<agency_slug>": desk.agency.slug,
        "<procedure_slug>": procedure.slug,
        "<int:holiday_id>": str(create_local_holiday(date(2027, 3, 3)).id),
        "<slug>": procedure.slug,
        "<letter_id>": "carta",
        "<day>": today().isoformat(),
    }


def _complained(desk: Desk) -> str:
    """The number of a complaint about the agency."""
    return complaints.file_complaint(complaints.Said("x", "complaint", "No había nadie", desk.agency.slug), "x")


def _waiting(desk: Desk, procedure: Procedure) -> str:
    """The token of a request with an offered place."""
    token = listed(desk, procedure, 33)
    giving_up = at_hour_step(desk.agency, procedure, 32)
    holds.place(giving_up.key, giving_up.browser, next_workday() + timedelta(days=7), ELEVEN)
    cancel.cancel_turn(confirm.confirm_turn(giving_up.key, giving_up.browser))
    return token


def _disownable(desk: Desk, procedure: Procedure) -> str:
    """The owner token of a turn whose cédula has another address on file."""
    traveller = at_hour_step(desk.agency, procedure, 31, registry_email="dueno.demo@example.ec")
    holds.place(traveller.key, traveller.browser, next_workday(), ELEVEN)
    return str(queries.owner_token_of(queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))))

"""Kiosks and boards: paired once with a link, identified by their cookie, revocable."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound, Refused
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.core.language import gettext_noop as _
from turnero.staff import cookies, record
from turnero.staff.actor import COMMAND_LINE, Actor
from turnero.staff.models import Device

KINDS = {"kiosk": _("el kiosco"), "board": _("la pantalla")}
COOKIE = "turnero-device"
COOKIE_SECONDS = 365 * 24 * 3600
PAIRING_LIFE = timedelta(hours=24)
_STATES = {"paired": _("vinculado"), "revoked": _("sin acceso"), "waiting": _("por vincular")}
_SEEN_EVERY = timedelta(minutes=1)
# From Z backwards: desks begin at A, and the series identifies the issuer of a ticket.
_SERIES = "ZYXWVUTSRP"


class DeviceExists(Refused):
    code = "device_exists"


class NoSeriesLeft(Refused):
    """The agency has used all ten kiosk series."""

    code = "no_series_left"


def add_device(name: str, agency_id: int, kind: str, *, by: Actor = COMMAND_LINE) -> str:
    """Add a device, or pair an existing one of the same name and agency again. Returns the link's token.

    ``kind``: kiosk or board. Raises DeviceExists if the name has another agency or kind, and NoSeriesLeft.
    """
    token = cookies.new_key()
    _add(name, agency_id, kind, _Pairing(token, by))
    return token


@dataclass(frozen=True)
class _Pairing:
    """The link's token and its issuer."""

    token: str
    by: Actor


@database.transaction
def _add(name: str, agency_id: int, kind: str, pairing: _Pairing) -> None:
    database.lock(f"devices:{agency_id}")
    now = clock.now()
    device = to_pair_anew(name, agency_id, kind, lock=True)
    if device is None:
        series = _free_series(agency_id) if kind == "kiosk" else None
        device = Device(name=name, agency_id=agency_id, kind=kind, series=series, created_at=now, misses=0)
        db.session.add(device)
    device.pairing_hash, device.pairing_expires_at = cookies.cookie_hash_of(pairing.token), now + PAIRING_LIFE
    device.revoked_at = None
    summary = gettext("Da un enlace para vincular %(kind)s %(name)s.", kind=gettext(KINDS[kind]), name=name)
    record.record_change(pairing.by, "device", summary, agency_id=agency_id)


def to_pair_anew(name: str, agency_id: int, kind: str, *, lock: bool = False) -> Device | None:
    """The existing device of this name, or None for a new one. Raises DeviceExists, NoSeriesLeft."""
    wanted = select(Device).where(Device.name == name)
    device = db.session.scalar(wanted.with_for_update() if lock else wanted)
    if device is None and kind == "kiosk":
        _free_series(agency_id)
    if device is not None and (device.agency_id, device.kind) != (agency_id, kind):
        raise DeviceExists(name=name)
    return device


def _free_series(agency_id: int) -> str:
    taken = set(db.session.scalars(select(Device.series).where(Device.agency_id == agency_id)))
    for letter in _SERIES:
        if letter not in taken:
            return letter
    raise NoSeriesLeft


def to_pair(token: str) -> Device:
    """The device of a pairing link. Raises NotFound once used, expired or revoked."""
    device = db.session.scalar(
        select(Device).where(
            Device.pairing_hash == cookies.cookie_hash_of(token),
            Device.pairing_expires_at > clock.now(),
            Device.revoked_at.is_(None),
        )
    )
    if device is None:
        raise NotFound
    return device


@database.transaction
def pair(token: str) -> tuple[str, str]:
    """Use a pairing link. Returns the key for the device's cookie and its kind. Raises NotFound."""
    device = to_pair(token)
    key = cookies.new_key()
    used = db.session.execute(
        update(Device)
        .where(Device.id == device.id, Device.pairing_hash == cookies.cookie_hash_of(token))
        .values(pairing_hash=None, pairing_expires_at=None, key_hash=cookies.cookie_hash_of(key), paired_at=clock.now())
        .returning(Device.kind)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if used is None:
        raise NotFound
    return key, used


@database.transaction
def revoke(name: str, *, by: Actor = COMMAND_LINE) -> int:
    """Revoke the device from its next request on. Returns the change's id. Raises NotFound."""
    device = db.session.scalar(select(Device).where(Device.name == name).with_for_update())
    if device is None:
        raise NotFound
    device.revoked_at = clock.now()
    device.key_hash = device.pairing_hash = None
    summary = gettext("Quita %(kind)s %(name)s.", kind=gettext(KINDS[device.kind]), name=name)
    return record.record_change(by, "device", summary, agency_id=device.agency_id).id


def state_key(device: Device) -> str:
    """revoked, paired or waiting"""
    if device.revoked_at is not None:
        return "revoked"
    return "paired" if device.key_hash else "waiting"


def device_state(device: Device) -> str:
    """In a word, for lists."""
    return gettext(_STATES[state_key(device)])


def current_device() -> Device | None:
    """The device of this request's key, unless revoked."""
    key_hash = cookies.sent(COOKIE)
    if key_hash is None:
        return None
    wanted = select(Device).where(Device.key_hash == key_hash, Device.revoked_at.is_(None))
    device = db.session.scalar(wanted.execution_options(populate_existing=True))
    if device is None:
        return None
    now = clock.now()
    if device.seen_at is None or device.seen_at <= now - _SEEN_EVERY:
        _see(device.id)
        device = db.session.get_one(Device, device.id)
    return device


def device_sent() -> Device | None:
    """The device of this request's key, even if revoked; only for the log."""
    key_hash = cookies.sent(COOKIE)
    return db.session.scalar(select(Device).where(Device.key_hash == key_hash)) if key_hash else None


@database.transaction
def _see(device_id: int) -> None:
    db.session.execute(update(Device).where(Device.id == device_id).values(seen_at=clock.now()))

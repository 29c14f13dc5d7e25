"""Staff and devices as a test needs them: accounts, signed-in clients and browsers, paired kiosks and boards."""

from itertools import count

from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import select

from tests.support.pages.client import StrictClient
from tests.support.rows.build import start_writing
from turnero.agencies.models import Agency
from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff import cookies, devices, sessions
from turnero.staff.models import Account, Device, StaffSession

_number = count(1)


def create_account(agency: Agency | None, role: str = "window", email: str = "") -> Account:
    """An active account without a known password."""
    agency_id = agency.id if agency else None
    start_writing()
    account = Account(
        email=email or f"{role}{next(_number)}@example.ec",
        role=role,
        agency_id=agency_id,
        password_hash="unusable",
        totp_nonce=None if role == "window" else "unused",
        created_at=clock.now(),
        version=1,
        totp_step=0,
    )
    db.session.add(account)
    db.session.commit()
    return account


def session_key(account: Account, window: int | None = 1) -> str:
    """The cookie's key of a new session of ``account``, sitting at ``window``."""
    start_writing()
    key = sessions.begin_session(db.session.merge(account), "browser-of-staff", clock.now())
    db.session.commit()
    if window is not None:
        number = db.session.scalar(select(StaffSession.id).where(StaffSession.key_hash == cookies.cookie_hash_of(key)))
        assert number is not None
        sessions.sit_down(number, window, None)
    return key


def signed_in(app: Flask, account: Account, window: int | None = 1) -> StrictClient:
    """A client that carries a session of ``account``."""
    client = app.test_client()
    assert isinstance(client, StrictClient)
    client.set_cookie(cookies._name(sessions.COOKIE), session_key(account, window))
    return client


def sign_in_browser(context: BrowserContext, account: Account, base_url: str, window: int | None = 1) -> None:
    """The same for a browser."""
    context.add_cookies([{"name": sessions.COOKIE, "value": session_key(account, window), "url": base_url}])


def create_device(agency: Agency, kind: str = "kiosk", name: str = "") -> Device:
    """A device that waits for its pairing."""
    name = name or f"{kind}-{next(_number)}"
    devices.add_device(name, agency.id, kind)
    return db.session.scalars(select(Device).where(Device.name == name)).one()


def device_key(device: Device) -> str:
    """Pair a device again and return its cookie's key."""
    return devices.pair(devices.add_device(device.name, device.agency_id, device.kind))[0]


def paired(app: Flask, device: Device) -> StrictClient:
    """A client that is the device."""
    client = app.test_client()
    assert isinstance(client, StrictClient)
    client.set_cookie(cookies._name(devices.COOKIE), device_key(device))
    return client


def pair_browser(context: BrowserContext, device: Device, base_url: str) -> None:
    """The same for a browser."""
    context.add_cookies([{"name": devices.COOKIE, "value": device_key(device), "url": base_url}])

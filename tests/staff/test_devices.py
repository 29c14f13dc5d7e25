from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import create_agency
from tests.support.rows.staff import create_device, paired
from turnero.core.extensions import db
from turnero.staff import devices
from turnero.staff.models import Device


def test_a_link_pairs_one_browser_once(client, app):
    token = devices.add_device("puerta", create_agency().id, "kiosk")
    client.get(f"/dispositivo/{token}")
    assert "puerta" in client.page.one("main").text
    page_token = client.page.one("input", name="csrf_token").get("value")
    answer = client.post(f"/dispositivo/{token}", data={"csrf_token": page_token})
    assert (answer.status_code, answer.location) == (303, "/kiosco")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert client.get(f"/dispositivo/{token}").status_code == 404
    assert app.test_client().get(f"/dispositivo/{token}").status_code == 404


def test_a_link_expires_after_a_day(client, clock_shift):
    token = devices.add_device("puerta", create_agency().id, "kiosk")
    clock_shift(timedelta(hours=24, minutes=1))
    assert client.get(f"/dispositivo/{token}").status_code == 404


def test_a_revoked_device_is_shut_out_and_can_be_paired_again(app):
    device = create_device(create_agency(), "kiosk", "puerta")
    kiosk = paired(app, device)
    assert kiosk.get("/kiosco").status_code == 200
    devices.revoke("puerta")
    assert kiosk.get("/kiosco").status_code == 403
    assert paired(app, device).get("/kiosco").status_code == 200


def test_a_board_cannot_act_as_a_kiosk(app):
    agency = create_agency()
    board = paired(app, create_device(agency, "board"))
    assert board.get("/pantalla").status_code == 200
    assert board.get("/kiosco").status_code == 403
    assert paired(app, create_device(agency, "kiosk")).get("/pantalla").status_code == 403


def test_kiosks_of_one_agency_have_series_of_their_own(app):
    agency, other = create_agency(), create_agency()
    for name, where in (("a", agency), ("b", agency), ("c", other)):
        devices.add_device(name, where.id, "kiosk")
    assert db.session.scalars(select(Device.series).order_by(Device.name)).all() == ["Z", "Y", "Z"]


def test_a_name_belongs_to_one_place(app):
    devices.add_device("puerta", create_agency().id, "kiosk")
    with pytest.raises(devices.DeviceExists):
        devices.add_device("puerta", create_agency().id, "kiosk")

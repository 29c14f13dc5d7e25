"""Fixtures of the administration's tests."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.rows.build import next_workday
from tests.support.rows.staff import create_account, signed_in
from turnero.core.extensions import db
from turnero.staff.models import AdminChange


class Governor:
    """A client that governs: it sends the form of a page, looks at what it would do, and saves."""

    def __init__(self, client):
        self.client = client

    @property
    def page(self):
        return self.client.page

    def get(self, address):
        assert self.client.get(address).status_code == 200, address
        return self.page

    def form(self):
        (form,) = [form for form in self.page.all("form") if form.get("action").startswith("/admin/")]
        return form

    def send(self, address, **values):
        """Fill in the form of a page and send it; the answer's status."""
        self.get(address)
        return self.client.submit(self.form(), **values).status_code

    def told(self):
        """What the page before saving says will happen."""
        assert self.page.h1 == "Antes de guardar"
        return [item.text for item in self.page.all("li")]

    def save(self, address, **values):
        """All of it; what was told before."""
        assert self.send(address, **values) == 200
        said = self.told()
        assert self.client.submit(self.form(), paso="guardar").status_code == 200
        return said


@pytest.fixture
def new_admin(app):
    """Makes one, with a session of its own."""
    return lambda: Governor(signed_in(app, create_account(None, "admin"), None))


@pytest.fixture
def admin(new_admin):
    return new_admin()


@pytest.fixture
def supervisor(app):
    """Makes one of an agency."""
    return lambda agency: Governor(signed_in(app, create_account(agency, "supervisor"), None))


@pytest.fixture
def there(desk):
    """The address of the desk's agency."""
    return f"/admin/agencias/{desk.agency.slug}"


@pytest.fixture
def saved(app):
    """What was written down, in order."""

    def read():
        db.session.rollback()
        return [change.summary for change in db.session.scalars(select(AdminChange).order_by(AdminChange.id))]

    return read


@pytest.fixture
def closing_hours(app):
    """Fields of a whole day's closing next week."""

    def fields(**where):
        day = next_workday() + timedelta(days=7)
        whole_day = {"desde": f"{day}T00:00", "hasta": f"{day + timedelta(days=1)}T00:00"}
        return whole_day | {"motivo": "Corte de luz", "clase": "decreto"} | where

    return fields


@pytest.fixture
def usual_windows():
    return 2

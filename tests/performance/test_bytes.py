"""The weight of pages, for slow phones on slow lines."""

import pytest

from tests.support.pages.walking import Walker
from tests.support.rows.build import next_workday
from turnero.core.paths import resource

pytestmark = pytest.mark.engines("sqlite")
# Kilobytes of a page with one agency, before a proxy presses it: what all pages have in common, and little more.
PAGES = {"/": 4, "/agencias": 3, "/agencias?provincia=17": 4, "/tramites": 3, "/turno": 4, "/ayuda": 6}
INSIDE = {"lugar?provincia=17": 5, "horario": 6, "horario?dia={day}": 8}
STYLES, SCRIPTS = 26, 7  # of the stylesheet, and of any one script


@pytest.mark.parametrize(("page", "most"), PAGES.items())
def test_public_pages_weigh_little(app, client, desk, page, most):
    client.get(page)
    assert client.response.status_code == 200
    assert len(client.response.data) <= most * 1024


def test_pages_of_a_journey_weigh_little(app, client, desk, procedure):
    journey = Walker.at_hours(client, desk, procedure).address("")
    for page, most in INSIDE.items():
        client.get(journey + page.format(day=next_workday()))
        assert client.response.status_code == 200
        assert len(client.response.data) <= most * 1024, page


def test_style_and_scripts_weigh_little():
    sizes = {path.name: path.stat().st_size for path in resource("static").rglob("*") if path.suffix in (".css", ".js")}
    heavy = {name: size for name, size in sizes.items() if size > (STYLES if name.endswith("css") else SCRIPTS) * 1024}
    assert not heavy

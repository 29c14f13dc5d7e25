"""The board in Chromium: calls as they come, one after another, and an honest word when the server is silent."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.pages.looking import look_closely
from tests.support.rows.staff import create_device, pair_browser
from tests.support.rows.visits import arrived
from turnero.attention.day import calling
from turnero.attention.day.attendance import Clerk
from turnero.core.extensions import db
from turnero.staff.actor import Actor

ELEVEN = 660
WALL = {"width": 1920, "height": 1080}

pytestmark = pytest.mark.desk(agency={"name": "Agencia de demostración Quito Norte"}, windows=9)


@pytest.fixture
def people(desk, procedure):
    found = [arrived(desk, procedure, ELEVEN, number) for number in range(1, 7)]
    db.session.rollback()
    return found


@pytest.fixture
def wall(open_context, live_server, desk):
    """The browser on the wall, paired."""

    def opened(**options):
        context = open_context(viewport=WALL, **options)
        pair_browser(context, create_device(desk.agency, "board"), live_server.url)
        return context.new_page()

    return opened


@pytest.fixture
def call(desk):
    agency_id = desk.agency_id

    def call_one(booking_id, window):
        calling.call(booking_id, Clerk(Actor.staff(1), agency_id, window))
        db.session.rollback()

    return call_one


def on_top(page):
    return page.locator(".now .code")


def pass_seconds(page, count):
    """Each with its question to the server answered: the board knows silence too."""
    for _ in range(count):
        with page.expect_response(re.compile("llamados")):
            page.clock.run_for(1000)


def test_a_call_appears_within_two_seconds(wall, people, call):
    page = wall()
    page.goto("/pantalla")
    expect(page.get_by_role("heading", name="Bienvenidos")).to_be_visible()
    look_closely(page)
    call(people[0], 3)
    expect(on_top(page)).to_have_text("A-001", timeout=2000)
    expect(page.locator(".now .to")).to_have_text("Ventanilla 3")
    look_closely(page)


def test_calls_that_come_together_stand_eight_seconds_each(wall, people, call):
    page = wall()
    began = datetime(2026, 11, 9, 15, tzinfo=UTC)
    page.clock.install(time=began)
    page.goto("/pantalla")
    expect(page.get_by_role("heading", name="Bienvenidos")).to_be_visible()
    page.clock.pause_at(began + timedelta(minutes=1))  # or the time this test takes would count too
    pass_seconds(page, 1)
    for window, booking_id in enumerate(people[:3], 1):
        call(booking_id, window)
    pass_seconds(page, 2)
    page.clock.run_for(200)  # the last answer may have come after the board last looked
    expect(on_top(page)).to_have_text("A-001")
    for ticket in ("A-002", "A-003"):
        before = on_top(page).text_content()
        pass_seconds(page, 5)
        expect(on_top(page)).to_have_text(before)
        pass_seconds(page, 3)
        expect(on_top(page)).to_have_text(ticket)
    expect(page.locator(".earlier td")).to_have_text(["A-002", "2", "A-001", "1"])


def test_five_calls_fit_the_wall_and_are_read_from_eight_metres(wall, people, call):
    for window, booking_id in enumerate(people[:5], 1):
        call(booking_id, window)
    page = wall()
    page.goto("/pantalla")
    expect(on_top(page)).to_have_text("A-005")
    expect(page.locator(".earlier tbody tr")).to_have_count(4)
    look_closely(page)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    size = page.locator(".earlier td").first.evaluate("cell => parseFloat(getComputedStyle(cell).fontSize)")
    assert size * 0.72 >= 0.135 * WALL["height"]  # capitals are some seven tenths of the letter
    last = page.locator(".earlier tbody tr").last.bounding_box()
    assert last["y"] + last["height"] <= page.locator("footer").bounding_box()["y"] + 1


def test_the_board_reports_a_silent_server_and_hides_old_calls(wall, people, call):
    call(people[0], 1)
    page = wall()
    page.goto("/pantalla")
    expect(on_top(page)).to_have_text("A-001")
    page.route("**/llamados.json", lambda route: route.fulfill(status=429))
    pill = page.get_by_text(re.compile(r"Sin conexión desde \d\d:\d\d"))
    expect(pill).to_be_visible(timeout=9000)
    expect(on_top(page)).to_have_count(0)
    look_closely(page)
    page.unroute("**/llamados.json")
    expect(on_top(page)).to_have_text("A-001")
    expect(pill).to_be_hidden()


def test_a_repeated_call_comes_on_top_again(wall, people, call, desk):
    by = Clerk(Actor.staff(1), desk.agency_id, 1)
    call(people[0], 1)
    call(people[1], 2)
    page = wall()
    page.goto("/pantalla")
    expect(on_top(page)).to_have_text("A-002")
    calling.recall(people[0], by)
    expect(on_top(page)).to_have_text("A-001", timeout=12_000)
    expect(page.locator(".earlier td")).to_have_text(["A-002", "2"])


def test_the_sound_is_asked_for_once_and_speaks_spanish(wall, people, call):
    page = wall()
    page.add_init_script(
        "window.said = []; Object.defineProperty(window, 'speechSynthesis', {value: "
        "{getVoices: () => [], speak: (words) => said.push(`${words.lang}: ${words.text}`)}});"
    )
    page.goto("/pantalla")
    page.get_by_role("button", name="Activar sonido").click()
    expect(page.get_by_role("button", name="Sonido activado")).to_be_disabled()
    look_closely(page)
    call(people[4], 3)
    expect(on_top(page)).to_have_text("A-005")
    page.evaluate("new Promise((done) => setInterval(() => said.length > 1 && done(), 50))")
    assert page.evaluate("said") == ["es-EC: Sonido activado", "es-EC: Turno A 5, ventanilla 3"]


def test_without_javascript_the_page_asks_again_by_itself(wall, people, call):
    page = wall(java_script_enabled=False)
    page.goto("/pantalla")
    expect(page.get_by_role("heading", name="Bienvenidos")).to_be_visible()
    call(people[0], 1)
    expect(on_top(page)).to_have_text("A-001", timeout=9000)
    expect(page.get_by_role("button")).to_have_count(0)


def test_yesterdays_calls_go_by_themselves(wall, people, call, clock_shift):
    call(people[0], 1)
    page = wall()
    page.goto("/pantalla")
    expect(on_top(page)).to_have_text("A-001")
    clock_shift(timedelta(days=1))
    expect(page.get_by_role("heading", name="Bienvenidos")).to_be_visible()
    expect(on_top(page)).to_have_count(0)


def test_the_queue_shows_each_call_in_turn(wall, people):
    page = wall()
    page.goto("/pantalla")
    module = page.locator("script").get_attribute("src").replace("board.js", "board-queue.js")
    steps = page.evaluate(
        """async (address) => {
        const { CallQueue, spoken } = await import(address);
        const call = (number, ticket, window = 1) => ({ number, ticket, window });
        const queue = new CallQueue();
        const top = () => queue.shown.map((one) => one.ticket).join(" ");
        const steps = [];
        queue.reset([call(2, "A-002"), call(1, "A-001")], 0);
        queue.receive([call(4, "A-004"), call(3, "A-003"), call(2, "A-002")]);
        for (const at of [7999, 8000, 15999, 16000]) { queue.advance(at); steps.push(top()); }
        queue.receive([call(5, "A-001"), call(4, "A-004")]);
        queue.advance(90000); steps.push(top());
        queue.receive([call(5, "A-001")]); queue.advance(190000); steps.push(top());
        return [...steps, spoken(call(1, "Z-012", 10))];
    }""",
        module,
    )
    assert steps == [
        "A-002 A-001",
        "A-003 A-002 A-001",
        "A-003 A-002 A-001",
        "A-004 A-003 A-002 A-001",
        "A-001 A-004 A-003 A-002",
        "A-001 A-004 A-003 A-002",
        "Turno Z 12, ventanilla 10",
    ]

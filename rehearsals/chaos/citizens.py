"""Citizens who request turns continuously, return after every failure, and record what they were shown."""

import itertools
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rehearsals.chaos.browser import Answer, Asked, Browser
from rehearsals.chaos.post import Post
from tests.support.pages.page import Element, Page
from tests.support.rows.journeys import cedula

_MAX_STEPS = 70
_THINK = (0.2, 1.6)
_CODE_SECONDS = 20
_RELOADS = 4
_IN_A_RUSH, _RUSH_EVERY = 0.4, 6
_RESEND_SECONDS = 65
_AGENCIES = ("norte", "centro", "sur")
_numbers = itertools.count(1)


@dataclass
class Shown:
    """A turn as its holder last saw it. ``state``: confirmed, cancelled, or unsure after an answer that never came."""

    token: str
    reference: str
    when: str
    agency: str
    state: str = "confirmed"
    at: float = field(default_factory=time.time)


@dataclass
class Log:
    """Everything the citizens saw, recorded outside the product."""

    asked: list[Asked] = field(default_factory=list)
    shown: dict[str, Shown] = field(default_factory=dict)  # by token
    broken: list[str] = field(default_factory=list)  # promises broken before their eyes
    lost: list[float] = field(default_factory=list)  # when a place that was kept for them was not theirs at the confirm
    repeated: int = 0
    abandoned: int = 0


class Citizen(threading.Thread):
    """One person after another at one device. Ends after the journey under way once ``stop`` is set."""

    def __init__(self, url: str, post: Post, log: Log, seed: int) -> None:
        super().__init__(daemon=True)
        self.url, self.post, self.log = url, post, log
        self.stop = threading.Event()
        self.dice = random.Random(seed)  # noqa: S311 (a run that can be repeated)
        self.address = f"127.0.0.{10 + seed % 200}"

    def run(self) -> None:
        while not self.stop.is_set():
            Journey(self, next(_numbers)).walk()

    def patience(self) -> float:
        """Seconds for which a code is waited for: not long when the run ends."""
        return 0.5 if self.stop.is_set() else _CODE_SECONDS

    def think(self) -> None:
        self.stop.wait(self.dice.uniform(*_THINK))


class Journey:
    """One person's walk from the first step to the use of their turn."""

    def __init__(self, citizen: Citizen, number: int) -> None:
        self.citizen, self.log, self.dice = citizen, citizen.log, citizen.dice
        self.cedula = cedula(number)
        self.email = f"persona.{number}@ejemplo-{number % 7}.ec"
        self.mobile = f"09{80_000_000 + number}"
        self.browser = Browser(citizen.url, citizen.address, citizen.log.asked)
        self.place = "/turno"  # where to come back to after trouble
        self.asked_for_code = 0.0
        self.tokens: list[str] = []
        self.changing = self.ended = False
        self.in_a_rush = self.dice.random() < _IN_A_RUSH

    def walk(self) -> None:
        answer = self.browser.get("/turno")
        for _ in range(_MAX_STEPS):
            if self.ended or self.citizen.stop.is_set():
                return
            self.citizen.think()
            answer = self._next(answer)
        self.log.abandoned += 1

    def _next(self, answer: Answer) -> Answer:
        if answer.trouble or answer.page is None:
            time.sleep(self.dice.uniform(0.5, 3))
            return self.browser.get(self.place)
        if answer.status == 404:
            return self._lost(answer)
        if answer.path.startswith("/mi-turno/"):
            return self._at_the_turn(answer)
        if answer.path.startswith("/turno/"):
            self.place = answer.path.rpartition("/")[0] + "/confirmar"
        return self._steps().get(answer.step, self._elsewhere)(answer.page, answer)

    def _steps(self) -> dict[str, Callable[[Page, Answer], Answer]]:
        return {
            "turno": lambda page, at: self._submit(page, at, "/turno", cedula=self.cedula),
            "contacto": self._contact,
            "verificar": self._code,
            "reenviar": self._code,
            "lugar": lambda page, at: self._submit(
                page,
                at,
                provincia="17",
                tramite="notificacion-de-glosas",
                agencia=_AGENCIES[0] if self.in_a_rush else self.dice.choice(_AGENCIES),
            ),
            "horario": self._hour,
            "confirmar": self._confirm,
        }

    def _submit(self, page: Page, at: Answer, action: str = "", **typed: str) -> Answer:
        forms = [form for form in page.all("form") if form.get("method").lower() == "post"]
        mine = [form for form in forms if not action or form.get("action").endswith(action)]
        return self._send(mine[0], at, **typed) if mine else self._elsewhere(page, at)

    def _send(self, form: Element, at: Answer, **typed: str) -> Answer:
        """Send a form; after trouble bring the page up to date, as it asks for: the same form goes again."""
        answer = self.browser.submit(form, at.path, **typed)
        for _ in range(_RELOADS):
            if not answer.trouble:
                break
            time.sleep(self.dice.uniform(0.5, 3))
            answer = self.browser.submit(form, at.path, **typed)
        return answer

    def _elsewhere(self, _page: Page, _at: Answer) -> Answer:
        time.sleep(1)
        return self.browser.get(self.place)

    def _lost(self, at: Answer) -> Answer:
        self.log.broken.append(f"404 in the middle of a journey, after {self.place} at {at.path}")
        self.ended = True
        return at

    def _contact(self, page: Page, at: Answer) -> Answer:
        self.asked_for_code = time.time()
        return self._submit(page, at, "contacto", correo=self.email, celular=self.mobile)

    def _code(self, page: Page, at: Answer) -> Answer:
        code = self.citizen.post.code_after(self.email, self.asked_for_code - 60, self.citizen.patience())
        if code is not None and "aria-invalid" not in str(page.errors):
            return self._submit(page, at, "verificar", codigo=code)
        if time.time() - self.asked_for_code < _RESEND_SECONDS:
            return self.browser.get(self.place)
        self.asked_for_code = time.time()
        return self._submit(page, at, "reenviar")

    def _hour(self, page: Page, at: Answer) -> Answer:
        hours = page.all("input", name="hora", type="radio")
        if hours:
            if self.in_a_rush:
                time.sleep(_RUSH_EVERY - time.time() % _RUSH_EVERY)  # with many others, at the same moment
                return self._submit(page, at, hora=hours[0]["value"], acepta="si")
            wanted = self.dice.choice(hours[:6])["value"]
            return self._submit(page, at, hora=wanted, acepta="si")
        days = [link["href"] for link in page.all("a", class_="day")]
        if not days:
            self.ended = True
            return at
        return self.browser.get(days[0] if self.in_a_rush else self.dice.choice(days[:3]))

    def _confirm(self, page: Page, at: Answer) -> Answer:
        form = next((form for form in page.all("form") if "confirmar" in form.get("action", at.path)), None)
        if form is None:
            return self._elsewhere(page, at)
        for token in self.tokens:  # a change: until its answer is read nobody knows
            self.log.shown[token].state = "unsure"
        answer = self._send(form, at)
        if answer.status == 409:
            self.log.lost.append(time.time())
        if self.dice.random() < 0.3:
            # A double click, or the same form again after Back: whatever came first, it is the same turn.
            again = self.browser.submit(form, at.path)
            self.log.repeated += 1
            if answer.path.startswith("/mi-turno/") and again.path.startswith("/mi-turno/"):
                self._same(answer.path, again.path)
            return again if again.path.startswith("/mi-turno/") else answer
        return answer

    def _same(self, first: str, second: str) -> None:
        if first != second:
            self.log.broken.append(f"a repeated confirm gave another turn: {first} and {second}")

    def _at_the_turn(self, at: Answer) -> Answer:
        seen = shown(at)
        if seen is None:  # displaced meanwhile: the page says what was kept instead
            self.ended = at.status == 200
            return at
        if self.tokens and seen.token not in self.tokens:
            self.log.broken.append(f"another turn than before: {seen.token}")
        self.tokens.append(seen.token)
        before = self.log.shown.get(seen.token)
        if before and before.reference != seen.reference:
            self.log.broken.append(f"{before.reference} became {seen.reference}")
        self.log.shown[seen.token] = seen
        self.place = at.path
        return self._afterwards(at, seen)

    def _afterwards(self, at: Answer, seen: Shown) -> Answer:
        chance = self.dice.random()
        if self.changing or chance < 0.6 or seen.state != "confirmed":
            self.ended = True
            return at
        if chance < 0.8:
            return self._cancel(seen)
        self.changing = True
        change = [form for form in at.page.all("form") if form.get("action").endswith("/cambiar")] if at.page else []
        return self._send(change[0], at) if change else at

    def _cancel(self, seen: Shown) -> Answer:
        ask = self.browser.get(f"/mi-turno/{seen.token}/cancelar")
        forms = [form for form in ask.page.all("form") if form.get("action").endswith("/cancelar")] if ask.page else []
        if not forms:
            self.ended = True
            return ask
        seen.state = "unsure"
        return self._send(forms[0], ask)


def shown(at: Answer) -> Shown | None:
    """The turn that a page shows, or None when it shows none."""
    page = at.page
    references = page.all("p", class_="reference") if page else []
    if page is None or not references:
        return None
    when = page.all("p", class_="when")
    state = "cancelled" if "cancelado" in page.h1.lower() else "confirmed"
    ticket = page.all("div", class_="head")
    return Shown(
        at.path.split("/")[2],
        references[0].text.replace(" ", ""),
        when[0].text if when else "",
        ticket[0].text if ticket else "",
        state,
    )

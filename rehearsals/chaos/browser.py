"""A citizen's browser without scripts: keeps its cookies, follows redirects, and notes every request it made."""

import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3

from tests.support.pages.page import BrokenHtml, Element, Page, filled, read

_PATIENCE = urllib3.Timeout(connect=5, read=40)
_POLITE = (429, 503)


@dataclass(frozen=True)
class Asked:
    """One request: when it began (seconds of the machine), how long it took, and its end (0: no answer)."""

    began: float
    seconds: float
    what: str
    status: int
    polite: bool

    @property
    def good(self) -> bool:
        """Whether the person got an answer, or was refused in words that help."""
        return (0 < self.status < 500 and self.status != 429) or self.polite


@dataclass(frozen=True)
class Answer:
    """The final answer after redirects. ``page`` is None without a page."""

    status: int
    path: str
    page: Page | None

    @property
    def step(self) -> str:
        """The last part of the address: confirmar, horario, …; ``turno`` for the first question."""
        return self.path.rpartition("/")[2]

    @property
    def trouble(self) -> bool:
        return self.status == 0 or self.status >= 500


@dataclass
class Browser:
    """``address``: its loopback source address; each browser has its own."""

    url: str
    address: str
    asked: list[Asked]
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self._pool = urllib3.HTTPConnectionPool(
            parts.hostname or "", parts.port, source_address=(self.address, 0), timeout=_PATIENCE, retries=False
        )

    def get(self, path: str) -> Answer:
        return self._follow(*self._ask("GET", path, None))

    def submit(self, form: Element, path: str, **typed: str) -> Answer:
        """Fill in ``form`` of the page at ``path`` and send it."""
        target = urljoin(path, form.get("action") or path)
        return self._follow(*self._ask("POST", target, filled(form) | typed))

    def _follow(self, status: int, path: str, body: str) -> Answer:
        for _ in range(5):
            if status not in (302, 303):
                break
            status, path, body = self._ask("GET", urlsplit(body).path + _query(body), None)
        try:
            page = read(body) if body and status else None
        except BrokenHtml:
            page = None
        return Answer(status, urlsplit(path).path, page)

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        """Status, address and page; of a redirect the place it names instead of the page. Status 0: no answer."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields)
        began, start = time.time(), time.monotonic()
        status, text, place = 0, "", ""
        try:
            response = self._pool.request(method, path, body=body, headers=headers, redirect=False)
            status, text = response.status, response.data.decode(errors="replace")
            place = response.headers.get("Location", "")
            self._remember(response)
        except (urllib3.exceptions.HTTPError, OSError):
            status = 0
        polite = status in _POLITE and "turno" in text and "Traceback" not in text
        self.asked.append(Asked(began, time.monotonic() - start, f"{method} {_kind(path)}", status, polite))
        return status, path, place if status in (302, 303) else text

    def _remember(self, response: urllib3.BaseHTTPResponse) -> None:
        for line in response.headers.getlist("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value


def _query(address: str) -> str:
    query = urlsplit(address).query
    return f"?{query}" if query else ""


def _kind(path: str) -> str:
    """A URL without personal parts."""
    parts = [part if len(part) < 16 else "…" for part in urlsplit(path).path.split("/")]
    return "/".join(parts)

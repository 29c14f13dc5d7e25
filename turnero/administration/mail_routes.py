"""``/admin/correos`` and ``/admin/quejas``: mails that did not leave, and complaints that wait for an answer."""

from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy import func, select

from turnero import clock
from turnero import db as database
from turnero.administration import reach, statistics
from turnero.administration.decide import Decision, decide, made_at
from turnero.administration.errors import TextLong, TextMissing
from turnero.extensions import db
from turnero.fields import Fields
from turnero.language import gettext
from turnero.logs import without_identities
from turnero.notices import outbox
from turnero.notices.models import Notice
from turnero.notices.words import KINDS, STATES
from turnero.page import NO_TROUBLE, Trouble, show
from turnero.staff import record
from turnero.staff.access import Role, staff_only
from turnero.transparency import complaints
from turnero.transparency.figures import MAINLAND
from turnero.transparency.models import Complaint

blueprint = Blueprint("admin_mail", __name__, url_prefix="/admin")
_MOST_SHOWN = 100
_MOST_LETTERS = 4000


@blueprint.get("/correos")
@staff_only(Role.ADMIN)
def queue() -> Response:
    return _queue(NO_TROUBLE)


def _queue(trouble: Trouble) -> Response:
    """Of an address the domain alone: whose mailbox it is says nothing about what is wrong."""
    counts = statistics.mail_counts()
    dead = select(Notice).where(Notice.status == "dead").order_by(Notice.id.desc()).limit(_MOST_SHOWN)
    lines = [
        (
            clock.local(notice.created_at, MAINLAND),
            gettext(KINDS.get(notice.kind, notice.kind)),
            notice.reference or "",
            notice.address.rpartition("@")[2],
            notice.attempts,
            without_identities(notice.last_error or ""),  # the server names the mailbox as a rule
        )
        for notice in db.session.scalars(dead)
    ]
    oldest = db.session.scalar(select(func.min(Notice.created_at)).where(Notice.status.in_(("waiting", "sending"))))
    waited = int((clock.now() - oldest).total_seconds()) if oldest else None
    return show(
        "administration/mail.html",
        trouble,
        counts=[(gettext(word), counts.get(status, 0)) for status, word in STATES.items()],
        waited=waited,
        lines=lines,
        revivable=_revivable(),
    )


@blueprint.post("/correos/reintentar")
@staff_only(Role.ADMIN)
def retry() -> Response:
    return decide(Retrying, _queue, made_at(".queue"))


class Retrying:
    """Dead letters that are put back in the queue."""

    @property
    def summary(self) -> str:
        return gettext("Vuelve a poner en la cola los correos fallidos que no han caducado.")

    def look(self) -> tuple[list[str], str]:
        return [gettext("Correos que se intentan otra vez en el próximo minuto: %(count)s.", count=_revivable())], ""

    def make(self, seal: str, actor: str) -> int:
        return _revive(self.summary, actor)


@database.transaction
def _revive(summary: str, actor: str) -> int:
    return record.add(actor, "mail", summary, effect=gettext("Correos: %(count)s.", count=outbox.revive())).id


def _revivable() -> int:
    return db.session.scalar(select(func.count()).where(*outbox.revivable())) or 0


@blueprint.get("/quejas")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def waiting() -> Response:
    rows = complaints.unanswered(reach.only())
    return show("administration/complaints.html", rows=rows, today=clock.local(clock.now(), MAINLAND).date())


@blueprint.get("/quejas/<complaint_number>")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def complaint(complaint_number: str) -> Response:
    return _complaint(_theirs(complaint_number), NO_TROUBLE)


@blueprint.post("/quejas/<complaint_number>")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def answer(complaint_number: str) -> Response:
    """Field ``respuesta``."""
    row = _theirs(complaint_number)

    def read() -> Decision:
        fields = Fields(request.form)
        words = fields.parsed("respuesta", _answer)
        fields.check()
        return Answering(row.number, words or "", by_mail=row.email is not None)

    return decide(read, lambda trouble: _complaint(row, trouble), made_at(".waiting"))


@dataclass(frozen=True)
class Answering:
    """The answer to a complaint, given once."""

    number: str
    words: str
    by_mail: bool

    @property
    def summary(self) -> str:
        return gettext("Responde la queja %(number)s: %(words)s", number=self.number, words=self.words)

    def look(self) -> tuple[list[str], str]:
        where = (
            gettext("La recibe por correo y la verá en la página de su queja, con su número.")
            if self.by_mail
            else gettext("La verá en la página de su queja, con su número.")
        )
        return [where, gettext("Después no se puede cambiar.")], ""

    def make(self, seal: str, actor: str) -> int:
        return complaints.answer(self.number, self.words, by=actor)


def _answer(text: str) -> str:
    """Several lines, as they will be read."""
    if not text:
        raise TextMissing
    if len(text) > _MOST_LETTERS:
        raise TextLong(most=_MOST_LETTERS)
    return text


def _theirs(number: str) -> Complaint:
    row = complaints.by_number(number)
    reach.check(row.agency_id)
    return row


def _complaint(row: Complaint, trouble: Trouble) -> Response:
    return show("administration/complaint.html", trouble, row=row, typed=request.form)

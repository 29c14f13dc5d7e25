"""``/admin/correos``: undelivered mails."""

from flask import Blueprint, Response
from sqlalchemy import func, select

from turnero.administration.edit.decide import decide, made_at
from turnero.administration.statistics import queries
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.core.formatting import duration
from turnero.core.language import gettext
from turnero.core.logs import without_identities
from turnero.notices import outbox
from turnero.notices.models import OWED, Notice, NoticeStatus
from turnero.notices.words import KINDS, STATES
from turnero.staff import record
from turnero.staff.access import Role, staff_only
from turnero.staff.actor import Actor
from turnero.transparency.figures import MAINLAND
from turnero.web.page import NO_ERRORS, FormErrors, render_page

blueprint = Blueprint("admin_mail", __name__, url_prefix="/admin")
_MAX_SHOWN = 100


@blueprint.get("/correos")
@staff_only(Role.ADMIN)
def show_mails() -> Response:
    return _queue(NO_ERRORS)


def _queue(form_errors: FormErrors) -> Response:
    """The queue; addresses appear only by domain, which suffices to find the cause."""
    counts = queries.mail_counts()
    dead = select(Notice).where(Notice.status == NoticeStatus.DEAD).order_by(Notice.id.desc()).limit(_MAX_SHOWN)
    lines = [
        (
            clock.local(notice.created_at, MAINLAND),
            gettext(KINDS.get(notice.kind, notice.kind)),
            notice.reference or "",
            notice.address.rpartition("@")[2],
            notice.attempts,
            without_identities(notice.last_error or ""),  # server errors usually contain the mailbox
        )
        for notice in db.session.scalars(dead)
    ]
    oldest = db.session.scalar(select(func.min(Notice.created_at)).where(Notice.status.in_(OWED)))
    return render_page(
        "administration/mails/mails.html",
        form_errors,
        counts=[(gettext(word), counts.get(status, 0)) for status, word in STATES.items()],
        waited=duration(clock.now() - oldest) if oldest else None,
        lines=lines,
        revivable=_revivable(),
    )


@blueprint.post("/correos/reintentar")
@staff_only(Role.ADMIN)
def submit_retry() -> Response:
    return decide(Retrying, _queue, made_at(".show_mails"))


class Retrying:
    """Retry of dead letters."""

    @property
    def summary(self) -> str:
        return gettext("Vuelve a poner en la cola los correos fallidos que no han caducado.")

    def look(self) -> tuple[list[str], str]:
        return [gettext("Correos que se intentan otra vez en el próximo minuto: %(count)s.", count=_revivable())], ""

    def make(self, seal: str, actor: Actor) -> int:
        return _revive(self.summary, actor)


@database.transaction
def _revive(summary: str, actor: Actor) -> int:
    return record.record_change(actor, "mail", summary, effect=gettext("Correos: %(count)s.", count=outbox.revive())).id


def _revivable() -> int:
    return db.session.scalar(select(func.count()).where(*outbox.revivable())) or 0

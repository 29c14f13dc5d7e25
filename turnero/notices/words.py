"""Mails in words, for the staff: the kinds and the states of a notice."""

from turnero.core.language import gettext_noop as _
from turnero.notices.models import NoticeStatus

STATES = {
    NoticeStatus.WAITING: _("pendientes"),
    NoticeStatus.SENDING: _("enviando"),
    NoticeStatus.SENT: _("enviados"),
    NoticeStatus.DEAD: _("fallidos"),
    NoticeStatus.DROPPED: _("descartados"),
}
KINDS = {
    "cancellation": _("Cancelación"),
    "change": _("Cambio"),
    "code": _("Código"),
    "complaint": _("Queja recibida"),
    "complaint_answer": _("Respuesta a una queja"),
    "confirmation": _("Confirmación"),
    "displaced": _("Cierre: otro turno"),
    "link": _("Enlace del turno"),
    "listed": _("En la lista de espera"),
    "not_drawn": _("Sin suerte en el sorteo"),
    "not_me": _("Aviso al titular"),
    "offer": _("Oferta de la lista"),
    "reminder": _("Recordatorio"),
    "request_over": _("Fin de la espera"),
    "restored": _("Hora recuperada"),
    "visit": _("Después de la visita"),
}

"""Mails in words, for the staff: the kinds and the states of a notice."""

from turnero.core.language import gettext_noop as _

STATES = {
    "waiting": _("pendientes"),
    "sending": _("enviando"),
    "sent": _("enviados"),
    "dead": _("fallidos"),
    "dropped": _("descartados"),
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

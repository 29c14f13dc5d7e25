"""Events of a turn in words: one table for all pages."""

from turnero.booking.turn.events import What, step_to
from turnero.booking.turn.models import Event
from turnero.core.language import gettext
from turnero.core.language import gettext_noop as _

WORDS = {
    What.HELD: _("Se guardó el lugar"),
    What.LAPSED: _("Se liberó el lugar"),
    What.CONFIRMED: _("Se confirmó el turno"),
    What.ARRIVED: _("Llegó"),
    What.CALLED: _("Se llamó"),
    What.ATTENDED: _("Se atendió"),
    What.NO_SHOW: _("Se marcó ausente"),
    What.CANCELLED: _("Se canceló"),
    What.DISPLACED: _("Perdió su lugar"),
    What.WALKED_IN: _("Llegó sin turno"),
    What.REPLACED: _("Eligió otro lugar y se liberó este"),
    What.RELEASED: _("Devolvió el lugar que tenía guardado"),
    What.AGENCY_CHANGED: _("Eligió otra agencia u otro trámite y se liberó el lugar"),
    What.HOURS_CLOSED: _("Se cerró el horario y se liberó el lugar"),
    What.TIME_PASSED: _("Pasó el tiempo y se liberó el lugar"),
    What.OFFER_DECLINED: _("No aceptó el lugar ofrecido"),
    What.OFFER_LAPSED: _("No respondió a tiempo al lugar ofrecido"),
    What.OFFER_WITHDRAWN: _("Se retiró el lugar ofrecido"),
    What.RESTORED: _("Se liberó el lugar al restaurar una copia de seguridad"),
    What.OFFER_ACCEPTED: _("Aceptó el lugar ofrecido"),
    What.CHANGED: _("Cambió de hora"),
    What.REBOOKED: _("Eligió otra hora"),
    What.ACCEPTED: _("Aceptó la hora propuesta"),
    What.PLACED: _("Se le dio otra hora"),
    What.REOPENED: _("Recuperó su hora"),
    What.BY_STAFF: _("La agencia lo canceló"),
    What.NOT_ME: _("El titular no lo había pedido"),
    What.NO_ANSWER: _("Se canceló sin respuesta a la propuesta"),
    What.ERASED: _("Se borraron sus datos personales"),
    What.ARRIVED_OFFLINE: _("Llegó, con el kiosco sin conexión"),
    What.PAPER: _("Se registró desde la lista en papel"),
    What.RECALLED: _("Se volvió a llamar"),
    What.PARKED: _("No respondió y espera de nuevo"),
    What.TRANSFERRED: _("Pasó a otra ventanilla"),
    What.NOT_ARRIVED: _("Se marcó ausente al cerrar el día"),
    What.UNDONE: _("Se deshizo el último paso"),
    What.REASSIGNED: _("Se cambiaron correo, celular y enlace"),
}


def event_words(event: Event) -> str:
    """The event in the reader's language."""
    return gettext(WORDS[event.what or step_to(event.after)])

"""Mails in words, for the staff: the kinds and the states of a notice."""

STATES = {
    "waiting": "pendientes",
    "sending": "enviando",
    "sent": "enviados",
    "dead": "fallidos",
    "dropped": "descartados",
}
KINDS = {
    "cancellation": "Cancelación",
    "change": "Cambio",
    "code": "Código",
    "complaint": "Queja recibida",
    "complaint_answer": "Respuesta a una queja",
    "confirmation": "Confirmación",
    "displaced": "Cierre: otro turno",
    "link": "Enlace del turno",
    "listed": "En la lista de espera",
    "not_drawn": "Sin suerte en el sorteo",
    "not_me": "Aviso al titular",
    "offer": "Oferta de la lista",
    "reminder": "Recordatorio",
    "request_over": "Fin de la espera",
    "restored": "Hora recuperada",
    "visit": "Después de la visita",
}

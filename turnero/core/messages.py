"""Spanish text of every error code (register: usted). A test proves completeness.

Texts are format strings over the error's data: first what happened, then what to do.
"""

from turnero.core.errors import TurneroError
from turnero.core.language import gettext
from turnero.core.language import gettext_noop as _

TEXTS: dict[str, str] = {
    "not_found": _("No encontramos lo que busca."),
    # verify
    "cedula_missing": _("Ingrese su número de cédula."),
    "cedula_length": _("El número de cédula no es válido. Debe tener 10 dígitos y usted ingresó {count}."),
    "cedula_invalid": _("El número de cédula no es válido. Revise los 10 dígitos."),
    "email_missing": _("Ingrese su correo electrónico."),
    "email_invalid": _("El correo electrónico no es válido. Revíselo: debe tener la forma nombre@ejemplo.com."),
    "mobile_missing": _("Ingrese su número de celular."),
    "mobile_invalid": _(
        "El número de celular no es válido. Ingrese un celular de Ecuador: 10 dígitos que empiezan con 09."
    ),
    "code_format": _("Ingrese los 6 números del código que le enviamos."),
    "code_wrong": _("El código no coincide. Le quedan {left} intentos."),
    "code_wrong_one_left": _("El código no coincide. Le queda 1 intento."),
    "code_expired": _("El código caducó. Solicite uno nuevo."),
    "code_tries_spent": _("Se terminaron los intentos para ingresar el código. Por seguridad, empiece de nuevo."),
    "resend_too_soon": _("Acabamos de enviarle un código. Podrá pedir otro en {seconds} s."),
    "too_many_code_mails": _(
        "Ya enviamos varios códigos. Revise también el correo no deseado. Podrá pedir otro en {minutes} min."
    ),
    "registry_unavailable": _(
        "En este momento no podemos comprobar su cédula. "
        "Lo que ingresó está guardado: intente de nuevo en unos minutos."
    ),
    # files that people write
    "file_invalid": _("No se cambió nada. Corrija lo siguiente y vuelva a intentar:\n{lines}"),
    "catalogue_missing": _("No hay archivos .yaml en {path}."),
    "name_invalid": _("Falta o es muy largo."),
    "birth_invalid": _("Debe ser una fecha como 1958-04-23, ni anterior a 1900 ni futura."),
    # backups
    "backup_exists": _("Ya existe {path}. Elija otro nombre: una copia nunca se escribe sobre otra."),
    "backup_not_found": _("{path} no es una copia de Turnero."),
    "backup_other_engine": _("La copia es de otro motor de base de datos (SQLite o PostgreSQL) que el configurado."),
    "backup_program_missing": _("Falta el programa {program}. Instale los programas cliente de PostgreSQL."),
    "backup_failed": _("No se cambió nada. La copia no se pudo hacer o leer: {reason}"),
    "restore_not_empty": _("La base de datos ya tiene datos. Si deben borrarse, repita la orden con --replace."),
    "restore_other_version": _(
        "La copia es de otra versión ({revision}; esta es {newest}). "
        "Devuélvala con la versión que la hizo y después actualice."
    ),
    # agencies
    "unknown_province": _("No hay una provincia con el código {province}. Use dos dígitos, de 01 a 24."),
    "unknown_canton": _("No conocemos el cantón {canton}. Escríbalo como en el catálogo."),
    "ambiguous_canton": _("Hay un cantón {canton} en varias provincias. Indique también el código de la provincia."),
    # booking
    "wrong_step": _("Ese paso no corresponde ahora. Continúe donde se quedó."),
    "not_in_registry": _(
        "No podemos darle un turno en línea con esta cédula. Acérquese a la ventanilla de información "
        "de su agencia con su cédula: allí le atenderán."
    ),
    "cedulas_spent": _(
        "Desde este correo o este equipo ya se consultaron varias cédulas hoy. Intente mañana o acérquese a su agencia."
    ),
    "province_missing": _("Elija una provincia."),
    "procedure_missing": _("Elija un trámite."),
    "procedure_online": _(
        "Este trámite se hace en línea y no necesita turno. Elija otro, o vea cómo hacerlo en «Trámites»."
    ),
    "agency_missing": _("Elija una agencia."),
    "draw_missing": _("Elija la semana en la que desea participar."),
    "hour_missing": _("Elija una hora."),
    "reference_missing": _("Ingrese la referencia de su turno."),
    "reference_invalid": _(
        "La referencia no es válida. Revise sus 7 letras y números: está en el correo de confirmación."
    ),
    "unknown_place": _("Elija una de las opciones de la lista."),
    "place_taken": _("Ese horario acaba de ser tomado. Elija otro."),
    "not_offered": _("Ese horario ya no se ofrece. Elija otro."),
    "hold_lost": _("Se terminó el tiempo para confirmar y el turno quedó libre. Elija otro horario."),
    "already_has_turn": _(
        "Ya existe un turno para este trámite con esta cédula. "
        "Si es suyo, puede verlo o cancelarlo con el enlace que le enviamos por correo."
    ),
    "overlapping_turn": _("A esa hora esta cédula ya tiene otro turno. Elija otro horario."),
    "open_turns_spent": _(
        "Esta cédula ya tiene {limit} turnos pendientes. Podrá pedir otro cuando atienda o cancele uno."
    ),
    "cap_reached": _(
        "Desde este correo, celular o equipo ya se confirmaron varios turnos. "
        "Podrá pedir otro desde el {until}. En la ventanilla de su agencia le atienden igual."
    ),
    "hold_limit": _("Hay otro turno guardado mientras se confirma. Confírmelo o espere unos minutos a que se libere."),
    "holds_spent": _(
        "Desde este correo o este equipo se guardaron hoy muchos turnos sin confirmarlos. "
        "Intente de nuevo mañana, o pida su turno en la ventanilla de una agencia."
    ),
    "hold_time_spent": _(
        "Se terminó el tiempo para guardar turnos en este intento. Empiece de nuevo cuando pueda confirmar."
    ),
    "extended_already": _("Ya amplió el tiempo una vez. Confirme antes de que termine."),
    "not_cancellable": _("Este turno ya no se puede cancelar."),
    "not_changeable": _("Este turno ya no se puede cambiar."),
    "changes_spent": _("Este turno ya cambió {limit} veces. Puede conservarlo, o cancelarlo y pedir otro."),
    "third_party_name_missing": _("Escriba el nombre de la persona que vendrá."),
    "third_party_name_long": _("El nombre es muy largo. Use hasta {most} letras."),
    "no_proposal": _("El turno que le proponíamos ya no está disponible. Elija otro horario."),
    "already_asked": _(
        "Con esta cédula ya hay una solicitud para este trámite. "
        "Si es suya, puede verla o retirarla con el enlace que le enviamos por correo."
    ),
    "requests_spent": _(
        "Desde este correo, celular o equipo ya esperan {limit} personas. "
        "Podrá anotar a otra cuando una tenga su turno o se retire."
    ),
    "draw_closed": _("Este sorteo no recibe solicitudes ahora. Vea sus fechas y participe en el siguiente."),
    "offer_over": _("El turno que le ofrecimos ya no está disponible. Si sigue en la lista, le escribiremos otra vez."),
    "wish_invalid": _("Elija días desde hoy y hasta dentro de {most} días, el primero antes que el último."),
    "live_turns": _(
        "No se borró nada: con esta cédula hay turnos pendientes ({count}). Agregue --cancel-turns para cancelarlos."
    ),
    # transparency
    "month_not_over": _("Ese mes todavía no termina: no se cierra antes."),
    "month_of_history": _("Ese mes viene de un archivo: corríjalo ahí y vuelva a cargarlo con «turnero figures load»."),
    "words_missing": _("Escriba lo que desea contarnos."),
    "words_long": _("El texto es muy largo. Use hasta {most} letras."),
    "satisfaction_missing": _("Elija de 1 a 5 cómo le atendieron."),
    "kind_missing": _("Elija si es una queja, una sugerencia o una felicitación."),
    "too_many_complaints": _("Desde este equipo ya se enviaron varios mensajes hoy. Intente mañana o llame al 140."),
    "answered_already": _("Ya tiene respuesta, y una respuesta dada no se cambia."),
    # administration
    "already_closed": _("Esas horas ya están cerradas: es el cierre {number}."),
    "changed_meanwhile": _(
        "Alguien cambió lo mismo, o un turno de esas horas, mientras usted lo revisaba. Vea otra vez qué pasará."
    ),
    "text_missing": _("Escriba este dato."),
    "text_long": _("El texto es muy largo. Use hasta {most} letras."),
    "number_invalid": _("Escriba un número entero entre {least} y {most}."),
    "day_invalid": _("Escriba una fecha: día, mes y año."),
    "day_passed": _("Ese día ya pasó. Elija uno desde hoy."),
    "days_reversed": _("El último día es anterior al primero."),
    "days_too_many": _("El período es muy largo. Use hasta {most} días."),
    "holiday_there": _("Ese día ya hay un feriado en ese lugar: {name}. Búsquelo en la lista de feriados."),
    "hour_invalid": _("Escriba la hora así: 08:00."),
    "hours_reversed": _("La hora de cierre debe ser posterior a la de apertura."),
    "hours_crossed": _("Ese tramo se cruza con otro del mismo día."),
    "slug_invalid": _("Use minúsculas sin tilde, números y guiones, hasta 60."),
    "slug_taken": _("Ya hay una con esa dirección web. Escriba otra."),
    "name_taken": _("Ese nombre ya existe. Escriba otro."),
    "procedure_unknown": _("No hay un trámite con la dirección web «{slug}». Escriba una por línea."),
    "no_monday": _("Ese día no es lunes. Elija un lunes."),
    "draw_reversed": _("El sorteo se cerraría antes de abrirse. Escriba menos días que los de la apertura."),
    "choice_invalid": _("Elija una de las opciones."),
    "moment_invalid": _("Escriba el día y la hora."),
    "moments_reversed": _("El fin debe ser posterior al comienzo."),
    "hours_passed": _("Esas horas ya pasaron. Elija un fin desde ahora."),
    "own_account": _("No puede deshabilitar su propia cuenta. Pídalo a otra persona que administra."),
    "canton_unknown": _(
        "En esa provincia no conocemos un cantón con ese nombre. Revise la provincia y cómo se escribe."
    ),
    "web_address_invalid": _("Escriba una dirección completa que empiece con https://"),
    # staff
    "staff_email_missing": _("Ingrese su correo institucional."),
    "password_missing": _("Ingrese su clave."),
    "password_length": _("La clave debe tener entre {shortest} y {longest} caracteres."),
    "password_common": _("Esa clave es muy fácil de adivinar. Elija otra: sirven tres palabras sin relación."),
    "passwords_differ": _("Las dos claves no son iguales. Escríbalas otra vez."),
    "totp_missing": _("Ingrese los 6 números que muestra su aplicación."),
    "totp_wrong": _("Los 6 números no coinciden. Espere los siguientes y vuelva a intentar."),
    "sign_in_refused": _("El correo, la clave o el código no coinciden. Revíselos e intente de nuevo."),
    "sign_in_too_soon": _("Hubo varios intentos fallidos. Podrá intentar otra vez en {seconds} s."),
    "account_exists": _("Ya existe una cuenta con el correo {email}."),
    "device_exists": _("Ya hay un equipo con el nombre {name} en otra agencia o de otro tipo."),
    "no_series_left": _("La agencia ya tiene todos los kioscos que puede tener."),
    # attention
    "time_invalid": _("«{time}» no es una hora. Escríbala así: 09:30."),
    "time_to_come": _("Las {time} todavía no llegan. Revise la hora."),
    "time_alone": _("Escribió la hora, pero no si vino. Elija «Atendido» o borre la hora."),
    "no_walk_ins": _("Aquí no podemos darle un ticket. Acérquese a la ventanilla de información con su cédula."),
    "unknown_line": _("Esa línea no atiende en esta agencia."),
    "wrong_state": _("El turno ya está {status}: alguien lo cambió antes. Revise la agenda."),
    "not_today": _("Ese turno no es de hoy."),
    "too_early_to_miss": _("Todavía no llega la hora de ese turno: nadie está ausente antes de su hora."),
    "no_window": _("Indique primero en qué ventanilla atiende."),
    "window_busy": _("La ventanilla {window} todavía atiende el ticket {ticket}. Marque atendido, ausente o aplazado."),
    "window_invalid": _("Escriba el número de la ventanilla, de 1 a 99."),
    "cannot_undo": _("No hay un paso que se pueda deshacer."),
    "undo_too_late": _("Pasaron más de diez minutos: ese paso ya no se puede deshacer."),
    "undo_place_taken": _("No se pudo deshacer: el lugar ya está ocupado por otro turno."),
    # attention: turns at the window
    "reason_missing": _("Escriba el motivo: la persona lo leerá en su correo."),
    "reason_long": _("El motivo es muy largo. Use hasta {most} letras."),
    "cedula_other": _("No es la cédula de este turno. Revise la cédula física."),
    "same_place": _("Ese ya es su turno. Elija otro horario, o conserve el que tiene."),
}


def text_of(error: TurneroError) -> str:
    """The sentence of an error. Raises KeyError for a code without text."""
    return gettext(TEXTS[error.code]).format(**error.data)

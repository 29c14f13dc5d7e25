"""A closure and what it does to people, in sentences. Pure but for the names it is given."""

from datetime import datetime, timedelta

from turnero.formatting import long_date, thousands, time_of

KINDS = {"holiday": "Feriado", "decree": "Decreto", "contingency": "Contingencia"}
STATUSES = {
    "pending": "por atender",
    "proposed": "con propuesta",
    "unplaced": "sin lugar",
    "placed": "reubicado",
    "accepted": "aceptó",
    "rebooked": "eligió otro",
    "cancelled": "cancelado",
    "restored": "recuperó su hora",
}


def span(starts: datetime, ends: datetime) -> str:
    """el lunes 7 de diciembre de 2026, todo el día; from an hour of a day to another otherwise. Local time."""
    whole = starts == _midnight(starts) and ends == _midnight(ends)
    last = ends - timedelta(days=1) if whole else ends
    if whole:
        if starts.date() == last.date():
            return f"el {long_date(starts.date())}, todo el día"
        return f"del {long_date(starts.date())} al {long_date(last.date())}, días enteros"
    if starts.date() == ends.date():
        return f"el {long_date(starts.date())}, de {time_of(starts)} a {time_of(ends)}"
    return f"del {long_date(starts.date())} a las {time_of(starts)} al {long_date(ends.date())} a las {time_of(ends)}"


def people(displaced: int, placed: int | None, unreachable: int) -> list[str]:
    """Who loses an hour, and what awaits them; ``placed`` is None before another place was looked for."""
    if not displaced:
        return ["Nadie pierde su turno."]
    many = displaced > 1
    said = [f"{_persons(displaced)} afectada{'s' * many}: pierde{'n' * many} su hora."]
    if placed is None:
        said.append("En el próximo minuto se les busca otro turno y se les escribe.")
    else:
        if placed:
            said.append(f"Con otro turno guardado: {thousands(placed)}.")
        if placed < displaced:
            said.append(f"Sin otro lugar cerca, elegirán uno con su enlace: {thousands(displaced - placed)}.")
    if unreachable:
        said.append(f"Sin correo, avíseles por teléfono o en la agencia: {thousands(unreachable)}.")
    return said


def _persons(number: int) -> str:
    return "1 persona" if number == 1 else f"{thousands(number)} personas"


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)

"""Days, hours and numbers as people in Ecuador read them. Pure: the locale is fixed, never the server's."""

from datetime import date

from babel.dates import format_date

LOCALE = "es_EC"


def long_date(day: date) -> str:
    """martes 24 de noviembre de 2026"""
    return format_date(day, "EEEE d 'de' MMMM 'de' y", locale=LOCALE)


def day_and_month(day: date) -> str:
    """martes 24 de noviembre"""
    return format_date(day, "EEEE d 'de' MMMM", locale=LOCALE)


def clock_time(minute: int) -> str:
    """Local minute of the day as a 24-hour clock: 09:30"""
    return f"{minute // 60:02}:{minute % 60:02}"


def zone_note(zone: str) -> str:
    """What to add to an hour where the mainland's would be assumed: hora de Galápagos"""
    return "hora de Galápagos" if zone == "Pacific/Galapagos" else ""

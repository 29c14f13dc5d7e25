"""What happened to a turn is a code of its own; free text goes into the event's details.

Replicas of the version before go on writing ``reason`` alone while they are replaced: their events have no code and
are told as the plain step to their status. ``reason`` goes with the next release.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from turnero.operations.schema import add_column, backfill

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# fmt: off
_CODES = (
    "held", "lapsed", "confirmed", "arrived", "called", "attended", "no_show", "cancelled", "displaced", "walked_in",
    "replaced", "released", "agency_changed", "hours_closed", "time_passed", "offer_declined", "offer_lapsed",
    "offer_withdrawn", "restored", "offer_accepted", "changed", "rebooked", "accepted", "placed", "reopened",
    "by_staff", "not_me", "no_answer", "erased", "arrived_offline", "paper", "recalled", "parked", "transferred",
    "not_arrived", "undone", "reassigned",
)
# fmt: on
_CHECK_NAME = "ck_events_what"
_CHECK = f"what IN ({', '.join(map(repr, _CODES))})"
# What ``reason`` said, by the status after the event: only there and by that actor it is a code, not free text.
_ENDS_OF_HOLDS = {
    "replaced": "replaced",
    "released": "released",
    "place changed": "agency_changed",
    "time passed": "time_passed",
    "declined": "offer_declined",
    "lapsed": "offer_lapsed",
    "withdrawn": "offer_withdrawn",
    "restored from a backup": "restored",
}
_ENDS_OF_TURNS = {
    "owner": {"not_me": "not_me"},
    "sweep": {"no answer": "no_answer"},
    "command line": {"erased": "erased"},
}
_CONFIRMED = ("rebooked", "accepted", "placed", "reopened", "undone", "paper")
_ON_THE_DAY = {"without server": "arrived_offline", "not arrived": "not_arrived"} | {
    word: word for word in ("paper", "parked", "transferred", "undone")
}
_SAME_STATUS = ("changed", "reassigned", "recalled", "transferred", "erased")
_HOLD_ENDED_BY_A_CLOSURE = "after = 'lapsed' AND (actor LIKE 'staff:%' OR actor = 'command line')"


def _cases(condition: str, codes: dict[str, str]) -> str:
    return " ".join(f"WHEN {condition} AND reason = '{old}' THEN '{new}'" for old, new in codes.items())


_WHAT = f"""CASE
    WHEN after = 'displaced' AND before = 'confirmed' THEN 'displaced'
    {_cases("before = after", {word: word for word in _SAME_STATUS})}
    WHEN before IS NULL AND after = 'arrived' THEN 'walked_in'
    WHEN {_HOLD_ENDED_BY_A_CLOSURE} THEN 'hours_closed'
    {_cases("after = 'lapsed'", _ENDS_OF_HOLDS)}
    WHEN after = 'lapsed' AND reason <> '' THEN 'hours_closed'
    {" ".join(_cases(f"after = 'cancelled' AND actor = '{who}'", codes) for who, codes in _ENDS_OF_TURNS.items())}
    WHEN after = 'cancelled' AND actor LIKE 'staff:%' THEN 'by_staff'
    WHEN after = 'confirmed' AND reason = 'offer accepted' THEN 'offer_accepted'
    {_cases("after = 'confirmed'", {word: word for word in _CONFIRMED})}
    {_cases("after IN ('arrived', 'called', 'attended', 'no_show')", _ON_THE_DAY)}
    ELSE after END"""
# The free texts: why hours were closed, and the answer a citizen chose.
_WHY = f"""after = 'displaced' AND before = 'confirmed' OR {_HOLD_ENDED_BY_A_CLOSURE}
    OR after = 'lapsed' AND reason NOT IN ({", ".join(map(repr, _ENDS_OF_HOLDS))})"""
_ANSWER = "after = 'cancelled' AND actor = 'citizen'"
_WITH_TEXT = {
    "postgresql": "(details::jsonb || jsonb_build_object('{key}', reason))::json",
    "sqlite": "json_set(details, '$.{key}', reason)",
}
_VIEW = """SELECT b.reference AS referencia, e.at AS momento_utc, e.actor AS actor,
    CASE e.before {states} END AS de, CASE e.after {states} END AS a,
    CAST(coalesce(e.details ->> 'why', e.details ->> 'answer', nullif(e.what, e.after), '') AS VARCHAR) AS motivo
FROM events e JOIN bookings b ON b.id = e.booking_id"""
_STATES = {
    "held": "retenido",
    "lapsed": "vencido",
    "confirmed": "confirmado",
    "arrived": "presente",
    "called": "llamado",
    "attended": "atendido",
    "no_show": "ausente",
    "cancelled": "cancelado",
    "displaced": "desplazado",
}


def upgrade() -> None:
    engine = op.get_context().dialect.name
    _add_code(engine)
    sort_events(engine)
    if engine == "postgresql":
        op.execute(f"ALTER TABLE events VALIDATE CONSTRAINT {_CHECK_NAME}")
    _replace_view(engine)


def sort_events(engine: str) -> None:
    """Give the events that have none their code, and put free text into their details."""
    text = _WITH_TEXT[engine]
    details = f"""CASE WHEN reason = '' THEN details WHEN {_WHY} THEN {text.format(key="why")}
        WHEN {_ANSWER} THEN {text.format(key="answer")} ELSE details END"""
    backfill("events", f"what = {_WHAT}, details = {details}", "what IS NULL")


def _add_code(engine: str) -> None:
    """With its CHECK; PostgreSQL looks at the rows that are there later, while people write."""
    if engine == "sqlite":
        op.execute(f"ALTER TABLE events ADD COLUMN what VARCHAR CONSTRAINT {_CHECK_NAME} CHECK ({_CHECK})")
        return
    add_column("events", sa.Column("what", sa.String(), nullable=True))
    there = sa.text(f"SELECT 1 FROM pg_constraint WHERE conname = '{_CHECK_NAME}'")  # by a run that was killed
    if not op.get_bind().scalar(there):
        op.execute(f"ALTER TABLE events ADD CONSTRAINT {_CHECK_NAME} CHECK ({_CHECK}) NOT VALID")


def _replace_view(engine: str) -> None:
    states = " ".join(f"WHEN '{status}' THEN '{word}'" for status, word in _STATES.items())
    if engine == "sqlite":
        op.execute("DROP VIEW v_eventos")
    replace = "" if engine == "sqlite" else "OR REPLACE "
    op.execute(f"CREATE {replace}VIEW v_eventos AS {_VIEW.format(states=states)}")

"""The first schema: catalogue, verification, notices, the turn, and the stable SQL views (CONTRACT section 7).

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from turnero.core.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The present instant as the database tells it, with the test offset: the same that turnero.core.clock reads.
NOW = {
    "postgresql": "(clock_timestamp() + (SELECT offset_seconds FROM clock) * interval '1 second')",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', (SELECT offset_seconds FROM clock) || ' seconds')",
}

STATES = {
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
CHANNELS = {"web": "web", "window": "ventanilla", "kiosk": "kiosco"}
DELIVERIES = {
    "waiting": "pendiente",
    "sending": "enviando",
    "sent": "enviado",
    "dead": "fallido",
    "dropped": "descartado",
}


def in_spanish(column: str, words: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN '{spanish}'" for word, spanish in words.items())
    return f"CASE {column} {cases} END"


def views(dialect: str) -> dict[str, str]:
    now = NOW[dialect]
    return {
        "v_turnos": f"""
            SELECT b.reference AS referencia, b.cedula, p.slug AS tramite, a.slug AS agencia,
                   a.province_code AS provincia, b.starts_at AS inicio_utc, v.zone AS zona,
                   CASE WHEN b.status = 'held' AND b.lapses_at <= {now} THEN 'vencido'
                        ELSE {in_spanish("b.status", STATES)} END AS estado,
                   {in_spanish("b.channel", CHANNELS)} AS canal,
                   b.created_at AS creado_utc, b.confirmed_at AS confirmado_utc
            FROM bookings b
            JOIN procedures p ON p.id = b.procedure_id
            JOIN agencies a ON a.id = b.agency_id
            JOIN provinces v ON v.code = a.province_code""",
        "v_celdas": f"""
            SELECT a.slug AS agencia, l.slug AS ventanilla, c.starts_at AS inicio_utc, c.seat AS asiento,
                   b.reference AS referencia, c.lapses_at AS caduca_utc
            FROM claims c
            JOIN desks d ON d.id = c.desk_id
            JOIN agencies a ON a.id = d.agency_id
            JOIN lines l ON l.id = d.line_id
            LEFT JOIN bookings b ON b.id = c.booking_id
            WHERE c.lapses_at IS NULL OR c.lapses_at > {now}""",
        "v_correos": f"""
            SELECT n.address AS destino, n.kind AS tipo, n.reference AS referencia,
                   {in_spanish("n.status", DELIVERIES)} AS estado, n.attempts AS intentos,
                   n.created_at AS creado_utc, n.sent_at AS enviado_utc
            FROM notices n""",
        "v_eventos": f"""
            SELECT b.reference AS referencia, e.at AS momento_utc, e.actor AS actor,
                   {in_spanish("e.before", STATES)} AS de, {in_spanish("e.after", STATES)} AS a, e.reason AS motivo
            FROM events e
            JOIN bookings b ON b.id = e.booking_id""",
    }


def upgrade() -> None:
    create_tables()
    op.execute("INSERT INTO clock (id, offset_seconds) VALUES (1, 0)")
    for name, query in views(op.get_context().dialect.name).items():
        op.execute(f"CREATE VIEW {name} AS {query}")


def create_tables() -> None:
    op.create_table(
        "catalogue_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_catalogue_policy_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_policy")),
    )
    op.create_table(
        "challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
    )
    op.create_index(op.f("ix_challenges_journey"), "challenges", ["journey"], unique=False)
    op.create_index(op.f("ix_challenges_mailbox"), "challenges", ["mailbox"], unique=False)
    op.create_table(
        "citizens",
        sa.Column("cedula", sa.String(), nullable=False),
        sa.Column("names", sa.String(), nullable=False),
        sa.Column("surnames", sa.String(), nullable=False),
        sa.Column("born", sa.Date(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("mobile", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("cedula", name=op.f("pk_citizens")),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_table(
        "code_tries",
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_code_tries_tries")),
        sa.PrimaryKeyConstraint("journey", name=op.f("pk_code_tries")),
    )
    op.create_table(
        "lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lines")),
        sa.UniqueConstraint("slug", name=op.f("uq_lines_slug")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'sending', 'sent', 'dead', 'dropped')", name=op.f("ck_notices_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("kind", "subject", "occasion", name=op.f("uq_notices_kind_subject_occasion")),
    )
    op.create_index("ix_notices_due", "notices", ["status", "priority", "next_try_at"], unique=False)
    op.create_index(op.f("ix_notices_subject"), "notices", ["subject"], unique=False)
    op.create_table(
        "provinces",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("capital", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_provinces")),
    )
    op.create_table(
        "agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("canton", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('agency', 'mall_point')", name=op.f("ck_agencies_kind")),
        sa.ForeignKeyConstraint(["province_code"], ["provinces.code"], name=op.f("fk_agencies_province_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("slug", name=op.f("uq_agencies_slug")),
    )
    op.create_index(op.f("ix_agencies_province_code"), "agencies", ["province_code"], unique=False)
    op.create_table(
        "local_holidays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("canton", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["province_code"], ["provinces.code"], name=op.f("fk_local_holidays_province_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_holidays")),
        sa.UniqueConstraint(
            "day", "province_code", "canton", "name", name=op.f("uq_local_holidays_day_province_code_canton_name")
        ),
    )
    op.create_table(
        "procedures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("term_days", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.CheckConstraint("channel IN ('presencial', 'virtual', 'ambos')", name=op.f("ck_procedures_channel")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_procedures_minutes")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_procedures_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedures")),
        sa.UniqueConstraint("slug", name=op.f("uq_procedures_slug")),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("canton", sa.String(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recoverable", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('holiday', 'decree', 'contingency')", name=op.f("ck_closures_kind")),
        sa.CheckConstraint("scope IN ('national', 'province', 'canton', 'agency')", name=op.f("ck_closures_scope")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_closures_interval")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_closures_agency_id")),
        sa.ForeignKeyConstraint(["province_code"], ["provinces.code"], name=op.f("fk_closures_province_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
    )
    op.create_table(
        "desks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_desks_agency_id")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_desks_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desks")),
        sa.UniqueConstraint("agency_id", "line_id", name=op.f("uq_desks_agency_id_line_id")),
    )
    op.create_index(op.f("ix_desks_line_id"), "desks", ["line_id"], unique=False)
    op.create_table(
        "weekly_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name=op.f("ck_weekly_hours_interval")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_weekly_hours_weekday")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_weekly_hours_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_hours")),
    )
    op.create_index(op.f("ix_weekly_hours_agency_id"), "weekly_hours", ["agency_id"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("journey_key", sa.String(), nullable=True),
        sa.Column("browser", sa.String(), nullable=True),
        sa.Column("cedula", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("mailbox", sa.String(), nullable=True),
        sa.Column("mobile", sa.String(), nullable=True),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("lapses_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("third_party_cedula", sa.String(), nullable=True),
        sa.Column("third_party_name", sa.String(), nullable=True),
        sa.Column("priority", sa.Boolean(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("token_nonce", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.CheckConstraint("(status = 'held') = (lapses_at IS NOT NULL)", name=op.f("ck_bookings_lapses_at")),
        sa.CheckConstraint("channel IN ('web', 'window', 'kiosk')", name=op.f("ck_bookings_channel")),
        sa.CheckConstraint(
            "status IN ('held', 'lapsed', 'confirmed', 'arrived', 'called', 'attended', 'no_show',"
            " 'cancelled', 'displaced')",
            name=op.f("ck_bookings_status"),
        ),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439 AND cells > 0", name=op.f("ck_bookings_cells")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_bookings_agency_id")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_bookings_desk_id")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedures.id"], name=op.f("fk_bookings_procedure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("reference", name=op.f("uq_bookings_reference")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_bookings_token_hash")),
    )
    op.create_index("ix_bookings_agency_day", "bookings", ["agency_id", "day"], unique=False)
    op.create_index(op.f("ix_bookings_browser"), "bookings", ["browser"], unique=False)
    op.create_index(op.f("ix_bookings_cedula"), "bookings", ["cedula"], unique=False)
    op.create_index(op.f("ix_bookings_journey_key"), "bookings", ["journey_key"], unique=False)
    op.create_index(op.f("ix_bookings_mailbox"), "bookings", ["mailbox"], unique=False)
    op.create_index(op.f("ix_bookings_mobile"), "bookings", ["mobile"], unique=False)
    op.create_index(
        "ix_bookings_one_live",
        "bookings",
        ["cedula", "procedure_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('confirmed', 'arrived', 'called', 'displaced')"),
        postgresql_where=sa.text("status IN ('confirmed', 'arrived', 'called', 'displaced')"),
    )
    op.create_index(op.f("ix_bookings_starts_at"), "bookings", ["starts_at"], unique=False)
    op.create_table(
        "desk_days",
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("windows", sa.Integer(), nullable=False),
        sa.CheckConstraint("windows >= 0", name=op.f("ck_desk_days_windows")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_desk_days_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "day", name=op.f("pk_desk_days")),
    )
    op.create_table(
        "desk_staffing",
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("windows", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 240", name=op.f("ck_desk_staffing_slot_minutes")),
        sa.CheckConstraint("windows >= 0", name=op.f("ck_desk_staffing_windows")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_desk_staffing_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "valid_from", name=op.f("pk_desk_staffing")),
    )
    op.create_table(
        "claims",
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("lapses_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(purpose = 'delay') = (booking_id IS NULL)", name=op.f("ck_claims_booking")),
        sa.CheckConstraint("(purpose = 'turn') = (lapses_at IS NULL)", name=op.f("ck_claims_lapses_at")),
        sa.CheckConstraint("purpose IN ('hold', 'turn', 'proposal', 'offer', 'delay')", name=op.f("ck_claims_purpose")),
        sa.CheckConstraint("seat >= 0 AND minute BETWEEN 0 AND 1439", name=op.f("ck_claims_cell")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_claims_booking_id")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_claims_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "day", "minute", "seat", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_booking_id"), "claims", ["booking_id"], unique=False)
    op.create_index("ix_claims_lapses_at", "claims", ["lapses_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_events_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_booking_id"), "events", ["booking_id"], unique=False)
    op.create_table(
        "journeys",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("cedula", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("mailbox", sa.String(), nullable=True),
        sa.Column("mobile", sa.String(), nullable=True),
        sa.Column("questioned_email", sa.String(), nullable=True),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("registered", sa.Boolean(), nullable=True),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("procedure_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("third_party_cedula", sa.String(), nullable=True),
        sa.Column("third_party_name", sa.String(), nullable=True),
        sa.Column("priority", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.Boolean(), nullable=False),
        sa.Column("hold_since", UtcDateTime(), nullable=True),
        sa.Column("hold_lapses_at", UtcDateTime(), nullable=True),
        sa.Column("hold_extended", sa.Boolean(), nullable=False),
        sa.Column("held_seconds", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_journeys_agency_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_journeys_booking_id")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedures.id"], name=op.f("fk_journeys_procedure_id")),
        sa.ForeignKeyConstraint(["province_code"], ["provinces.code"], name=op.f("fk_journeys_province_code")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_journeys")),
    )
    op.create_index(op.f("ix_journeys_browser"), "journeys", ["browser"], unique=False)
    op.create_index(op.f("ix_journeys_cedula"), "journeys", ["cedula"], unique=False)
    op.create_index(op.f("ix_journeys_created_at"), "journeys", ["created_at"], unique=False)
    op.create_index(op.f("ix_journeys_mailbox"), "journeys", ["mailbox"], unique=False)
    op.create_table(
        "displacements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("closure_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("old_starts_at", UtcDateTime(), nullable=False),
        sa.Column("old_desk_id", sa.Integer(), nullable=False),
        sa.Column("old_day", sa.Date(), nullable=False),
        sa.Column("old_minute", sa.Integer(), nullable=False),
        sa.Column("old_cells", sa.Integer(), nullable=False),
        sa.Column("new_desk_id", sa.Integer(), nullable=True),
        sa.Column("new_day", sa.Date(), nullable=True),
        sa.Column("new_minute", sa.Integer(), nullable=True),
        sa.Column("new_starts_at", UtcDateTime(), nullable=True),
        sa.Column("proposals", sa.Integer(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'proposed', 'unplaced', 'placed', 'accepted', 'rebooked', 'cancelled', 'restored')",
            name=op.f("ck_displacements_status"),
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_displacements_booking_id")),
        sa.ForeignKeyConstraint(["closure_id"], ["closures.id"], name=op.f("fk_displacements_closure_id")),
        sa.ForeignKeyConstraint(["new_desk_id"], ["desks.id"], name=op.f("fk_displacements_new_desk_id")),
        sa.ForeignKeyConstraint(["old_desk_id"], ["desks.id"], name=op.f("fk_displacements_old_desk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_displacements")),
    )
    op.create_index(op.f("ix_displacements_booking_id"), "displacements", ["booking_id"], unique=False)
    op.create_index(op.f("ix_displacements_closure_id"), "displacements", ["closure_id"], unique=False)
    op.create_index(
        "ix_displacements_one_open",
        "displacements",
        ["booking_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )

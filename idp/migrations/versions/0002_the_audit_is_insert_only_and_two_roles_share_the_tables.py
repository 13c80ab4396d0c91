"""the audit is insert-only, and two roles share the tables

On PostgreSQL the audit is partitioned by month and two roles without login are granted what they need: `idp_web` for the
servers, `idp_operator` for the command line. A deployment grants each to a login of its own.
"""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

READ = "SELECT"
WRITE = "SELECT, INSERT, UPDATE, DELETE"

# What the servers may do; what is not named here they may not do at all.
WEB = {
    "account": "SELECT, INSERT, UPDATE",
    "attempt": WRITE,
    "audit_event": "INSERT",
    "audit_person": "INSERT",
    "client": READ,
    "consent": "SELECT, INSERT, UPDATE",
    "email_address": WRITE,
    "fund": READ,
    "fund_text": READ,
    '"grant"': WRITE,
    "membership": "SELECT, INSERT, UPDATE",
    "not_before": READ,
    "organization": READ,
    "outgoing_message": WRITE,
    "phone_number": WRITE,
    "refresh_token": WRITE,
    "session": WRITE,
    "signing_key": READ,
    "subject": "SELECT, INSERT, UPDATE",
    "alembic_version": READ,
}
OPERATOR = {table: WRITE for table in WEB} | {
    "audit_event": "SELECT, INSERT",
    "audit_person": "SELECT, INSERT, DELETE",
    "subject": "SELECT, INSERT, UPDATE",
    "alembic_version": READ,
}


def upgrade() -> None:
    op.execute("INSERT INTO not_before (id, at) VALUES (1, '1970-01-01 00:00:00.000000')")
    if op.get_bind().dialect.name == "postgresql":
        _partitions()
        _insert_only_postgresql()
        _roles()
    else:
        _insert_only_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_event_insert_only ON audit_event")
        op.execute("DROP FUNCTION audit_event_refuse()")
        for role in ("idp_web", "idp_operator"):
            op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
            op.execute(f"REVOKE ALL ON SCHEMA public FROM {role}")
    else:
        op.execute("DROP TRIGGER audit_event_no_update")
        op.execute("DROP TRIGGER audit_event_no_delete")
    op.execute("DELETE FROM not_before")


def _partitions() -> None:
    """Two years of months ahead; a later event falls into the default partition, which nothing else needs."""
    op.execute("CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT")
    year, month = date.today().year, date.today().month
    for _ in range(24):
        after = (year + month // 12, month % 12 + 1)
        op.execute(
            f"CREATE TABLE audit_event_{year}_{month:02} PARTITION OF audit_event "
            f"FOR VALUES FROM ('{year}-{month:02}-01 00:00+00') TO ('{after[0]}-{after[1]:02}-01 00:00+00')"
        )
        year, month = after


def _insert_only_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is insert-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_insert_only BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_refuse()"
    )


def _insert_only_sqlite() -> None:
    for deed in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER audit_event_no_{deed} BEFORE {deed} ON audit_event "
            "BEGIN SELECT RAISE(ABORT, 'the audit is insert-only'); END"
        )


def _roles() -> None:
    for role, grants in (("idp_web", WEB), ("idp_operator", OPERATOR)):
        known = sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role").bindparams(role=role)
        if not op.get_bind().scalar(known):
            op.execute(f"CREATE ROLE {role} NOLOGIN")
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        for table, rights in grants.items():
            op.execute(f"GRANT {rights} ON {table} TO {role}")

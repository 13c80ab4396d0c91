"""From nothing to today's tables and back, on both databases, with their roles."""

from datetime import UTC, datetime

import flask_migrate
import pytest
import sqlalchemy as sa

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import Model, db, new_id
from tests.rows import row


def tables() -> set[str]:
    return {name for name in sa.inspect(db.engine).get_table_names() if not name.startswith("audit_event_")}


def an_event() -> AuditEvent:
    return AuditEvent(id=new_id(), at=clock.now(), event="test:event:happened", details={}, node="node-1")


def test_the_migrations_make_the_tables_of_the_models(any_app):
    with any_app.app_context():
        flask_migrate.check()
        assert tables() == set(Model.metadata.tables) | {"alembic_version"}


def test_they_can_be_undone_step_by_step_and_done_again(any_app):
    with any_app.app_context():
        flask_migrate.downgrade(revision="-1")
        flask_migrate.downgrade(revision="base")
        assert tables() == {"alembic_version"}
        flask_migrate.upgrade()
        flask_migrate.check()


def test_a_row_can_be_inserted_into_each_kind_of_column_after_them(any_app):
    with any_app.app_context():
        db.session.add(an_event())
        db.session.commit()


@row("AUD-1")
@pytest.mark.parametrize("deed", ["UPDATE audit_event SET reason = 'x'", "DELETE FROM audit_event"])
def test_an_audit_event_is_never_changed_nor_deleted(any_app, deed):
    with any_app.app_context():
        db.session.add(an_event())
        db.session.commit()
        with pytest.raises(sa.exc.DBAPIError, match="insert-only"):
            db.session.execute(sa.text(deed))


def test_each_month_of_the_audit_has_its_partition(postgres_template, tmp_path):
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        event = an_event()
        db.session.add(event)
        db.session.commit()
        where = db.session.scalar(sa.text("SELECT tableoid::regclass::text FROM audit_event"))
        assert where == f"audit_event_{datetime.now(UTC):%Y_%m}"


FORBIDDEN_TO_WEB = [
    "UPDATE audit_person SET number = NULL",
    "DELETE FROM audit_person",
    "SELECT * FROM audit_event",
    "INSERT INTO client (id) VALUES (gen_random_uuid())",
    "UPDATE client SET name = 'x'",
    "UPDATE signing_key SET kid = 'x'",
    "UPDATE organization SET name = 'x'",
    "UPDATE fund SET name = 'x'",
    "UPDATE not_before SET at = now()",
    "DELETE FROM account",
    "DELETE FROM membership",
    "CREATE TABLE mine (x int)",
]


@pytest.mark.parametrize("deed", FORBIDDEN_TO_WEB)
def test_the_role_of_the_servers_may_do_its_work_and_no_more(postgres_template, tmp_path, deed):
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        db.session.execute(sa.text("SET ROLE idp_web"))
        db.session.execute(sa.insert(AuditEvent).values(**columns(an_event())))
        with pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"):
            db.session.execute(sa.text(deed))


def test_the_role_of_operators_erases_a_person_and_never_an_event(postgres_template, tmp_path):
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        db.session.execute(sa.text("SET ROLE idp_operator"))
        db.session.execute(sa.text("DELETE FROM audit_person"))
        db.session.execute(sa.text("UPDATE not_before SET at = now()"))
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            db.session.execute(sa.text("DELETE FROM audit_event"))


def columns(event: AuditEvent) -> dict[str, object]:
    return {name: getattr(event, name) for name in ("id", "at", "event", "details", "node")}

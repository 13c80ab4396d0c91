"""a letter has a place in its batch, and a batch knows its files"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

WAITS = sa.text("code_hash IS NULL AND consumed_at IS NULL AND returned_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table('enrolment_code') as batch_op:
        batch_op.add_column(sa.Column('position', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('asked_by', sa.String(length=8), nullable=False, server_default='batch'))
        batch_op.create_unique_constraint(batch_op.f('uq_enrolment_code_batch_id_position'), ['batch_id', 'position'])
        batch_op.create_check_constraint(batch_op.f('ck_enrolment_code_asked_by'), "asked_by in ('batch', 'member', 'operator')")
        batch_op.alter_column('asked_by', server_default=None)
    op.create_index(
        'uq_enrolment_code_waiting', 'enrolment_code', ['organization_id'], unique=True,
        sqlite_where=WAITS, postgresql_where=WAITS,
    )
    op.create_table('letter_file',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('letters', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('last_position', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind in ('welcome', 'code')", name=op.f('ck_letter_file_kind')),
    sa.ForeignKeyConstraint(['batch_id'], ['letter_batch.id'], name=op.f('fk_letter_file_batch_id_letter_batch'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_file')),
    sa.UniqueConstraint('batch_id', 'kind', 'part', name=op.f('uq_letter_file_batch_id_kind_part'))
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON letter_file TO idp_operator")


def downgrade() -> None:
    op.drop_table('letter_file')
    op.drop_index('uq_enrolment_code_waiting', table_name='enrolment_code')
    with op.batch_alter_table('enrolment_code') as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_enrolment_code_asked_by'), type_='check')
        batch_op.drop_constraint(batch_op.f('uq_enrolment_code_batch_id_position'), type_='unique')
        batch_op.drop_column('asked_by')
        batch_op.drop_column('position')

"""a company is told by letter of a mandate that was entered for it"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0014'
branch_labels = None
depends_on = None

WAITS = sa.text('batch_id IS NULL')
FORMER, KINDS = "kind in ('welcome', 'code')", "kind in ('welcome', 'code', 'mandate')"


def upgrade() -> None:
    op.create_table('letter_notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('about_id', sa.Uuid(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['letter_batch.id'], name=op.f('fk_letter_notice_batch_id_letter_batch'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_letter_notice_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_notice')),
    sa.UniqueConstraint('about_id', name=op.f('uq_letter_notice_about_id')),
    sa.UniqueConstraint('batch_id', 'position', name=op.f('uq_letter_notice_batch_id_position'))
    )
    op.create_index(op.f('ix_letter_notice_organization_id'), 'letter_notice', ['organization_id'], unique=False)
    op.create_index(
        'ix_letter_notice_waiting', 'letter_notice', ['organization_id'], unique=False,
        sqlite_where=WAITS, postgresql_where=WAITS,
    )
    with op.batch_alter_table('letter_file') as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_letter_file_kind'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_letter_file_kind'), KINDS)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("GRANT SELECT, INSERT, UPDATE ON letter_notice TO idp_web")
        op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON letter_notice TO idp_operator")


def downgrade() -> None:
    op.execute("DELETE FROM letter_file WHERE kind = 'mandate'")
    with op.batch_alter_table('letter_file') as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_letter_file_kind'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_letter_file_kind'), FORMER)
    op.drop_table('letter_notice')

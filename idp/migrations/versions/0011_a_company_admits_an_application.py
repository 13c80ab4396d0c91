"""a company admits an application"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0013'
branch_labels = None
depends_on = None

LIVES = sa.text('ended_at IS NULL')


def upgrade() -> None:
    op.create_table('admission',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_by_id', sa.Uuid(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('granted_by_id', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['account.id'], name=op.f('fk_admission_asked_by_id_account'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], name=op.f('fk_admission_client_id_client'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['ended_by_id'], ['account.id'], name=op.f('fk_admission_ended_by_id_account'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['granted_by_id'], ['account.id'], name=op.f('fk_admission_granted_by_id_account'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_admission_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_admission'))
    )
    for column in ('client_id', 'organization_id'):
        op.create_index(op.f(f'ix_admission_{column}'), 'admission', [column], unique=False)
    op.create_index(
        'uq_admission_live', 'admission', ['organization_id', 'client_id'], unique=True,
        sqlite_where=LIVES, postgresql_where=LIVES,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("GRANT SELECT, INSERT, UPDATE ON admission TO idp_web")
        op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON admission TO idp_operator")


def downgrade() -> None:
    op.drop_table('admission')

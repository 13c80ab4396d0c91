"""a delegation is offered and confirmed"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('delegation') as batch_op:
        batch_op.add_column(sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('granted_by_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('confirm_by_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('wished_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('firm_news', sa.String(length=16), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f('fk_delegation_granted_by_id_account'), 'account', ['granted_by_id'], ['id'], ondelete='SET NULL'
        )
        batch_op.create_index(
            'ix_delegation_firm_news', ['firm_news'], unique=False,
            sqlite_where=sa.text('firm_news IS NOT NULL'), postgresql_where=sa.text('firm_news IS NOT NULL'),
        )


def downgrade() -> None:
    with op.batch_alter_table('delegation') as batch_op:
        batch_op.drop_index('ix_delegation_firm_news')
        batch_op.drop_constraint(batch_op.f('fk_delegation_granted_by_id_account'), type_='foreignkey')
        for column in ('firm_news', 'wished_on', 'confirm_by_at', 'granted_by_id', 'offered_at'):
            batch_op.drop_column(column)

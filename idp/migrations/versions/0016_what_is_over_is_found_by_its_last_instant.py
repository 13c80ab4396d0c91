"""what is over is found by its last instant"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0012'
branch_labels = None
depends_on = None

STANDS = sa.text('accepted_at IS NOT NULL AND ended_at IS NULL')


def upgrade() -> None:
    op.drop_index('ix_delegation_ends_at', table_name='delegation')
    op.create_index(
        'ix_delegation_ends_at', 'delegation', ['ends_at'], unique=False,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )


def downgrade() -> None:
    op.drop_index('ix_delegation_ends_at', table_name='delegation')
    op.create_index('ix_delegation_ends_at', 'delegation', ['ends_at'], unique=False)

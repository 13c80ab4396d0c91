"""what is posted to a client waits for it alone"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

WAITING = sa.text('destination IS NOT NULL AND sent_at IS NULL AND abandoned_at IS NULL')
PARTIAL = {'sqlite_where': WAITING, 'postgresql_where': WAITING}


def upgrade() -> None:
    op.add_column('outgoing_message', sa.Column('destination', sa.Uuid(), nullable=True))
    op.create_index('ix_outgoing_message_destination', 'outgoing_message', ['destination', 'leased_until'], **PARTIAL)


def downgrade() -> None:
    op.drop_index('ix_outgoing_message_destination', 'outgoing_message')
    with op.batch_alter_table('outgoing_message') as batch_op:
        batch_op.drop_column('destination')

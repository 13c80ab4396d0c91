"""what is due is found by channel too"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

WAITING = sa.text('sent_at IS NULL AND abandoned_at IS NULL')
PARTIAL = {'sqlite_where': WAITING, 'postgresql_where': WAITING}


def upgrade() -> None:
    op.drop_index('ix_outgoing_message_due', 'outgoing_message')
    op.create_index('ix_outgoing_message_due', 'outgoing_message', ['channel', 'urgent', 'due_at'], **PARTIAL)


def downgrade() -> None:
    op.drop_index('ix_outgoing_message_due', 'outgoing_message')
    op.create_index('ix_outgoing_message_due', 'outgoing_message', ['urgent', 'due_at'], **PARTIAL)

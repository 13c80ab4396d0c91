"""an address knows how often its owner was reminded"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('email_address') as batch_op:
        batch_op.add_column(sa.Column('certification_reminders', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_index(batch_op.f('ix_email_address_certification_due_at'), ['certification_due_at'], unique=False)
        batch_op.alter_column('certification_reminders', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('email_address') as batch_op:
        batch_op.drop_index(batch_op.f('ix_email_address_certification_due_at'))
        batch_op.drop_column('certification_reminders')

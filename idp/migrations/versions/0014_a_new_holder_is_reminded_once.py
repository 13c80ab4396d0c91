"""a new holder is reminded once"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('delegation') as batch_op:
        batch_op.add_column(sa.Column('confirm_reminders', sa.Integer(), nullable=False, server_default='0'))
        batch_op.alter_column('confirm_reminders', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('delegation') as batch_op:
        batch_op.drop_column('confirm_reminders')

"""the keys a client publishes"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('client_keys',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('uri', sa.String(length=2000), nullable=False),
    sa.Column('jwks', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], name=op.f('fk_client_keys_client_id_client'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client_keys')),
    sa.UniqueConstraint('client_id', name=op.f('uq_client_keys_client_id'))
    )
    if op.get_bind().dialect.name == "postgresql":
        for role in ("idp_web", "idp_operator"):
            op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON client_keys TO {role}")


def downgrade() -> None:
    op.drop_table('client_keys')

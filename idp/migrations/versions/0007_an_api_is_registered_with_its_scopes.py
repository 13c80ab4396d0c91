"""an api is registered with its scopes"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('resource',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('identifier', sa.String(length=500), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('access_token_signing_alg', sa.String(length=16), nullable=False),
    sa.Column('introspection_clients', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resource')),
    sa.UniqueConstraint('identifier', name=op.f('uq_resource_identifier'))
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("GRANT SELECT ON resource TO idp_web")
        op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON resource TO idp_operator")


def downgrade() -> None:
    op.drop_table('resource')

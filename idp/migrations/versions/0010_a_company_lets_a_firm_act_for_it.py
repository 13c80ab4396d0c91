"""a company lets a firm act for it"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('delegation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('firm_id', sa.Uuid(), nullable=True),
    sa.Column('held_by_id', sa.Uuid(), nullable=True),
    sa.Column('firm_siret', sa.String(length=14), nullable=False),
    sa.Column('firm_name', sa.String(length=200), nullable=False),
    sa.Column('offered_to', sa.String(length=320), nullable=True),
    sa.Column('origin', sa.String(length=8), nullable=False),
    sa.Column('rights', sa.JSON(), nullable=False),
    sa.Column('all_staff', sa.Boolean(), nullable=False),
    sa.Column('applications_allowed', sa.Boolean(), nullable=False),
    sa.Column('machine_allowed', sa.Boolean(), nullable=False),
    sa.Column('evidence', sa.String(length=200), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=True),
    sa.Column('lapses_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_by_id', sa.Uuid(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suspended_by', sa.String(length=16), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_why', sa.String(length=16), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("origin in ('offer', 'request', 'paper', 'import')", name=op.f('ck_delegation_origin')),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['account.id'], name=op.f('fk_delegation_accepted_by_id_account'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['created_by_id'], ['account.id'], name=op.f('fk_delegation_created_by_id_account'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['firm_id'], ['organization.id'], name=op.f('fk_delegation_firm_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['held_by_id'], ['account.id'], name=op.f('fk_delegation_held_by_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_delegation_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delegation'))
    )
    for column in ('ends_at', 'firm_id', 'held_by_id', 'organization_id'):
        op.create_index(op.f(f'ix_delegation_{column}'), 'delegation', [column], unique=False)
    op.create_table('staff_assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('delegation_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('rights', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_staff_assignment_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['delegation_id'], ['delegation.id'], name=op.f('fk_staff_assignment_delegation_id_delegation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_assignment')),
    sa.UniqueConstraint('delegation_id', 'account_id', name=op.f('uq_staff_assignment_delegation_id_account_id'))
    )
    op.create_index(op.f('ix_staff_assignment_account_id'), 'staff_assignment', ['account_id'], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("delegation", "staff_assignment"):
            op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO idp_web")
            op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO idp_operator")
        op.execute("GRANT DELETE ON staff_assignment TO idp_web")


def downgrade() -> None:
    op.drop_table('staff_assignment')
    op.drop_table('delegation')

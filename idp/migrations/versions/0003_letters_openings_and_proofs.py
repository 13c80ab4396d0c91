"""letters, openings and proofs"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

WEB = {
    "enrolment_code": "SELECT, INSERT, UPDATE",
    "opening": "SELECT, INSERT, UPDATE, DELETE",
    "proof": "SELECT, INSERT, UPDATE, DELETE",
    "terms_acceptance": "SELECT, INSERT, UPDATE",
}
OPERATOR = (*WEB, "letter_batch", "staged_entry")

def upgrade() -> None:
    op.create_table('proof',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('target_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('bound_to', sa.LargeBinary(length=32), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proof')),
    sa.UniqueConstraint('digest', name=op.f('uq_proof_digest'))
    )
    op.create_index(op.f('ix_proof_expires_at'), 'proof', ['expires_at'], unique=False)
    op.create_index(op.f('ix_proof_target_id'), 'proof', ['target_id'], unique=False)

    op.create_table('letter_batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('fund_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('not_before', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('letters', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_letter_batch_fund_id_fund'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_batch')),
    sa.UniqueConstraint('fund_id', 'name', name=op.f('uq_letter_batch_fund_id_name'))
    )
    op.create_table('staged_entry',
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('fund_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('siret', sa.String(length=14), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('parent_number', sa.String(length=32), nullable=True),
    sa.Column('holder_civility', sa.String(length=16), nullable=True),
    sa.Column('holder_given_names', sa.String(length=100), nullable=True),
    sa.Column('holder_family_name', sa.String(length=100), nullable=True),
    sa.Column('address', sa.JSON(), nullable=False),
    sa.Column('overseas', sa.Boolean(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('staged_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_staged_entry_fund_id_fund'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'line', name=op.f('pk_staged_entry'))
    )
    op.create_index('ix_staged_entry_key', 'staged_entry', ['import_id', 'fund_id', 'number'], unique=False)

    op.create_table('enrolment_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('code_hash', sa.String(length=255), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('consumed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['letter_batch.id'], name=op.f('fk_enrolment_code_batch_id_letter_batch'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_enrolment_code_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment_code'))
    )
    op.create_index(op.f('ix_enrolment_code_batch_id'), 'enrolment_code', ['batch_id'], unique=False)
    op.create_index(op.f('ix_enrolment_code_organization_id'), 'enrolment_code', ['organization_id'], unique=False)

    op.create_table('terms_acceptance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('terms_id', sa.Uuid(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_terms_acceptance_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['terms_id'], ['fund_text.id'], name=op.f('fk_terms_acceptance_terms_id_fund_text'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_terms_acceptance')),
    sa.UniqueConstraint('account_id', 'terms_id', name=op.f('uq_terms_acceptance_account_id_terms_id'))
    )
    op.create_table('opening',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('enrolment_code_id', sa.Uuid(), nullable=False),
    sa.Column('browser', sa.String(length=64), nullable=False),
    sa.Column('civility', sa.String(length=16), nullable=True),
    sa.Column('given_names', sa.String(length=100), nullable=False),
    sa.Column('family_name', sa.String(length=100), nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=True),
    sa.Column('typed', sa.String(length=320), nullable=False),
    sa.Column('canonical', sa.String(length=320), nullable=False),
    sa.Column('password_hash', sa.String(length=255), nullable=False),
    sa.Column('mobile', sa.String(length=16), nullable=True),
    sa.Column('mobile_certified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fixed', sa.String(length=16), nullable=True),
    sa.Column('terms_id', sa.Uuid(), nullable=True),
    sa.Column('terms_accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('journey_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['enrolment_code_id'], ['enrolment_code.id'], name=op.f('fk_opening_enrolment_code_id_enrolment_code'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_opening_organization_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['terms_id'], ['fund_text.id'], name=op.f('fk_opening_terms_id_fund_text'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening'))
    )
    op.create_index(op.f('ix_opening_canonical'), 'opening', ['canonical'], unique=False)
    op.create_index(op.f('ix_opening_enrolment_code_id'), 'opening', ['enrolment_code_id'], unique=False)
    op.create_index(op.f('ix_opening_expires_at'), 'opening', ['expires_at'], unique=False)
    op.create_index(op.f('ix_opening_organization_id'), 'opening', ['organization_id'], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        for table, rights in WEB.items():
            op.execute(f"GRANT {rights} ON {table} TO idp_web")
        for table in OPERATOR:
            op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO idp_operator")


def downgrade() -> None:

    op.drop_table('opening')
    op.drop_table('terms_acceptance')

    op.drop_table('enrolment_code')

    op.drop_table('staged_entry')
    op.drop_table('letter_batch')

    op.drop_table('proof')

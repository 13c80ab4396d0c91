"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

def upgrade() -> None:
    op.create_table('attempt',
    sa.Column('key', sa.LargeBinary(length=32), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('allowed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_attempt'))
    )
    op.create_index(op.f('ix_attempt_tried_at'), 'attempt', ['tried_at'], unique=False)

    op.create_table('audit_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('event', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.String(length=80), nullable=True),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('operator', sa.String(length=80), nullable=True),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('organization_id', sa.Uuid(), nullable=True),
    sa.Column('delegation_id', sa.Uuid(), nullable=True),
    sa.Column('client_id', sa.Uuid(), nullable=True),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('grant_id', sa.Uuid(), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('request_id', sa.String(length=32), nullable=True),
    sa.Column('node', sa.String(length=80), nullable=False),
    sa.Column('person_digest', sa.LargeBinary(length=32), nullable=True),
    sa.PrimaryKeyConstraint('id', 'at', name=op.f('pk_audit_event')),
    postgresql_partition_by='RANGE (at)',
    )
    op.create_index('ix_audit_event_organization_id_at', 'audit_event', ['organization_id', 'at'], unique=False)
    op.create_index('ix_audit_event_request_id', 'audit_event', ['request_id'], unique=False)
    op.create_index('ix_audit_event_subject_id_at', 'audit_event', ['subject_id', 'at'], unique=False)

    op.create_table('audit_person',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('address', sa.String(length=320), nullable=True),
    sa.Column('number', sa.String(length=16), nullable=True),
    sa.Column('network', sa.String(length=45), nullable=True),
    sa.Column('user_agent', sa.String(length=256), nullable=True),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_audit_person'))
    )
    op.create_index(op.f('ix_audit_person_at'), 'audit_person', ['at'], unique=False)
    op.create_index(op.f('ix_audit_person_subject_id'), 'audit_person', ['subject_id'], unique=False)

    op.create_table('fund',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('website', sa.String(length=500), nullable=True),
    sa.Column('logo', sa.Text(), nullable=True),
    sa.Column('colours', sa.JSON(), nullable=False),
    sa.Column('contact_email', sa.String(length=320), nullable=False),
    sa.Column('contact_phone', sa.String(length=32), nullable=True),
    sa.Column('sender', sa.String(length=320), nullable=False),
    sa.Column('time_zone', sa.String(length=64), nullable=False),
    sa.Column('home_client_id', sa.String(length=255), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund')),
    sa.UniqueConstraint('code', name=op.f('uq_fund_code'))
    )
    op.create_table('not_before',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_not_before_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_not_before'))
    )
    op.create_table('signing_key',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kid', sa.String(length=64), nullable=False),
    sa.Column('alg', sa.String(length=16), nullable=False),
    sa.Column('private_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signs_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verifies_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_key')),
    sa.UniqueConstraint('kid', name=op.f('uq_signing_key_kid'))
    )
    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('fund_id', sa.Uuid(), nullable=True),
    sa.Column('civility', sa.String(length=16), nullable=True),
    sa.Column('given_names', sa.String(length=100), nullable=False),
    sa.Column('family_name', sa.String(length=100), nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=True),
    sa.Column('password_hash', sa.String(length=255), nullable=True),
    sa.Column('password_set_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('password_expired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_account_fund_id_fund'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account'))
    )
    op.create_index(op.f('ix_account_fund_id'), 'account', ['fund_id'], unique=False)

    op.create_table('fund_text',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('fund_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('markdown', sa.Text(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_fund_text_fund_id_fund'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund_text')),
    sa.UniqueConstraint('fund_id', 'kind', 'version', name=op.f('uq_fund_text_fund_id_kind_version'))
    )
    op.create_table('organization',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('fund_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('siret', sa.String(length=14), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('holder_civility', sa.String(length=16), nullable=True),
    sa.Column('holder_given_names', sa.String(length=100), nullable=True),
    sa.Column('holder_family_name', sa.String(length=100), nullable=True),
    sa.Column('address', sa.JSON(), nullable=False),
    sa.Column('overseas', sa.Boolean(), nullable=False),
    sa.Column('proven_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('member', 'site', 'firm')", name=op.f('ck_organization_kind')),
    sa.CheckConstraint('length(siret) = 14', name=op.f('ck_organization_siret_length')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_organization_fund_id_fund'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['parent_id'], ['organization.id'], name=op.f('fk_organization_parent_id_organization'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organization')),
    sa.UniqueConstraint('fund_id', 'number', name=op.f('uq_organization_fund_id_number'))
    )
    op.create_index(op.f('ix_organization_parent_id'), 'organization', ['parent_id'], unique=False)
    op.create_index(op.f('ix_organization_siret'), 'organization', ['siret'], unique=False)

    op.create_table('outgoing_message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('kind', sa.String(length=80), nullable=False),
    sa.Column('fund_id', sa.Uuid(), nullable=True),
    sa.Column('recipient_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('body_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_by', sa.String(length=80), nullable=True),
    sa.Column('last_error', sa.String(length=200), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('abandoned_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("channel in ('mail', 'sms', 'http')", name=op.f('ck_outgoing_message_channel')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_outgoing_message_fund_id_fund'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_message'))
    )
    op.create_index('ix_outgoing_message_due', 'outgoing_message', ['urgent', 'due_at'], unique=False, sqlite_where=sa.text('sent_at IS NULL AND abandoned_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL AND abandoned_at IS NULL'))

    op.create_table('client',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('profile', sa.String(length=16), nullable=False),
    sa.Column('application_type', sa.String(length=8), nullable=False),
    sa.Column('first_party', sa.Boolean(), nullable=False),
    sa.Column('fund_id', sa.Uuid(), nullable=True),
    sa.Column('organization_id', sa.Uuid(), nullable=True),
    sa.Column('token_endpoint_auth_method', sa.String(length=40), nullable=False),
    sa.Column('token_endpoint_auth_signing_alg', sa.String(length=16), nullable=True),
    sa.Column('secret_digest', sa.LargeBinary(length=32), nullable=True),
    sa.Column('former_secret_digest', sa.LargeBinary(length=32), nullable=True),
    sa.Column('former_secret_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('jwks', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('jwks_uri', sa.String(length=2000), nullable=True),
    sa.Column('tls_client_auth', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('dpop_bound_access_tokens', sa.Boolean(), nullable=False),
    sa.Column('tls_bound_access_tokens', sa.Boolean(), nullable=False),
    sa.Column('redirect_uris', sa.JSON(), nullable=False),
    sa.Column('post_logout_redirect_uris', sa.JSON(), nullable=False),
    sa.Column('initiate_login_uri', sa.String(length=2000), nullable=True),
    sa.Column('backchannel_logout_uri', sa.String(length=2000), nullable=True),
    sa.Column('backchannel_logout_session_required', sa.Boolean(), nullable=False),
    sa.Column('frontchannel_logout_uri', sa.String(length=2000), nullable=True),
    sa.Column('frontchannel_logout_session_required', sa.Boolean(), nullable=False),
    sa.Column('origins', sa.JSON(), nullable=False),
    sa.Column('grant_types', sa.JSON(), nullable=False),
    sa.Column('response_types', sa.JSON(), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('rights', sa.JSON(), nullable=False),
    sa.Column('authorization_details_types', sa.JSON(), nullable=False),
    sa.Column('resources', sa.JSON(), nullable=False),
    sa.Column('offline', sa.Boolean(), nullable=False),
    sa.Column('require_pkce', sa.Boolean(), nullable=False),
    sa.Column('require_pushed_authorization_requests', sa.Boolean(), nullable=False),
    sa.Column('require_signed_request_object', sa.Boolean(), nullable=False),
    sa.Column('request_object_signing_alg', sa.String(length=16), nullable=True),
    sa.Column('id_token_signed_response_alg', sa.String(length=16), nullable=False),
    sa.Column('userinfo_signed_response_alg', sa.String(length=16), nullable=True),
    sa.Column('authorization_signed_response_alg', sa.String(length=16), nullable=True),
    sa.Column('introspection_signed_response_alg', sa.String(length=16), nullable=True),
    sa.Column('access_token_signing_alg', sa.String(length=16), nullable=False),
    sa.Column('default_max_age', sa.Integer(), nullable=True),
    sa.Column('default_acr_values', sa.JSON(), nullable=False),
    sa.Column('require_auth_time', sa.Boolean(), nullable=False),
    sa.Column('subject_type', sa.String(length=8), nullable=False),
    sa.Column('sector', sa.String(length=255), nullable=False),
    sa.Column('sector_identifier_uri', sa.String(length=2000), nullable=True),
    sa.Column('client_uri', sa.String(length=2000), nullable=True),
    sa.Column('logo_uri', sa.String(length=2000), nullable=True),
    sa.Column('policy_uri', sa.String(length=2000), nullable=True),
    sa.Column('tos_uri', sa.String(length=2000), nullable=True),
    sa.Column('contacts', sa.JSON(), nullable=False),
    sa.Column('registration_digest', sa.LargeBinary(length=32), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("application_type in ('web', 'native')", name=op.f('ck_client_application_type')),
    sa.CheckConstraint("profile in ('baseline', 'fapi2')", name=op.f('ck_client_profile')),
    sa.CheckConstraint("subject_type in ('public', 'pairwise')", name=op.f('ck_client_subject_type')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_client_fund_id_fund'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_client_organization_id_organization'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client')),
    sa.UniqueConstraint('client_id', name=op.f('uq_client_client_id'))
    )
    op.create_table('email_address',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('typed', sa.String(length=320), nullable=False),
    sa.Column('canonical', sa.String(length=320), nullable=False),
    sa.Column('certified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('certification_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undeliverable_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_email_address_account_id_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_address')),
    sa.UniqueConstraint('account_id', name=op.f('uq_email_address_account_id')),
    sa.UniqueConstraint('canonical', name=op.f('uq_email_address_canonical'))
    )
    op.create_table('membership',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('holder', sa.Boolean(), nullable=False),
    sa.Column('rights', sa.JSON(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('invited_by_id', sa.Uuid(), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_membership_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['invited_by_id'], ['account.id'], name=op.f('fk_membership_invited_by_id_account'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_membership_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership'))
    )
    op.create_index(op.f('ix_membership_organization_id'), 'membership', ['organization_id'], unique=False)
    op.create_index('uq_membership_live', 'membership', ['account_id', 'organization_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('phone_number',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('certified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('mobile', 'fixed')", name=op.f('ck_phone_number_kind')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_phone_number_account_id_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone_number')),
    sa.UniqueConstraint('account_id', 'kind', name=op.f('uq_phone_number_account_id_kind'))
    )
    op.create_index(op.f('ix_phone_number_number'), 'phone_number', ['number'], unique=False)

    op.create_table('session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('secret_digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=True),
    sa.Column('methods', sa.JSON(), nullable=False),
    sa.Column('auth_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_session_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_session_organization_id_organization'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('secret_digest', name=op.f('uq_session_secret_digest'))
    )
    op.create_index(op.f('ix_session_account_id'), 'session', ['account_id'], unique=False)

    op.create_table('subject',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('sector', sa.String(length=255), nullable=False),
    sa.Column('sub', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_subject_account_id_account'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subject')),
    sa.UniqueConstraint('account_id', 'sector', name=op.f('uq_subject_account_id_sector')),
    sa.UniqueConstraint('sub', name=op.f('uq_subject_sub'))
    )
    op.create_table('consent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=True),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('rights', sa.JSON(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_consent_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], name=op.f('fk_consent_client_id_client'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_consent_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index('ix_consent_account_id_client_id', 'consent', ['account_id', 'client_id'], unique=False)
    op.create_index(op.f('ix_consent_client_id'), 'consent', ['client_id'], unique=False)

    op.create_table('grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('organization_id', sa.Uuid(), nullable=True),
    sa.Column('membership_id', sa.Uuid(), nullable=True),
    sa.Column('delegation_id', sa.Uuid(), nullable=True),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('claims', sa.JSON(), nullable=False),
    sa.Column('resources', sa.JSON(), nullable=False),
    sa.Column('authorization_details', sa.JSON(), nullable=False),
    sa.Column('auth_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acr', sa.String(length=255), nullable=False),
    sa.Column('amr', sa.JSON(), nullable=False),
    sa.Column('sid', sa.String(length=64), nullable=False),
    sa.Column('offline', sa.Boolean(), nullable=False),
    sa.Column('device', sa.String(length=200), nullable=True),
    sa.Column('confirmation', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('redeemed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_grant_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], name=op.f('fk_grant_client_id_client'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_grant_membership_id_membership'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_grant_organization_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_grant_session_id_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grant'))
    )
    op.create_index(op.f('ix_grant_account_id'), 'grant', ['account_id'], unique=False)
    op.create_index(op.f('ix_grant_client_id'), 'grant', ['client_id'], unique=False)
    op.create_index(op.f('ix_grant_delegation_id'), 'grant', ['delegation_id'], unique=False)
    op.create_index(op.f('ix_grant_ended_at'), 'grant', ['ended_at'], unique=False)
    op.create_index(op.f('ix_grant_membership_id'), 'grant', ['membership_id'], unique=False)
    op.create_index(op.f('ix_grant_organization_id'), 'grant', ['organization_id'], unique=False)
    op.create_index(op.f('ix_grant_session_id'), 'grant', ['session_id'], unique=False)

    op.create_table('refresh_token',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('grant_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('confirmation', sa.String(length=64), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rotated_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['grant_id'], ['grant.id'], name=op.f('fk_refresh_token_grant_id_grant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['parent_id'], ['refresh_token.id'], name=op.f('fk_refresh_token_parent_id_refresh_token'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refresh_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_refresh_token_digest'))
    )
    op.create_index(op.f('ix_refresh_token_grant_id'), 'refresh_token', ['grant_id'], unique=False)
    op.create_index(op.f('ix_refresh_token_parent_id'), 'refresh_token', ['parent_id'], unique=False)

def downgrade() -> None:

    op.drop_table('refresh_token')

    op.drop_table('grant')

    op.drop_table('consent')
    op.drop_table('subject')

    op.drop_table('session')

    op.drop_table('phone_number')

    op.drop_table('membership')
    op.drop_table('email_address')
    op.drop_table('client')

    op.drop_table('outgoing_message')

    op.drop_table('organization')
    op.drop_table('fund_text')

    op.drop_table('account')
    op.drop_table('signing_key')
    op.drop_table('not_before')
    op.drop_table('fund')

    op.drop_table('audit_person')

    op.drop_table('audit_event')

    op.drop_table('attempt')

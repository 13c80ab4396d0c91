"""Every event of the audit, `slice:use_case:outcome`."""

from enum import StrEnum


class Event(StrEnum):
    """What may happen. A name, once written, is never used for anything else."""

    SIGN_IN_SUCCEEDED = "login:password:succeeded"
    SIGN_IN_REFUSED = "login:password:refused"
    SIGNED_OUT = "sessions:session:ended"
    EVERYONE_SIGNED_OUT = "sessions:everyone:ended"
    GRANT_ISSUED = "oidc:authorization:granted"
    GRANT_ENDED = "oidc:grant:ended"
    CODE_REDEEMED = "oidc:token:redeemed"
    CODE_REPLAYED = "oidc:token:replayed"
    CLIENT_TOKEN_ISSUED = "oidc:token:issued_to_client"  # noqa: S105
    TOKEN_REFRESHED = "oidc:token:refreshed"  # noqa: S105
    REFRESH_REPLAYED = "oidc:token:refresh_replayed"
    TOKEN_REVOKED = "oidc:token:revoked"  # noqa: S105
    CONSENT_GIVEN = "consent:asking:given"
    CONSENT_REFUSED = "consent:asking:refused"
    CLIENT_ADDED = "oidc:client:added"
    CLIENT_CHANGED = "oidc:client:changed"
    CLIENT_SECRET_ROTATED = "oidc:client:secret_rotated"  # noqa: S105
    CLIENT_DISABLED = "oidc:client:disabled"
    RESOURCE_ADDED = "oidc:resource:added"
    RESOURCE_CHANGED = "oidc:resource:changed"
    RESOURCE_DISABLED = "oidc:resource:disabled"
    KEYS_ROTATED = "oidc:keys:rotated"
    FUND_APPLIED = "registry:fund:applied"
    ORGANIZATION_REGISTERED = "registry:organization:registered"
    ORGANIZATION_ENDED = "registry:organization:ended"
    ORGANIZATION_RESTORED = "registry:organization:restored"
    REGISTER_IMPORTED = "registry:members:imported"
    SIRET_CHANGED = "registry:organization:siret_changed"
    LETTERS_ASKED = "registry:letters:asked"
    LETTERS_REFUSED = "registry:letters:refused"
    LETTERS_MADE = "registry:letters:made"
    LETTER_RETURNED = "registry:letters:returned"
    OPENING_IDENTIFIED = "accounts:opening:identified"
    OPENING_REFUSED = "accounts:opening:refused"
    OPENING_COMPLETED = "accounts:opening:completed"
    ACCOUNT_ACTIVATED = "accounts:activation:activated"
    ACTIVATION_REFUSED = "accounts:activation:refused"
    MOBILE_CODE_SENT = "accounts:phone_certification:sent"
    MOBILE_CERTIFIED = "accounts:phone_certification:certified"
    MOBILE_REFUSED = "accounts:phone_certification:refused"
    RESET_ASKED = "accounts:password_reset:asked"
    PASSWORD_RESET = "accounts:password_reset:done"  # noqa: S105
    EMAIL_CERTIFICATION_SENT = "accounts:email_certification:sent"
    EMAIL_CERTIFIED = "accounts:email_certification:certified"
    ACCOUNT_CREATED = "accounts:account:created"
    MEMBERSHIP_STARTED = "accounts:membership:started"
    MEMBERSHIP_ENDED = "accounts:membership:ended"
    NAMES_CORRECTED = "accounts:names:corrected"
    MESSAGES_RETRIED = "delivery:outbox:retried"
    MESSAGE_TRIED = "delivery:outbox:tried"
    REFUSED = "audit:refused:suspicious"

"""Who may ask: a registered client."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db
from idp.registry.models import Fund


class Client(Model):
    """A relying party. Secrets are digests; the sector of pairwise subjects is fixed at registration."""

    __tablename__ = "client"
    __table_args__ = (
        sa.CheckConstraint("profile in ('baseline', 'fapi2')", name="profile"),
        sa.CheckConstraint("application_type in ('web', 'native')", name="application_type"),
        sa.CheckConstraint("subject_type in ('public', 'pairwise')", name="subject_type"),
    )

    id: Mapped[PrimaryKey]
    client_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    profile: Mapped[str] = mapped_column(sa.String(16), default="baseline")
    application_type: Mapped[str] = mapped_column(sa.String(8), default="web")
    first_party: Mapped[bool] = mapped_column(default=False)
    fund_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("fund.id", ondelete="SET NULL"))
    organization_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organization.id", ondelete="SET NULL"))

    token_endpoint_auth_method: Mapped[str] = mapped_column(sa.String(40), default="client_secret_basic")
    token_endpoint_auth_signing_alg: Mapped[str | None] = mapped_column(sa.String(16))
    secret_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    former_secret_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    former_secret_expires_at: Mapped[datetime | None]
    jwks: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    jwks_uri: Mapped[str | None] = mapped_column(sa.String(2000))
    tls_client_auth: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    dpop_bound_access_tokens: Mapped[bool] = mapped_column(default=False)
    tls_bound_access_tokens: Mapped[bool] = mapped_column(default=False)

    redirect_uris: Mapped[list[str]] = mapped_column(default=list)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(default=list)
    initiate_login_uri: Mapped[str | None] = mapped_column(sa.String(2000))
    backchannel_logout_uri: Mapped[str | None] = mapped_column(sa.String(2000))
    backchannel_logout_session_required: Mapped[bool] = mapped_column(default=True)
    frontchannel_logout_uri: Mapped[str | None] = mapped_column(sa.String(2000))
    frontchannel_logout_session_required: Mapped[bool] = mapped_column(default=True)
    origins: Mapped[list[str]] = mapped_column(default=list)

    grant_types: Mapped[list[str]] = mapped_column(default=lambda: ["authorization_code", "refresh_token"])
    response_types: Mapped[list[str]] = mapped_column(default=lambda: ["code"])
    scopes: Mapped[list[str]] = mapped_column(default=lambda: ["openid"])
    rights: Mapped[list[str]] = mapped_column(default=list)
    authorization_details_types: Mapped[list[str]] = mapped_column(default=list)
    resources: Mapped[list[str]] = mapped_column(default=list)
    offline: Mapped[bool] = mapped_column(default=False)

    require_pkce: Mapped[bool] = mapped_column(default=True)
    require_pushed_authorization_requests: Mapped[bool] = mapped_column(default=False)
    require_signed_request_object: Mapped[bool] = mapped_column(default=False)
    request_object_signing_alg: Mapped[str | None] = mapped_column(sa.String(16))
    id_token_signed_response_alg: Mapped[str] = mapped_column(sa.String(16), default="RS256")
    userinfo_signed_response_alg: Mapped[str | None] = mapped_column(sa.String(16))
    authorization_signed_response_alg: Mapped[str | None] = mapped_column(sa.String(16))
    introspection_signed_response_alg: Mapped[str | None] = mapped_column(sa.String(16))
    access_token_signing_alg: Mapped[str] = mapped_column(sa.String(16), default="ES256")
    default_max_age: Mapped[int | None]
    default_acr_values: Mapped[list[str]] = mapped_column(default=list)
    require_auth_time: Mapped[bool] = mapped_column(default=False)

    subject_type: Mapped[str] = mapped_column(sa.String(8), default="public")
    sector: Mapped[str] = mapped_column(sa.String(255), default="")
    sector_identifier_uri: Mapped[str | None] = mapped_column(sa.String(2000))

    client_uri: Mapped[str | None] = mapped_column(sa.String(2000))
    logo_uri: Mapped[str | None] = mapped_column(sa.String(2000))
    policy_uri: Mapped[str | None] = mapped_column(sa.String(2000))
    tos_uri: Mapped[str | None] = mapped_column(sa.String(2000))
    contacts: Mapped[list[str]] = mapped_column(default=list)

    registration_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @classmethod
    def by_client_id(cls, client_id: str) -> "Client | None":
        """The client of that public identifier, disabled or not."""
        return db.session.scalar(sa.select(cls).where(cls.client_id == client_id))

    @classmethod
    def all(cls) -> list["Client"]:
        """Every client, by its identifier."""
        return list(db.session.scalars(sa.select(cls).order_by(cls.client_id)))

    @classmethod
    def home_of(cls, fund_id: UUID | None) -> str | None:
        """Where a fund's own portal begins a sign-in."""
        home = sa.select(cls.initiate_login_uri).join(Fund, Fund.home_client_id == cls.client_id)
        return db.session.scalar(home.where(Fund.id == fund_id, cls.disabled_at.is_(None)))

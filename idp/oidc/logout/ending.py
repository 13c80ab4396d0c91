"""What ends with what: the grants that stood on a session, an account, a client…, in the same transaction."""

from uuid import UUID

from idp.oidc.logout import telling
from idp.oidc.models.grant import Grant


def end_grants(kind: str, ended_id: UUID) -> None:
    """End every live grant that stood on what ended, then have their clients told of it.

    A session ends its online grants; offline ones name none. A changed credential is told by the id of its account. A
    `grant` was ended by whoever tells.
    """
    if kind == "grant":
        telling.tell([ended_id])
        return
    column = {
        "session": Grant.session_id,
        "credential": Grant.account_id,
        "account": Grant.account_id,
        "client": Grant.client_id,
        "organization": Grant.organization_id,
        "membership": Grant.membership_id,
        "delegation": Grant.delegation_id,
    }[kind]
    ended = Grant.end_where(column == ended_id)
    if ended:
        telling.tell(ended)

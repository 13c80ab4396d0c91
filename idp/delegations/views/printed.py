"""A delegation as one sheet, for whoever gave it and for its firm."""

from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from idp.accounts.views import menus
from idp.delegations.granting import answering, summary
from idp.delegations.models import Delegation
from idp.delegations.views import given
from idp.registry.models import Organization
from idp.sessions import current
from idp.sessions.views import arriving


def given_sheet(organization_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """The company's."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.one", organization_id=organization_id, delegation_id=delegation_id)
    held = given.where(session, organization_id)
    return _pdf(given.delegation_of(held, delegation_id), held.organization)


def client_sheet(delegation_id: UUID) -> ResponseReturnValue:
    """The firm's."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.client", delegation_id=delegation_id)
    client = answering.of_firm(session.account_id, delegation_id)
    arriving.dress(session, client.organization.fund_id)
    return _pdf(client.delegation, client.organization)


def _pdf(one: Delegation, organization: Organization) -> Response:
    sheet = summary.sheet(one, organization, menus.in_words(one.rights))
    return Response(
        sheet, mimetype="application/pdf", headers={"Content-Disposition": 'attachment; filename="delegation.pdf"'}
    )

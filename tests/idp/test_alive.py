"""Is it alive? Each thing that a session or a grant stands on, ended one by one, on both databases."""

from datetime import timedelta

import pytest

from idp import clock
from idp.accounts.models import Membership
from idp.alive import grant_alive, session_alive
from idp.db import db
from idp.oidc.models.client import Client
from idp.oidc.models.grant import Grant
from idp.registry.models import Organization
from idp.sessions import lifecycle
from idp.sessions.models import NotBefore, Session
from idp.settings import settings
from keys import opaque
from tests.builders import a_client, a_member, the_account


@pytest.fixture
def house(any_app):
    """The application's context."""
    with any_app.app_context():
        yield any_app


@pytest.fixture
def member(house):
    """A person who holds a company."""
    return a_member()


@pytest.fixture
def opened(member):
    """A session of theirs."""
    started = lifecycle.start(member.id, method="pwd", former=None)
    db.session.commit()
    return started


@pytest.fixture
def granted(member, opened):
    """Make a grant of theirs, online by default."""

    def make(**changes):
        now = clock.now()
        link = db.session.query(Membership).filter_by(account_id=member.id).one()
        values = {
            "account_id": member.id,
            "client_id": a_client().id,
            "session_id": opened.id,
            "organization_id": link.organization_id,
            "membership_id": link.id,
            "scopes": ["openid", "organization"],
            "auth_time": now,
            "acr": "1",
            "amr": ["pwd"],
            "sid": "sid",
            "created_at": now,
        }
        grant = Grant(**(values | changes))
        db.session.add(grant)
        db.session.commit()
        return grant.id

    return make


def alive(opened):
    return session_alive(opaque.digest(opened.secret), clock.now())


def test_a_live_session_tells_whose_it_is(member, opened):
    found = alive(opened)
    assert (found.id, found.account_id, found.email) == (opened.id, member.id, member.email)
    assert found.methods == ["pwd"]
    assert found.auth_time.tzinfo is not None


def test_another_secret_is_no_session(opened):
    assert session_alive(opaque.digest(opened.secret + "x"), clock.now()) is None


@pytest.mark.parametrize("fact", ["suspended_at", "closed_at"])
def test_a_session_dies_with_its_account(member, opened, fact):
    setattr(the_account(member), fact, clock.now())
    db.session.commit()
    assert alive(opened) is None


def test_a_session_dies_when_it_is_ended(opened):
    Session.end(opened.id, clock.now())
    assert alive(opened) is None


def test_a_session_dies_when_everyone_is_signed_out(opened):
    lifecycle.end_everyone()
    db.session.commit()
    assert alive(opened) is None


def test_the_epoch_only_moves_forward(opened):
    NotBefore.move(clock.now() - timedelta(days=1))
    NotBefore.move(clock.now() - timedelta(days=2))
    db.session.commit()
    assert alive(opened) is not None
    assert db.session.get(NotBefore, 1).at > clock.now() - timedelta(days=1, minutes=1)


def test_a_live_grant_tells_all_an_answer_needs(member, granted):
    found = grant_alive(granted(), clock.now())
    assert (found.account_id, found.organization_id, found.holder) == (member.id, member.organization_id, True)
    assert found.scopes == ["openid", "organization"]
    assert "legal:act" in found.rights
    assert found.sub is None
    assert (found.offline, found.session_id is None) == (False, False)


def test_a_grant_without_an_organization_needs_none(granted):
    found = grant_alive(granted(organization_id=None, membership_id=None), clock.now())
    assert (found.organization_id, found.rights) == (None, None)


def end_account(member):
    the_account(member).suspended_at = clock.now()


def end_organization(member):
    db.session.get(Organization, member.organization_id).closed_at = clock.now()


def end_membership(member):
    db.session.query(Membership).filter_by(account_id=member.id).one().ended_at = clock.now()


def end_membership_by_its_date(member):
    db.session.query(Membership).filter_by(account_id=member.id).one().ends_at = clock.now()


def end_client(member):
    for client in Client.all():
        client.disabled_at = clock.now()


def end_session(member):
    for session in Session.of(member.id):
        session.ended_at = clock.now()


def end_everyone(member):
    NotBefore.move(clock.now() + timedelta(milliseconds=1))


ENDS = [end_account, end_organization, end_membership, end_membership_by_its_date, end_client, end_everyone]


@pytest.mark.parametrize("end", [*ENDS, end_session])
def test_an_online_grant_dies_with_anything_it_stands_on(member, granted, end):
    grant_id = granted()
    end(member)
    db.session.commit()
    assert grant_alive(grant_id, clock.now()) is None


@pytest.mark.parametrize("end", ENDS)
def test_an_offline_grant_dies_with_all_of_that_but_the_session(member, granted, end):
    grant_id = granted(offline=True, session_id=None)
    end_session(member)
    db.session.commit()
    assert grant_alive(grant_id, clock.now()) is not None
    end(member)
    db.session.commit()
    assert grant_alive(grant_id, clock.now()) is None


def test_a_grant_that_ended_is_dead(granted):
    grant_id = granted()
    assert Grant.end(grant_id)
    assert not Grant.end(grant_id)
    assert grant_alive(grant_id, clock.now()) is None


def test_a_membership_of_another_person_opens_nothing(granted):
    other = a_member()
    link = db.session.query(Membership).filter_by(account_id=other.id).one()
    grant_id = granted(organization_id=other.organization_id, membership_id=link.id)
    assert grant_alive(grant_id, clock.now()) is None


def test_an_online_grant_lives_as_long_as_its_session(granted):
    grant_id, now = granted(), clock.now()
    assert grant_alive(grant_id, now + settings.session_idle_lifetime - timedelta(minutes=1)) is not None
    assert grant_alive(grant_id, now + settings.session_idle_lifetime + timedelta(seconds=1)) is None


def test_an_offline_grant_has_its_own_idle_and_absolute_life(granted):
    grant_id, now = granted(offline=True, session_id=None), clock.now()
    assert grant_alive(grant_id, now + settings.offline_idle_lifetime - timedelta(minutes=1)) is not None
    assert grant_alive(grant_id, now + settings.offline_idle_lifetime + timedelta(minutes=1)) is None
    Grant.touch(grant_id, now + settings.offline_lifetime - timedelta(days=1))
    assert grant_alive(grant_id, now + settings.offline_lifetime - timedelta(minutes=1)) is not None
    assert grant_alive(grant_id, now + settings.offline_lifetime + timedelta(minutes=1)) is None


def test_a_session_has_an_idle_and_an_absolute_life(opened):
    digest, now = opaque.digest(opened.secret), clock.now()
    assert session_alive(digest, now + settings.session_idle_lifetime - timedelta(minutes=1)) is not None
    assert session_alive(digest, now + settings.session_idle_lifetime + timedelta(seconds=1)) is None
    Session.touch(opened.id, now + settings.session_lifetime - timedelta(minutes=5))
    assert session_alive(digest, now + settings.session_lifetime - timedelta(minutes=1)) is not None
    assert session_alive(digest, now + settings.session_lifetime + timedelta(seconds=1)) is None

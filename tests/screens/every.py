"""Every page in every state, by name."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.screens import account, applications, company, delegating, helping, narrowing, opening, signing, stopping
from tests.screens.site import Site

_SHOWN: tuple[Callable[[Site, Page], object], ...] = (
    opening.opening,
    opening.opening_empty,
    opening.opening_refused,
    opening.opening_from_the_portal,
    opening.contact,
    opening.contact_empty,
    opening.contact_wrong,
    opening.contact_code,
    opening.contact_code_again,
    opening.contact_code_wrong,
    opening.contact_certified,
    opening.sent,
    opening.sent_again,
    opening.sent_to_an_office,
    opening.opening_died,
    opening.opening_elsewhere,
    opening.activation,
    opening.activation_elsewhere,
    opening.activation_refused,
    opening.activation_dead,
    opening.activation_done,
    opening.activation_address_taken,
    opening.activated,
    account.home,
    account.lost_letters,
    account.lost_letters_empty,
    account.lost_letters_asked,
    account.reset,
    account.reset_empty,
    account.reset_sent,
    account.reset_new,
    account.reset_new_wrong,
    account.reset_done,
    account.reset_dead,
    account.step,
    account.step_sent,
    account.step_early,
    account.step_enough,
    account.certification,
    account.certification_reopened,
    account.certified,
    account.certified_before,
    account.certification_dead,
    account.sign_in,
    account.sign_in_refused,
)
OF_AN_ACCOUNT: dict[str, Callable[[Site, Page], object]] = {
    **{shown.__name__: shown for shown in _SHOWN},
    **helping.SCREENS,
    **signing.SCREENS,
    **stopping.SCREENS,
}
OF_COMPANIES: dict[str, Callable[[Site, Page], object]] = {
    **company.SCREENS,
    **applications.SCREENS,
    **delegating.SCREENS,
    **narrowing.SCREENS,
}
SCREENS = OF_AN_ACCOUNT | OF_COMPANIES

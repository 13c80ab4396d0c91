"""How pages write things: dates in the fund's time zone, SIRET in groups, addresses masked."""

from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_time, get_locale, gettext, to_user_timezone

_NO_BREAK = "\u00a0"


def init_app(app: Flask) -> None:
    """Give the templates these filters, under these names."""
    app.add_template_filter(day)
    app.add_template_filter(last_day)
    app.add_template_filter(moment)
    app.add_template_filter(siret)
    app.add_template_filter(masked)


def day(at: datetime) -> str:
    """`3 mars 2026`: the day of an instant where the fund is."""
    return last_day(to_user_timezone(at).date())


def last_day(on: date) -> str:
    """`1er mars 2027`: a day of the calendar, wherever one is."""
    words = str(format_date(on, "long"))
    return words.replace("1 ", "1er ", 1) if on.day == 1 and get_locale().language == "fr" else words


def moment(at: datetime) -> str:
    """`3 mars 2026 à 14:05`: an instant, by the clocks where the fund is."""
    return str(gettext("%(day)s à %(time)s", day=day(at), time=format_time(at, "short")))


def siret(digits: str) -> str:
    """`732 829 320 00074`, in groups that stay on one line."""
    return _NO_BREAK.join((digits[:3], digits[3:6], digits[6:9], digits[9:]))


def masked(address: str) -> str:
    """`l•••@example.org`: enough for its owner to know it again, too little for anyone else."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}•••@{domain}"

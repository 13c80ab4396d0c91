"""A worker killed in the middle of a request: before or after its nth commit, whatever commits the code has."""

import os
import signal
from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from idp.db import db
from tests import invariants, worlds
from tests.invariants import Observed, Scene


class Point(NamedTuple):
    """Before or after the nth commit of a request; commits are found by running it, none is listed by hand."""

    after: bool
    nth: int


def killed_at(point: Point, app: Flask, request: Callable[[], object]) -> bool:
    """Make the request in a process that dies there; whether it came so far. Nobody hears its answer."""
    child = os.fork()
    if child == 0:
        _be_killed(point, app, request)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def ends_the_same(stage: Callable[[], Any], name: str) -> None:
    """At each commit kill the request that `stage().name()` prepares, make it once more, and assert its end.

    The method gives the request, and what must hold once it was made again.
    """
    points, met = [Point(after, 1) for after in (False, True)], 0
    while points:
        point, scene = points.pop(0), stage()
        request, ends_well = getattr(scene, name)()
        if killed_at(point, scene.app, request):
            met += 1
            points.append(point._replace(nth=point.nth + 1))
        request()
        assert ends_well(), point
        invariants.check(Scene(scene.app, Observed()))
        worlds.close(scene.app)
    assert met >= 2


def _be_killed(point: Point, app: Flask, request: Callable[[], object]) -> None:
    """Never returns."""
    try:
        with app.app_context():
            db.engine.dispose(close=False)  # the connections are the parent's
        met = [0]

        def reach(session: Session) -> None:
            met[0] += 1
            if met[0] == point.nth:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(Session, "after_commit" if point.after else "before_commit", reach)
        request()
    finally:
        os._exit(0)

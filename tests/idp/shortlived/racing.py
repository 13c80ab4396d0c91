"""Real threads of real processes on one store, each with its own connection, started at the same moment."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TypeVar

from idp.shortlived.store import Sealed

T = TypeVar("T")

RACERS = 16
ROUNDS = 10

forked = multiprocessing.get_context("fork")


def race(open_one: Callable[[], Sealed], act: Callable[[Sealed, int, int], T], processes: int) -> list[list[T]]:
    """What each of 16 racers got from `act(store, round, racer)`, round by round."""
    threads = RACERS // processes
    start = forked.Barrier(RACERS)

    def run(process: int, answer: Connection) -> None:
        store = open_one()

        def racer(number: int) -> list[T]:
            got = []
            for round_ in range(ROUNDS):
                start.wait(20)
                got.append(act(store, round_, process * threads + number))
            return got

        with ThreadPoolExecutor(threads) as pool:
            answer.send(list(pool.map(racer, range(threads))))

    answers, started = [], []
    for number in range(processes):
        here, there = forked.Pipe(duplex=False)
        child = forked.Process(target=run, args=(number, there))
        child.start()
        there.close()
        answers.append(here)
        started.append(child)
    by_racer = [got for answer in answers for got in answer.recv()]
    for child in started:
        child.join(10)
    return [list(of_round) for of_round in zip(*by_racer, strict=True)]

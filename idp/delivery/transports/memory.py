"""Messages kept in a list: for tests, which read what would have left."""

from typing import Generic, TypeVar

from idp.delivery.transports.port import Undelivered

Message = TypeVar("Message")


class Memory(Generic[Message]):
    """Takes what it is given, unless told how to answer."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.answers: list[Undelivered | None] = []
        """What becomes of the next messages, in order; None takes one."""

    def send(self, message: Message) -> None:
        """Keep it, or raise the next answer."""
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.sent.append(message)

    def close(self) -> None:
        """Nothing is open."""

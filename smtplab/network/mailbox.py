"""The messages that a server has accepted, as a tuple that says in a sentence when there is no such mail."""

from typing import Any, SupportsIndex, overload

from smtplab.lab import Message


class NoSuchMail(IndexError):
    """A mail was asked for that has not come. IPython shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Messages(tuple[Message, ...]):
    """Messages in the order of their 250.

    >>> Messages()
    No mail yet.
    >>> Messages()[-1]
    Traceback (most recent call last):
    smtplab.network.mailbox.NoSuchMail: No mail yet: a mail is here once the server has said 250 after the final dot.
    """

    __slots__ = ()

    @overload
    def __getitem__(self, place: SupportsIndex) -> Message: ...
    @overload
    def __getitem__(self, place: "slice[Any, Any, Any]") -> tuple[Message, ...]: ...
    def __getitem__(self, place: "SupportsIndex | slice[Any, Any, Any]") -> Message | tuple[Message, ...]:
        try:
            return super().__getitem__(place)
        except IndexError:
            if not self:
                sentence = "No mail yet: a mail is here once the server has said 250 after the final dot."
            else:
                sentence = f"There is no mail number {place}: {self} Counting begins at 0; -1 is the last."
            raise NoSuchMail(sentence) from None

    def __str__(self) -> str:
        if not self:
            return "No mail yet."
        return "1 mail is here." if len(self) == 1 else f"{len(self)} mails are here."

    def __repr__(self) -> str:
        return "\n".join((str(self), *(f"  {number}  {_line(message)}" for number, message in enumerate(self))))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))  # IPython prints tuples itself, unless told


def _line(message: Message) -> str:
    """Sender and recipients of the envelope."""
    sender, recipients = (row["envelope"] for row in message.to_rows())
    return f"from {sender} to {recipients}"

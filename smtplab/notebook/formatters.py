"""How smtplab's values look in a notebook and in an IPython terminal.

The values of the pure layers stay pure: IPython is told here, by name, so that registering imports neither them nor
HTML. ``import smtplab`` inside IPython does it.
"""

from collections.abc import Callable
from typing import Any


def _html(name: str) -> Callable[[Any], str]:
    def shown(value: Any) -> str:
        from smtplab.notebook import html, views

        return html.styled(getattr(views, name)(value))

    return shown


def _explained(value: Any) -> str:
    """A reply as it came, then what it means."""
    from dataclasses import replace

    from smtplab.explain import explain
    from smtplab.notebook.html import readable
    from smtplab.protocol.secrecy import hide_step

    came = "\n".join(map(readable, str(value).splitlines()))
    step = hide_step(value.exchange) if value.exchange is not None else None
    return f"{came}\n\n{explain(replace(value, exchange=step))}"


def _step(value: Any) -> str:
    """A step: what was sent, what answered, what it means."""
    from smtplab.explain import explain
    from smtplab.protocol.secrecy import hide_step
    from smtplab.protocol.wire import encode, show

    step = hide_step(value)
    came = show(encode(str(step.reply))) if step.reply else "--"
    return f"C: {show(step.sent)}\nS: {came}\n\n{explain(step)}"


def _record(value: Any) -> str:
    """A record in its text form, without what logs somebody in."""
    from smtplab.protocol.secrecy import hide_secrets

    return str(hide_secrets(value))


def _faults(value: Any) -> str:
    """The faults that are set: text form and how often it happened, and below it what it says."""
    from smtplab.explain.catalogue import text

    rows = value.to_rows()
    count = {row["fault"]: text(f"faults.fired-{min(row['happened'], 2)}", count=row["happened"]) for row in rows}
    return "\n".join(f"{r['fault']}  ({count[r['fault']]})\n    {r['in words']}" for r in rows) or text("faults.none")


def _message(value: Any) -> str:
    """A message that was taken: envelope beside header, then the text."""
    from smtplab.notebook.html import readable

    rows = [(row[""], row["envelope"] or "-", row["header"] or "-") for row in value.to_rows()]
    widths = [max(len(readable(row[column])) for row in (("", "envelope", ""), *rows)) for column in (0, 1)]
    head = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}".rstrip() for a, b, c in (("", "envelope", "header"), *rows)]
    body = map(readable, value.mail_data.split(b"\r\n"))
    return "\n".join((*head, "", *body)).rstrip("\n")


SHOWN: tuple[tuple[str, str, str, Callable[[Any], str]], ...] = (
    ("smtplab.protocol.wire", "Reply", "reply", _explained),
    ("smtplab.network.outcome", "NoReply", "no_reply", str),
    ("smtplab.lab.message", "Message", "message", _message),
    ("smtplab.protocol.dialogue", "Exchange", "exchange", _step),
    ("smtplab.protocol.session", "Session", "session", repr),
    ("smtplab.protocol.transcript", "Transcript", "transcript", _record),
    ("smtplab.protocol.logins", "Logins", "logins", str),
    ("smtplab.network.server_faults", "ServerFaults", "faults", _faults),
    ("smtplab.explain.explanation", "Explanation", "explanation", str),
    ("smtplab.explain.ehlo_answer", "EhloAnswer", "ehlo_answer", str),
    ("smtplab.notebook.question.missed", "Missed", "missed", str),
    ("smtplab.setup.doctor", "DoctorReport", "doctor_report", str),
)
"""Module and name of each type, the function of `views` that shows it, and its plain text."""


def register(shell: Any) -> None:
    """Tell an IPython shell; telling it twice changes nothing."""
    formatters = shell.display_formatter.formatters
    for module, name, function, plain in SHOWN:
        formatters["text/html"].for_type_by_name(module, name, _html(function))
        formatters["text/plain"].for_type_by_name(module, name, _printer(plain))
    if hasattr(shell, "kernel"):  # there is a page, which can tell whether widgets are live
        display = shell.display_formatter.ipython_display_formatter
        display.for_type_by_name("smtplab.setup.doctor", "DoctorReport", _report)


def _report(value: Any) -> None:
    from smtplab.notebook.handshake import show_report

    show_report(value)


def _printer(plain: Callable[[Any], str]) -> Callable[[Any, Any, bool], None]:
    def printed(value: Any, printer: Any, cycle: bool) -> None:
        printer.text(plain(value))

    return printed

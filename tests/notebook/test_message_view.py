"""How a message that was taken looks: envelope beside header, and the text; whatever is in it stays text."""

from smtplab.lab.message import Message
from smtplab.notebook import views
from smtplab.notebook.formatters import register
from smtplab.protocol.paths import NULL_PATH, parse_forward_path


def _message(mail_data: bytes) -> Message:
    bob = parse_forward_path("<bob@lab.example>")
    return Message(NULL_PATH, (bob,), mail_data, "student.example", "lab.example")


def test_two_senders_stand_side_by_side() -> None:
    shown = views.message(_message(b"From: Santa <santa@north.example>\r\n\r\nHo.\r\n"))
    assert "<td>&lt;&gt;</td><td>Santa &lt;santa@north.example&gt;</td>" in shown
    assert "Ho.\n" in shown and "\\n" not in shown


def test_what_a_header_or_a_body_holds_never_becomes_markup() -> None:
    shown = views.message(_message(b"From: <script>alert(1)</script>\r\n\r\n<img src=x onerror=alert(2)>\r\n"))
    assert "<script" not in shown and "<img" not in shown


def test_the_plain_form_says_the_same() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    register(shell)
    data, _ = shell.display_formatter.format(_message(b"From: Santa\r\n\r\nHo \x1b[2J.\r\n"))
    head, sender = data["text/plain"].splitlines()[:2]
    assert head.split() == ["envelope", "header"] and sender.split() == ["sender", "<>", "Santa"]
    assert "Ho \\x1b[2J." in data["text/plain"]

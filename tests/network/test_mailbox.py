"""What a learner sees of the accepted messages, also when there are none."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from smtplab.network import LoopbackServer, memory_server
from smtplab.network.mailbox import NoSuchMail


@pytest.mark.parametrize("make", [LoopbackServer, memory_server])
def test_a_mail_that_has_not_come_is_told_in_a_sentence(make: object) -> None:
    with make() as server:  # type: ignore[operator]
        with pytest.raises(NoSuchMail, match="No mail yet"):
            server.messages[-1]
        assert server.messages == () and len(server.messages) == 0


def test_a_notebook_shows_the_sentence_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell()
    shell.push({"messages": memory_server().messages})
    shell.run_cell("messages[-1]")
    assert capsys.readouterr().out.strip() == \
        "No mail yet: a mail is here once the server has said 250 after the final dot."


def test_mails_show_who_sent_them_to_whom() -> None:
    with memory_server() as server, server.connect() as client:
        for line in ("EHLO me.example", "MAIL FROM:<>", "RCPT TO:<bob@lab.example>", "DATA", "Hello", "."):
            client.send(line)
        assert repr(server.messages) == "1 mail is here.\n  0  from <> to <bob@lab.example>"
        with pytest.raises(IndexError, match="no mail number 7: 1 mail is here"):
            server.messages[7]
        assert server.messages[:1] == (server.messages[-1],)

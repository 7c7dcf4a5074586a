"""Misconceptions have stable ids; replies, lessons and hints point to them."""

import pytest

from smtplab.explain import explain, misconception, misconceptions
from smtplab.explain.catalogue import texts
from smtplab.explain.misconceptions import _SHOWN_AT

# Lessons refer to these; an id may be added but not renamed.
STABLE = {
    "http-503", "http-4xx-means-me", "5-is-server-error", "250-is-delivered", "250-after-rcpt-is-delivered",
    "354-is-error", "550-try-again", "4-is-final", "server-tries-again", "251-is-refusal", "252-is-error",
    "551-is-forwarded", "four-250-lines-are-four-replies", "enhanced-code-is-ip", "421-is-my-fault", "221-is-error",
    "quit-sends-mail", "rset-disconnects", "ehlo-only-once", "second-ehlo-keeps-mail", "ehlo-is-login",
    "from-header-is-sender", "to-header-adds-recipients", "dot-anywhere-ends-message", "dot-belongs-to-message",
    "commands-inside-message", "x0z-is-always-syntax", "error-ends-session", "refused-recipient-ends-mail",
    "554-greeting-hangs-up", "text-decides", "silence-is-no", "unknown-code-is-nonsense", "530-is-wrong-password",
    "base64-is-encryption", "starttls-protects-to-reader", "ehlo-survives-tls", "tls-failed-go-on-in-clear",
    "auth-proves-from-header", "auth-needs-new-ehlo", "535-try-again", "454-is-wrong-password",
    "534-is-wrong-password", "8bitmime-converts", "pipelining-is-one-reply", "bdat-needs-dot", "bdat-count-is-a-hint",
    "bdat-repeats-piece", "dsn-is-read-receipt",
}


def test_each_has_a_belief_and_a_cure() -> None:
    assert list(texts("belief")) == list(texts("cure"))
    for record in misconceptions():
        assert record.belief != record.cure
        assert len(record.cure.split()) <= 18


def test_the_ids_that_lessons_use_stay() -> None:
    assert {record.id for record in misconceptions()} >= STABLE


def test_every_reply_points_to_one_that_exists() -> None:
    assert set(_SHOWN_AT.values()) <= set(texts("cure"))
    for code in range(100, 600):
        explanation = explain(code)
        assert explanation.not_this == misconception(explanation.misconception).cure


def test_an_id_nobody_defined_is_named() -> None:
    with pytest.raises(KeyError, match="no-such-id"):
        misconception("no-such-id")


@pytest.mark.parametrize(("code", "command", "id"), [
    (503, None, "http-503"), (503, "RCPT", "http-503"), (450, "RCPT", "http-4xx-means-me"),
    (250, "RCPT", "250-after-rcpt-is-delivered"), (250, "DATA-END", "250-is-delivered"), (354, None, "354-is-error"),
    (550, "RCPT", "550-try-again"), (551, "RCPT", "551-is-forwarded"), (251, "RCPT", "251-is-refusal"),
    (252, "VRFY", "252-is-error"), (421, None, "421-is-my-fault"), (221, None, "221-is-error"),
    (250, "RSET", "rset-disconnects"), (502, "VRFY", "x0z-is-always-syntax"), (554, "CONNECT", "554-greeting-hangs-up"),
    ("550 5.7.1 no", None, "enhanced-code-is-ip"), (452, "RCPT", "452-is-full-mailbox"),
])
def test_a_reply_cures_what_is_believed_of_it(code: object, command: str | None, id: str) -> None:
    assert explain(code, command).misconception == id

"""The world: a value that cannot be is told in a sentence, where it is given."""

import pytest

from smtplab.lab import World
from smtplab.lab.world import Fate, Mailbox, MailingList, Offer
from tests.lab.talk import Talk

WRONG = [
    ({"edition": 1}, ValueError, "edition is 1; it must be 2821 or 5321"),
    ({"domain": "lab example"}, ValueError, "must be a domain name such as"),
    ({"domain": 3}, TypeError, "domain is 3; it must be a text"),
    ({"vrfy": "of"}, ValueError, "vrfy is 'of'; it must be one of 'on', 'off', 'unknown'"),
    ({"scanner": []}, ValueError, "it must be one of 'working'"),
    ({"extensions": "NOPE"}, ValueError, "extensions holds 'NOPE'; smtplab can offer SIZE"),
    ({"extensions": ("NOPE",)}, ValueError, "extensions holds 'NOPE'; this server can offer SIZE"),
    ({"extensions": ["SIZE"]}, TypeError, "extensions is of type list; it must be a tuple"),
    ({"mailboxes": [Mailbox("bob", "Bob Baker")]}, TypeError, "mailboxes is of type list; it must be a tuple"),
    ({"mailboxes": ("bob",)}, TypeError, "mailboxes holds 'bob'; it must hold values of type Mailbox"),
    ({"lists": ("friends",)}, TypeError, "values of type MailingList"),
    ({"refused_hosts": "spam.example"}, TypeError, "must be a frozenset"),
    ({"takes_mail": "no"}, TypeError, "takes_mail is 'no'; it must be True or False"),
    ({"max_recipients": "100"}, TypeError, "must be a whole number"),
    ({"max_recipients": 99}, ValueError, r"RFC 2821 section 4.5.3.1 asks for 100 or more"),
    ({"max_message_octets": True}, TypeError, "must be a whole number"),
    ({"storage_octets": -1}, ValueError, "storage_octets is -1; it must be 0 or more"),
    ({"idle_s": 0}, ValueError, "idle_s is 0; it must be more than 0"),
    ({"idle_s": float("nan")}, ValueError, "more than 0"),
    ({"idle_s": 1e300}, ValueError, "at most a week"),
    ({"idle_s": "x"}, TypeError, "must be a number of seconds"),
    ({"greylist_s": -1}, ValueError, "more than 0"),
]


@pytest.mark.parametrize(("wrong", "error", "said"), WRONG, ids=lambda value: str(value)[:40])
def test_an_option_that_cannot_be_is_told_in_a_sentence(wrong: dict, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        World(**wrong)


def test_a_mailbox_or_list_that_cannot_be_is_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="fate is 'lost'; it must be one of 'open'"):
        Mailbox("bob", "Bob Baker", fate="lost")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="name is 3; it must be a text"):
        Mailbox(3, "Bob Baker")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="members is of type str"):
        MailingList("friends", "bob")  # type: ignore[arg-type]


def test_a_choice_may_be_given_by_its_text() -> None:
    assert World(vrfy="on").vrfy is Offer.ON  # type: ignore[arg-type]
    assert Mailbox("bob", "Bob Baker", "busy").fate is Fate.BUSY  # type: ignore[arg-type]


def test_names_of_the_world_match_in_any_case() -> None:
    talk = Talk(World(domain="Lab.Example", mailboxes=(Mailbox("Bob", "Bob Baker"),)))
    assert [talk.say(line).code for line in ("HELO a.example", "VRFY bob@lab.example")] == [250, 250]

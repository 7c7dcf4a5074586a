"""The world of the lab: who has a mailbox at lab.example, what the server offers, what is left of its storage.

A world is a value beside the session. The responder reads it and gives back the next one, so a session that is
forked gets a world of its own. The defaults are the class-room world that all lessons use; everything in it is
honest to the RFC: no limit is under 100 recipients or 64 KiB (RFC 2821 section 4.5.3.1).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from smtplab.explain.catalogue import text
from smtplab.lab import options
from smtplab.lab.faults import Faults
from smtplab.protocol.extensions import OFFERED, keywords_of
from smtplab.protocol.extensions.auth import MECHANISMS
from smtplab.protocol.limits import MESSAGE_OCTETS, RECEIVED_FIELDS, RECIPIENTS, SERVER_TIMEOUT_S
from smtplab.protocol.machine import EDITIONS
from smtplab.protocol.paths import Path


class Fate(StrEnum):
    """What happens to mail for a mailbox."""

    OPEN = "open"
    BUSY = "busy"
    FULL = "full"
    MOVED = "moved"
    FORWARDED = "forwarded"
    UNREADABLE = "unreadable"
    PRIVATE = "private"


class LoginPolicy(StrEnum):
    """How the owner of a mailbox may log in: in any way; never by showing the password; only after one plain login."""

    ANY = "any"
    STRONG = "strong"
    TRANSITION = "transition"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox.

    Attributes
    ----------
    name : str
        The local-part. Letters match in any case, since this host is the one that decides (section 2.4).
    person : str
        The full name; the last word is the surname.
    fate : Fate
    elsewhere : str
        For MOVED and FORWARDED: the other address.
    password : str
        What its owner logs in with; empty: nobody can. The lessons tell it, since nothing here is secret.
    login : LoginPolicy
    """

    name: str
    person: str
    fate: Fate = Fate.OPEN
    elsewhere: str = ""
    password: str = field(default="", repr=False)
    login: LoginPolicy = LoginPolicy.ANY

    def __post_init__(self) -> None:
        options.words(name=self.name, person=self.person)
        object.__setattr__(self, "fate", options.member("fate", self.fate, Fate))
        object.__setattr__(self, "login", options.member("login", self.login, LoginPolicy))

    @property
    def surname(self) -> str:
        """The last word of the person's name, in lower case."""
        return self.person.rpartition(" ")[2].lower()

    @property
    def story(self) -> str:
        """One sentence for the address book."""
        return text(f"world.{self.fate}", person=self.person, elsewhere=self.elsewhere)


@dataclass(frozen=True, slots=True)
class MailingList:
    """A list of members; a private one is not expanded for strangers (252)."""

    name: str
    members: tuple[str, ...]
    private: bool = False

    def __post_init__(self) -> None:
        options.words(name=self.name)
        options.each("members", self.members, str)


class Offer(StrEnum):
    """How a command that may be missing is offered: not at all means that its name is not even known (500)."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class Scanner(StrEnum):
    """The content scanner behind the server: it may be down when DATA asks for it, or fall silent later."""

    WORKING = "working"
    UNREACHABLE = "unreachable"
    SILENT = "silent"


class Certificate(StrEnum):
    """What the server shows in a TLS handshake: a good certificate, one with a fault, or for now none (unreadable)."""

    VALID = "valid"
    EXPIRED = "expired"
    WRONG_NAME = "wrong name"
    SELF_SIGNED = "self-signed"
    UNREADABLE = "unreadable"


MAILBOXES = (
    Mailbox("bob", "Bob Baker", password="builder"),
    Mailbox("carol", "Carol Cook", Fate.BUSY),
    Mailbox("dave", "Dave Dyer", Fate.FULL),
    Mailbox("erin", "Erin Ellis", Fate.MOVED, "erin@new.example"),
    Mailbox("frank", "Frank Foster", Fate.FORWARDED, "frank@branch.example"),
    Mailbox("grace", "Grace Gray", Fate.UNREADABLE, password="garden"),
    Mailbox("heidi", "Heidi Hall", Fate.PRIVATE),
    Mailbox("anna", "Anna Schmidt", password="apple", login=LoginPolicy.STRONG),
    Mailbox("otto", "Otto Schmidt", password="orange", login=LoginPolicy.TRANSITION),
    Mailbox("bj\u00f6rn", "Bj\u00f6rn Berg"),
    Mailbox("postmaster", "The Postmaster"),
)

BLOCK_OCTETS = 4096
"""The least of the storage that anything takes, so that no number of empty messages is too many."""

LISTS = (
    MailingList("friends", ("bob", "frank")),
    MailingList("staff", ("anna", "otto"), private=True),
)


ANNOUNCED = ("VRFY", "EXPN", "HELP")
"""Commands of the base protocol that the EHLO answer lists when they work."""

SWITCHED = ("EHLO", *ANNOUNCED)
"""Commands that can be switched off; a world has an option of the same name for each."""


@dataclass(frozen=True)  # without slots: a world that follows from another is made in one call
class World:
    """Everything outside the session that a reply can depend on. A value that cannot be is told in a sentence.

    Attributes
    ----------
    edition : {2821, 5321}
        The RFC the server follows where the two differ.
    domain : str
    mailboxes, lists : tuple
    extensions : tuple of str, or "all"
        EHLO keywords that are offered.
    takes_mail, never_takes_mail : bool
        Not taking mail, the greeting is 554; never, it is 521 (RFC 7504, edition 5321).
    wants_full_names : bool
        True: EHLO with a name of one label is 504.
    refused_hosts, unreachable_domains : frozenset of str
        Client names refused by EHLO (550); sender domains whose name server does not answer (451).
    null_mx_domains : frozenset of str
        Domains known to take no mail: 556 (RFC 7504, edition 5321).
    refused_files : frozenset of str
        Endings of file names; a message with such a file is refused by policy.
    ehlo, vrfy, expn, help : Offer
    scanner : Scanner
    reports_ready : bool
        False: the part that writes delivery reports is down, so DSN's parameters cannot be honoured (455).
    mechanisms : tuple of str
        For AUTH.
    needs_login, needs_tls : bool
        Policies: without it, nearly every command is 530.
    login_needs_tls : bool
        True: mechanisms that show the password are refused in the clear (538).
    certificate : Certificate
    implicit_tls : bool
        True: the handshake comes before the greeting (RFC 8314).
    max_recipients, max_message_octets, storage_octets, reserve_octets : int
        Recipients a transaction; the largest message; what is left to store mail; below this reserve MAIL is 452.
    idle_s : float
        Seconds without a command until 421.
    greylist_s : float or None
        When set, a sender and recipient seen for the first time wait this long (450).
    greylist_after_data : bool
        True: they are told after the message instead of at RCPT.
    seen : tuple of ((str, str), float)
        Greylist memory: sender and recipient, and when they first came.
    challenges : int
        How many login challenges were given, so that each is another.
    faults : Faults
        What is made to happen; also given as texts or as values of `Fault`.
    seed : int
        For the chance of faults: the same seed and the same commands give the same session.
    """

    edition: int = 2821
    domain: str = "lab.example"
    mailboxes: tuple[Mailbox, ...] = MAILBOXES
    lists: tuple[MailingList, ...] = LISTS
    extensions: tuple[str, ...] = ("SIZE",)
    takes_mail: bool = True
    never_takes_mail: bool = False
    wants_full_names: bool = False
    refused_hosts: frozenset[str] = frozenset({"spam.example"})
    unreachable_domains: frozenset[str] = frozenset({"slow-dns.example"})
    null_mx_domains: frozenset[str] = frozenset({"no-mail.example"})
    refused_files: frozenset[str] = frozenset({".exe"})
    ehlo: Offer = Offer.ON
    vrfy: Offer = Offer.ON
    expn: Offer = Offer.ON
    help: Offer = Offer.ON
    scanner: Scanner = Scanner.WORKING
    reports_ready: bool = True
    mechanisms: tuple[str, ...] = MECHANISMS
    needs_login: bool = False
    needs_tls: bool = False
    login_needs_tls: bool = False
    certificate: Certificate = Certificate.VALID
    implicit_tls: bool = False
    max_recipients: int = RECIPIENTS
    max_message_octets: int = 1024 * 1024
    max_received_fields: int = RECEIVED_FIELDS
    storage_octets: int = 64 * 1024 * 1024
    reserve_octets: int = MESSAGE_OCTETS
    idle_s: float = SERVER_TIMEOUT_S
    greylist_s: float | None = None
    greylist_after_data: bool = False
    seen: tuple[tuple[tuple[str, str], float], ...] = ()
    challenges: int = 0
    faults: Faults = field(default_factory=Faults)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.edition not in EDITIONS:
            raise ValueError(f"edition is {self.edition!r}; it must be 2821 or 5321.")
        options.domain_name("domain", self.domain)
        if isinstance(self.extensions, str):
            object.__setattr__(self, "extensions", keywords_of(self.extensions))
        for name, kind in (("mailboxes", Mailbox), ("lists", MailingList), ("extensions", str), ("mechanisms", str)):
            options.each(name, getattr(self, name), kind)
        for name in ("refused_hosts", "unreachable_domains", "null_mx_domains", "refused_files"):
            options.each(name, getattr(self, name), str, frozenset)
        options.among("extensions", self.extensions, tuple(OFFERED), "this server can offer")
        options.among("mechanisms", self.mechanisms, MECHANISMS, "this server knows")
        for name in (
            "takes_mail", "never_takes_mail", "wants_full_names", "reports_ready", "needs_login", "needs_tls",
            "login_needs_tls", "implicit_tls", "greylist_after_data",
        ):
            options.switch(name, getattr(self, name))
        for name, members in (
            ("ehlo", Offer), ("vrfy", Offer), ("expn", Offer), ("help", Offer), ("scanner", Scanner),
            ("certificate", Certificate),
        ):
            object.__setattr__(self, name, options.member(name, getattr(self, name), members))
        self._check_what_extensions_need()
        if self.implicit_tls and self.certificate is Certificate.UNREADABLE:
            raise ValueError("implicit_tls needs a certificate, and certificate is 'unreadable'.")
        options.whole("max_recipients", self.max_recipients, RECIPIENTS)
        options.whole("max_message_octets", self.max_message_octets, MESSAGE_OCTETS)
        for name in ("max_received_fields", "storage_octets", "reserve_octets", "challenges", "seed"):
            options.whole(name, getattr(self, name))
        object.__setattr__(self, "faults", Faults.of(self.faults, self.seed))
        options.seconds("idle_s", self.idle_s)
        if self.greylist_s is not None:
            options.seconds("greylist_s", self.greylist_s)

    def _check_what_extensions_need(self) -> None:
        needed = [(keyword, other) for keyword in self.extensions for other in OFFERED[keyword].needs]
        needed += [("needs_login", "AUTH")] * self.needs_login + [("needs_tls", "STARTTLS")] * self.needs_tls
        for what, other in needed:
            if other not in self.extensions and not (other == "STARTTLS" and self.implicit_tls):
                raise ValueError(f"{what} needs the extension {other}, which extensions does not hold.")

    @property
    def policies(self) -> frozenset[str]:
        """Names of the site's policies, as a `Requirement` has them."""
        return frozenset(("login",) * self.needs_login + ("tls",) * self.needs_tls)

    @property
    def address_book(self) -> tuple[Mailbox, ...]:
        """The mailboxes that the extensions offered can reach."""
        utf8 = "SMTPUTF8" in self.extensions
        return tuple(mailbox for mailbox in self.mailboxes if utf8 or mailbox.name.isascii())

    def offer_of(self, verb: str) -> Offer:
        """Whether a command that may be missing is offered; any other is."""
        return Offer(getattr(self, verb.lower())) if verb in SWITCHED else Offer.ON

    def is_ours(self, domain: str | None) -> bool:
        """True for this server's own domain, and for no domain at all (``<Postmaster>``)."""
        return domain is None or domain.lower() == self.domain.lower()

    def mailbox(self, name: str) -> Mailbox | None:
        """The mailbox with this local-part."""
        wanted = name.lower()
        return next((mailbox for mailbox in self.mailboxes if mailbox.name.lower() == wanted), None)

    def namesakes(self, surname: str) -> tuple[Mailbox, ...]:
        """Mailboxes of people with this surname; two or more make the name ambiguous (section 3.5.1)."""
        return tuple(mailbox for mailbox in self.mailboxes if mailbox.surname == surname.lower())

    def mailing_list(self, name: str) -> MailingList | None:
        """The list with this local-part."""
        wanted = name.lower()
        return next((found for found in self.lists if found.name.lower() == wanted), None)

    def first_seen(self, sender: Path, recipient: Path) -> float | None:
        """When this sender first asked for this recipient, for greylisting."""
        return dict(self.seen).get((sender.address, recipient.address))

    def with_seen(self, sender: Path, recipient: Path, now: float) -> "World":
        """The world that remembers this pair."""
        return self._following(seen=(*self.seen, ((sender.address, recipient.address), now)))

    def _following(self, **changed: object) -> "World":
        """The world after a step: it follows from a good one, so nothing is checked again."""
        world = object.__new__(World)
        world.__dict__.update(self.__dict__, **changed)
        return world

    def with_faults(self, faults: Faults) -> "World":
        """The world in which these are set, with what they have counted."""
        return self._following(faults=faults)

    def with_mailbox(self, mailbox: Mailbox) -> "World":
        """The world in which this mailbox stands in place of the one of its name."""
        return self._following(mailboxes=tuple(mailbox if m.name == mailbox.name else m for m in self.mailboxes))

    def with_challenge(self) -> "World":
        """The world after one more login challenge."""
        return self._following(challenges=self.challenges + 1)

    def with_stored(self, octets: int) -> "World":
        """The world after a message of this size was stored; a disk gives whole blocks, and one for the envelope."""
        blocks = -(-octets // BLOCK_OCTETS) + 1
        return self._following(storage_octets=max(0, self.storage_octets - blocks * BLOCK_OCTETS))
"""All options of a world at once, and how each is put into a new one: a third of the time that names would take."""

"""The server's words: every reply text of the lab, once, with its code and the cause it tells.

Texts are for people (RFC 2821 section 4.2); two begin with the server's domain because machines read that word:
the greeting and the answer to EHLO or HELO (section 4.3.1). They are ASCII and short of 512 octets a line.
"""

from functools import lru_cache

from smtplab.protocol.wire import Reply, encode, show

REPLIES: dict[str, tuple[int, str]] = {
    "greeting": (220, "{domain} SMTP service ready"),
    "greeting.no-mail": (554, "{domain} takes no mail here"),
    "greeting.stranger": (554, "{domain} {reason}"),
    "greeting.busy": (421, "{domain} has no room for another session; closing"),
    "closing.shutdown": (421, "{domain} is shutting down; closing"),
    "closing.idle": (421, "{domain} waited too long for a command; closing"),
    "closing.fault": (421, "{domain} has met a fault of its own; closing"),
    "line.too-long": (500, "Line too long: a command line has at most {limit} octets"),
    "verb.unknown": (500, "Command not recognized: {verb}"),
    "verb.empty": (500, "Command not recognized: the line is empty"),
    "verb.off": (502, "{verb} is not offered here"),
    "order.refused": (503, "No mail service here; only QUIT is left"),
    "order.greet-first": (503, "Send EHLO or HELO first"),
    "order.nested-mail": (503, "A mail transaction is open already; finish it or send RSET"),
    "order.mail-first": (503, "Send MAIL first"),
    "order.rcpt-first": (503, "Send RCPT first: no recipient yet"),
    "argument": (501, "{problem}"),
    "parameter.unknown": (501, "Parameter {keyword} was not offered"),
    "parameter.unknown.5321": (555, "Parameter {keyword} is not recognized"),
    "hello": (250, "{domain} greets {client}"),
    "hello.short": (504, "{client} is no fully-qualified domain name; such names are required here"),
    "hello.refused": (550, "{client} is refused by policy"),
    "mail": (250, "Sender accepted: {path}"),
    "mail.domain": (553, "{path}: a sender address needs a domain"),
    "mail.unknown-sender": (550, "{path}: no such sender here"),
    "mail.too-large": (552, "Message of {size} octets is over the limit of {limit}"),
    "mail.storage": (452, "Storage is short; try later"),
    "mail.lookup": (451, "The domain of {path} could not be looked up; try later"),
    "rcpt": (250, "Recipient accepted: {path}"),
    "rcpt.forwarded": (251, "User not local; will forward to <{elsewhere}>"),
    "rcpt.moved": (551, "User not local; please try <{elsewhere}>"),
    "rcpt.unknown": (550, "{path}: no such mailbox here"),
    "rcpt.relay": (550, "{path}: relaying refused; this server takes mail for {domain} only"),
    "rcpt.ambiguous": (553, "{path}: ambiguous; there are {names}"),
    "rcpt.full": (552, "{path}: mailbox is over its quota"),
    "rcpt.busy": (450, "{path}: mailbox is busy; try later"),
    "rcpt.greylisted": (450, "{path}: not seen together with this sender before; try again in {wait} s"),
    "rcpt.lookup": (451, "{path}: the directory of mailboxes cannot be read; try later"),
    "rcpt.too-many": (452, "Too many recipients: the limit is {limit}"),
    "data": (354, "Send the message; end with a line that holds a single dot"),
    "data.no-recipients": (554, "No valid recipients"),
    "data.scanner": (451, "The content scanner cannot be reached; try later"),
    "end": (250, "Message accepted: {size} octets for {count}"),
    "end.line": (500, "Line too long: a text line has at most {limit} octets"),
    "end.eight-bit": (554, "Octets over 127 need the extension 8BITMIME, which is not offered"),
    "end.loop": (554, "Mail loop: more than {limit} Received fields"),
    "end.too-large": (552, "Too much mail data: {size} octets; the limit is {limit}"),
    "end.storage": (452, "Not enough storage for {size} octets; try later"),
    "end.scanner": (451, "The content scanner fell silent; message not accepted"),
    "reset": (250, "Reset: no sender, no recipients, no message"),
    "vrfy": (250, "{person} <{address}>"),
    "vrfy.forwarded": (251, "User not local; will forward to <{elsewhere}>"),
    "vrfy.private": (252, "Cannot verify {name}, but mail for it will be tried"),
    "vrfy.moved": (551, "User not local; please try <{elsewhere}>"),
    "vrfy.unknown": (550, "{name}: no such mailbox here"),
    "vrfy.ambiguous": (553, "{name}: ambiguous; there are {names}"),
    "search.person": (504, "Search by personal name is not implemented; give a mailbox or a list"),
    "expn.private": (252, "The members of {name} are private"),
    "expn.unknown": (550, "{name}: no such list here"),
    "help": (211, "{domain} is up\nTopics: {topics}\nSend HELP and a topic"),
    "help.topic": (214, "{verb}: {meaning}\n{syntax}"),
    "help.no-topic": (504, "No help on {topic}"),
    "noop": (250, "OK, nothing done"),
    "quit": (221, "{domain} closes the channel"),
}


@lru_cache(maxsize=256)
def reply(name: str, /, **words: object) -> Reply:
    """The reply of that name, with words filled in.

    What a client said may come back in a word, so it is cut to 60 characters and made visible ASCII.

    >>> str(reply("verb.unknown", verb="H\\x00LO"))
    '500 Command not recognized: H\\\\x00LO'
    """
    code, template = REPLIES[name]
    said = {key: _visible(value) for key, value in words.items()}
    return Reply(code, tuple(template.format_map(said).split("\n")))


def _visible(word: object) -> str:
    octets = encode(str(word))
    shown = show(octets) if octets.isascii() else octets.decode("ascii", "backslashreplace")
    return shown if len(shown) <= 300 else shown[:60] + "..."

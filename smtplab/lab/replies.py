"""The server's words: every reply text of the lab, once, with its code and the cause it tells.

Texts are for people (RFC 2821 section 4.2); two begin with the server's domain because machines read that word:
the greeting and the answer to EHLO or HELO (section 4.3.1). They are ASCII and short of 512 octets a line.
"""

from functools import lru_cache

from smtplab.protocol.wire import Reply, encode, show

REPLIES: dict[str, tuple[int, str]] = {
    "greeting": (220, "{domain} SMTP service ready"),
    "greeting.no-mail": (554, "{domain} takes no mail here"),
    "greeting.never": (521, "{domain} never takes mail"),
    "greeting.stranger": (554, "{domain} {reason}"),
    "greeting.busy": (421, "{domain} has no room for another session; closing"),
    "closing.shutdown": (421, "{domain} is shutting down; closing"),
    "closing.idle": (421, "{domain} waited too long for a command; closing"),
    "closing.fault": (421, "{domain} has met a fault of its own; closing"),
    "line.too-long": (500, "Line too long: a command line has at most {limit} octets"),
    "verb.unknown": (500, "Command not recognized: {verb}"),
    "verb.strange": (500, "Command not recognized"),
    "verb.empty": (500, "Command not recognized: the line is empty"),
    "verb.off": (502, "{verb} is not offered here"),
    "order.refused": (503, "No mail service here; only QUIT is left"),
    "order.greet-first": (503, "Send EHLO or HELO first"),
    "order.nested-mail": (503, "A mail transaction is open already; finish it or send RSET"),
    "order.mail-first": (503, "Send MAIL first"),
    "order.rcpt-first": (503, "Send RCPT first: no recipient yet"),
    "order.ehlo-first": (503, "{verb} is an extension: send EHLO first and see whether it is offered"),
    "order.in-mail": (503, "{verb} cannot come inside a mail; finish the mail or send RSET"),
    "order.chunks": (503, "This message comes with BDAT; go on with BDAT, or send RSET"),
    "order.chunk-refused": (503, "A BDAT was refused; send RSET"),
    "order.binary-body": (503, "BODY=BINARYMIME needs BDAT; DATA cannot carry it"),
    "order.tls": (503, "TLS is there already"),
    "order.identity": (503, "You have logged in already"),
    "needed.tls": (530, "Encrypt with STARTTLS first"),
    "needed.identity": (530, "Log in with AUTH first"),
    "argument": (501, "{problem}"),
    "parameter.unknown": (501, "Parameter {keyword} was not offered"),
    "parameter.unknown.5321": (555, "Parameter {keyword} is not recognized"),
    "parameter.value": (504, "This value of {keyword} is not implemented; there is {known}"),
    "parameter.value.5321": (555, "This value of {keyword} is not implemented; there is {known}"),
    "parameter.reports": (451, "Delivery reports cannot be promised for now; try later, or without them"),
    "parameter.reports.5321": (455, "Delivery reports cannot be promised for now; try later, or without them"),
    "hello": (250, "{domain} greets {client}"),
    "hello.short": (504, "{client} is no fully-qualified domain name; such names are required here"),
    "hello.refused": (550, "{client} is refused by policy"),
    "mail": (250, "Sender accepted: {path}"),
    "mail.domain": (553, "{path}: a sender address needs a domain"),
    "mail.unknown-sender": (550, "{path}: no such sender here"),
    "mail.too-large": (552, "Message of {size} octets is over the limit of {limit}"),
    "mail.storage": (452, "Storage is short; try later"),
    "mail.lookup": (451, "The domain of {path} could not be looked up; try later"),
    "mail.utf8": (550, "A sender outside ASCII needs the parameter SMTPUTF8"),
    "rcpt": (250, "Recipient accepted: {path}"),
    "rcpt.utf8": (553, "A recipient outside ASCII needs SMTPUTF8 at MAIL"),
    "rcpt.no-mail": (550, "{path}: its domain takes no mail"),
    "rcpt.no-mail.5321": (556, "{path}: its domain takes no mail"),
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
    "end.undeclared": (554, "Octets over 127 need BODY=8BITMIME at MAIL"),
    "end.file": (554, "Refused by policy: a file of kind {ending} is attached"),
    "end.file.5321": (550, "Refused by policy: a file of kind {ending} is attached"),
    "end.greylisted": (451, "First mail of this sender; try again in {wait} s"),
    "end.greylisted.5321": (450, "First mail of this sender; try again in {wait} s"),
    "end.loop": (554, "Mail loop: more than {limit} Received fields"),
    "end.too-large": (552, "Too much mail data: {size} octets; the limit is {limit}"),
    "end.storage": (452, "Not enough storage for {size} octets; try later"),
    "end.scanner": (451, "The content scanner fell silent; message not accepted"),
    "chunk": (250, "{octets} octets taken"),
    "chunk.unreadable": (501, "{problem} The end of the message is lost; closing"),
    "closing.chunk": (421, "{domain} cannot tell where the next command starts; closing"),
    "tls": (220, "Ready to start TLS"),
    "tls.unready": (454, "TLS is not available for now: the certificate cannot be read"),
    "auth": (235, "Welcome, {person}"),
    "auth.challenge": (334, "{challenge}"),
    "auth.cancelled": (501, "The login was cancelled"),
    "auth.base64": (501, "{problem}"),
    "auth.initial": (501, "{mechanism} begins with a word of the server; send AUTH {mechanism} alone"),
    "auth.mechanism": (504, "This mechanism is not offered; there are {offered}"),
    "auth.line": (500, "Line too long: a line of a login has at most {limit} octets"),
    "auth.needs-tls": (538, "{mechanism} shows the password to everybody on the way; use STARTTLS first"),
    "auth.weak": (534, "{mechanism} is too weak for this user; use CRAM-MD5"),
    "auth.transition": (432, "This password must be stored anew: log in once with PLAIN"),
    "auth.unready": (454, "The directory of passwords cannot be read; try later"),
    "auth.wrong": (535, "Name or password is wrong"),
    "reset": (250, "Reset: no sender, no recipients, no message"),
    "vrfy": (250, "{person} <{address}>"),
    "vrfy.forwarded": (251, "User not local; will forward to <{elsewhere}>"),
    "vrfy.private": (252, "Cannot verify {name}, but mail for it will be tried"),
    "vrfy.utf8": (252, "The name is not ASCII; ask with SMTPUTF8 behind it to see it"),
    "vrfy.moved": (551, "User not local; please try <{elsewhere}>"),
    "vrfy.unknown": (550, "{name}: no such mailbox here"),
    "vrfy.ambiguous": (553, "{name}: ambiguous; there are {names}"),
    "search.person": (504, "Search by personal name is not implemented; give a mailbox or a list"),
    "expn.private": (252, "The members of {name} are private"),
    "expn.unknown": (550, "{name}: no such list here"),
    "expn": (250, "{members}"),
    "help": (211, "{domain} is up\nTopics: {topics}\nSend HELP and a topic"),
    "help.topic": (214, "{verb}: {meaning}\n{syntax}"),
    "help.no-topic": (504, "No help on {topic}"),
    "noop": (250, "OK, nothing done"),
    "quit": (221, "{domain} closes the channel"),
}


@lru_cache(maxsize=256)
def reply(name: str, /, *, utf8: bool = False, **words: object) -> Reply:
    """The reply of that name, with words filled in.

    What a client said may come back in a word, so it is cut to 60 characters and made visible ASCII; letters outside
    ASCII stay only where the client has allowed them (`utf8`).

    >>> str(reply("help.no-topic", topic="H\\x00LO"))
    '504 No help on H\\\\x00LO'
    """
    code, template = REPLIES[name]
    said = {key: _visible(value, utf8) for key, value in words.items()}
    return Reply(code, tuple(template.format_map(said).split("\n")), name=name)


def reply_by_edition(name: str, edition: int, /, **words: object) -> Reply:
    """The reply of that name, or the one that stands under it for the edition, since the two lists differ there.

    >>> [reply_by_edition("parameter.unknown", edition, keyword="X").code for edition in (2821, 5321)]
    [501, 555]
    """
    own = f"{name}.{edition}"
    return reply(own if own in REPLIES else name, **words)


def _visible(word: object, utf8: bool) -> str:
    if isinstance(word, tuple):
        return "\n".join(_visible(part, utf8) for part in word)
    shown = show(encode(str(word)))
    if not (utf8 or shown.isascii()):
        shown = "".join(c if c.isascii() else "".join(f"\\x{octet:02x}" for octet in c.encode()) for c in shown)
    return shown if len(shown) <= 300 else shown[:60] + "..."

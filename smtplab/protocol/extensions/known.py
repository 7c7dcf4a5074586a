"""Extensions that smtplab knows of but does not offer, each with its RFC: facts for reading an answer to EHLO."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownExtension:
    """An extension by its EHLO keyword.

    Attributes
    ----------
    keyword, purpose, rfc, status : str
    announcement : str
        What follows the keyword in the answer to EHLO.
    verbs : str
        Commands it adds.
    mail_parameters, rcpt_parameters : str
        Parameters it adds to MAIL and RCPT.
    mail_line_octets, rcpt_line_octets : int
        By how much it lengthens those lines; 0 where its RFC gives no single number.
    reply_codes : str
        Codes it brings.
    replaces, note : str
    """

    keyword: str
    purpose: str
    rfc: str
    status: str
    announcement: str = ""
    verbs: str = ""
    mail_parameters: str = ""
    rcpt_parameters: str = ""
    mail_line_octets: int = 0
    rcpt_line_octets: int = 0
    reply_codes: str = ""
    replaces: str = ""
    note: str = ""


_TABLE: tuple[KnownExtension, ...] = (
    KnownExtension("LIMITS", "Announce limits the server will apply", "RFC 9422", "Proposed Standard",
        announcement="list of name[=value]; MAILMAX, RCPTMAX, RCPTDOMAINMAX take 1-6 digits, not 0",
        note="A fresh EHLO replaces the old limits"),
    KnownExtension("FUTURERELEASE", "Hold a submitted message until later", "RFC 4865", "Proposed Standard",
        announcement="max interval in seconds, max date-time (both required)",
        mail_parameters="HOLDFOR=seconds / HOLDUNTIL=date-time", mail_line_octets=34,
        note="Submission only. Its enhanced codes X.7.16 and X.7.17 clash with later registrations"),
    KnownExtension("MT-PRIORITY", "Transfer priority -9 to 9", "RFC 6710", "Proposed Standard",
        announcement="optional policy name", mail_parameters="MT-PRIORITY=-9..9", mail_line_octets=15,
        note="Enhanced X.3.6, X.7.15, X.7.16"),
    KnownExtension("REQUIRETLS", "Require TLS on the whole path", "RFC 8689", "Proposed Standard",
        mail_parameters="REQUIRETLS", mail_line_octets=11, note="The keyword is for TLS sessions only"),
    KnownExtension("RRVS", "Deliver only if the mailbox owner did not change", "RFC 7293", "Proposed Standard",
        rcpt_parameters="RRVS=date-time[;C / ;R]", rcpt_line_octets=33, note="Enhanced X.7.17 to X.7.19"),
    KnownExtension("DELIVERBY", "Deliver within a time or report", "RFC 2852", "Proposed Standard",
        announcement="optional minimum seconds", mail_parameters="BY=seconds;mode", mail_line_octets=17),
    KnownExtension("ETRN", "Ask the server to run its queue for a node", "RFC 1985", "Proposed Standard",
        verbs="ETRN", reply_codes="253, 458, 459", note="Erratum 4130: text naming 550/551 means 500/501"),
    KnownExtension("ATRN", "On-demand relay: swap roles after login", "RFC 2645", "Proposed Standard", verbs="ATRN",
        reply_codes="453", note="Port 366"),
    KnownExtension("NO-SOLICITING", "Announce refused solicitation classes", "RFC 3865", "Proposed Standard",
        announcement="optional class list", mail_parameters="SOLICIT=class list", mail_line_octets=1007),
    KnownExtension("MTRK", "Message tracking", "RFC 3885", "Proposed Standard",
        mail_parameters="MTRK=certifier[:timeout]", mail_line_octets=40, note="Also uses ENVID and ORCPT of DSN"),
    KnownExtension("CONPERM", "Permit content conversion", "RFC 4141", "Proposed Standard",
        mail_parameters="CONPERM"),
    KnownExtension("CONNEG", "Report recipient content features", "RFC 4141", "Proposed Standard",
        rcpt_parameters="CONNEG"),
    KnownExtension("BURL", "Fetch submitted message from an IMAP URL", "RFC 4468",
        "Proposed Standard (updated by RFC 5248)", announcement="optional: imap, imap://host", verbs="BURL",
        note="Submission only. Errata 895, 896: 5.7.8 there should be 5.7.14"),
    KnownExtension("SUBMITTER", "Name the responsible submitter", "RFC 4405", "Historic",
        mail_parameters="SUBMITTER=mailbox as xtext"),
    KnownExtension("CHECKPOINT", "Restart an interrupted transaction", "RFC 1845", "Experimental",
        mail_parameters="TRANSID=<local@domain>", mail_line_octets=88, reply_codes="355"),
    KnownExtension("UTF8SMTP", "First internationalised mail extension", "RFC 5336", "Obsolete (Experimental)",
        mail_parameters="ALT-ADDRESS=xtext", rcpt_parameters="ALT-ADDRESS=xtext", mail_line_octets=460,
        rcpt_line_octets=460, note="Replaced by SMTPUTF8"),
    KnownExtension("LMTP", "Deliver at once: one reply for each recipient after the dot", "RFC 2033", "Informational",
        verbs="LHLO", note="A protocol of its own and no keyword: its LHLO is answered as EHLO is"),
    KnownExtension("VRFY", "Verify a mailbox", "RFC 821; RFC 2821 3.5.2; RFC 5321 3.5.2", "base", verbs="VRFY",
        reply_codes="252 (RFC 1123 5.2.3)", note="2821: must be listed if supported; 5321: may"),
    KnownExtension("EXPN", "Expand a list", "RFC 821; RFC 1869 5", "base, optional", verbs="EXPN"),
    KnownExtension("HELP", "Help text", "RFC 821; RFC 1869 5", "base, optional", verbs="HELP"),
    KnownExtension("SEND", "Deliver to terminal", "RFC 821; RFC 1869 5", "obsolete", verbs="SEND",
        note="RFC 2821 App. F.6"),
    KnownExtension("SOML", "Terminal or mailbox", "RFC 821; RFC 1869 5", "obsolete", verbs="SOML",
        note="RFC 2821 App. F.6"),
    KnownExtension("SAML", "Terminal and mailbox", "RFC 821; RFC 1869 5", "obsolete", verbs="SAML",
        note="RFC 2821 App. F.6"),
    KnownExtension("TURN", "Swap roles without login", "RFC 821; RFC 1869 5", "deprecated", verbs="TURN",
        note="RFC 2821 App. F.1"),
)

KNOWN: dict[str, KnownExtension] = {extension.keyword: extension for extension in _TABLE}
"""By keyword; extensions that smtplab offers are not here."""

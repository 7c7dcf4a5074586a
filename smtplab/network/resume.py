"""How a session goes on on another server than it began on: what is taken along, and how it stands up there again."""

from collections.abc import Sequence

from smtplab.explain.catalogue import text
from smtplab.lab import Message
from smtplab.network.certificates import Authority
from smtplab.network.copies import Kept, Place, find, said_since_handshake
from smtplab.network.record import Hosted


def kept_at(hosted: Hosted | None, place: Place, messages: Sequence[Message], authority: Authority | None) -> Kept:
    """What another server needs to go on with a session from some place.

    Parameters
    ----------
    hosted : Hosted or None
        None for a session that is forgotten.
    place : Place
    messages : sequence of Message
        Those of the server so far.
    authority : Authority or None
        Who signs its certificates.

    Raises
    ------
    ValueError
        When the server has not kept so much.
    """
    found = find(hosted.copies, place) if hosted is not None else None
    if hosted is None or found is None:
        raise ValueError(text("fork.not_kept"))
    is_at_end = found == len(hosted.copies) - 1 and hosted.copies[found][1] < len(place.heard)
    if hosted.truncated and is_at_end:  # what the session heard since belongs to steps that were not kept
        raise ValueError(text("fork.not_kept"))
    copies = hosted.copies[: found + 1]
    entries, messages_then = copies[-1][6:]
    return Kept(place, copies, hosted.began, hosted.entries[:entries], list(messages[:messages_then]), authority)


def stood_up(kept: Kept) -> Hosted:
    """The session as it stood in the last copy; to its place it may have to hear a little more."""
    copy = kept.copy
    hosted = Hosted(1, "", copy.session, kept.began)
    hosted.handshakes, hosted.heard, hosted.said = copy[:3]
    hosted.entries, hosted.copies = kept.entries, kept.copies
    hosted.open = not copy.session.is_over
    hosted.layer = "inside" if copy.session.session.tls else ""
    return hosted


def ahead_of(hosted: Hosted, place: Place) -> bytes:
    """What a session has said beyond its place, so that it is still under way to the client.

    Raises
    ------
    ValueError
        When it says something else than at that place: whatever had changed meanwhile has not been kept.
    """
    said = said_since_handshake(hosted.entries)
    if not said.startswith(place.said):
        raise ValueError(text("fork.not_kept"))
    return said[len(place.said):]

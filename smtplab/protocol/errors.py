"""What is wrong with an octet sequence, as a value a server can answer with.

RFC 2821 section 4.2.4 and 4.3.2 name the reply codes for lines that cannot be read. An error here carries that code
and the place, so the responder, the console and the tests all point at the same octet.
"""


class ProtocolError(ValueError):
    """A line or a part of it breaks the grammar of SMTP.

    Parameters
    ----------
    code : int
        The reply code a server should send, for example 501.
    text : str
        What was wrong, where, and what was expected, as one sentence.
    at : int
        Index of the first octet (or character) that does not fit.

    Examples
    --------
    >>> str(ProtocolError(501, "MAIL needs FROM: and a path.", at=5))
    'MAIL needs FROM: and a path.'
    """

    def __init__(self, code: int, text: str, at: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.at = at

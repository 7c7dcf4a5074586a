"""BINARYMIME at our server: BODY=BINARYMIME is taken; that DATA cannot carry it stands in the table (RFC 3030 3)."""

from smtplab.lab.extensions.behaviour import Behaviour, keyword_alone
from smtplab.protocol.extensions.binarymime import BINARYMIME as GRAMMAR

BINARYMIME = Behaviour(GRAMMAR, keyword_alone(GRAMMAR))

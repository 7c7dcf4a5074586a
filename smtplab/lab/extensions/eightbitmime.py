"""8BITMIME at our server: octets over 127 are taken in a message whose MAIL declared them (RFC 6152 section 3)."""

from smtplab.lab.extensions.behaviour import Behaviour, keyword_alone
from smtplab.protocol.extensions.eightbitmime import EIGHTBITMIME as GRAMMAR

EIGHTBITMIME = Behaviour(GRAMMAR, keyword_alone(GRAMMAR))

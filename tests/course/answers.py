"""A good answer for each task, and its learner's name for it."""

GOOD: dict[str, object] = {
    "01.1": {251: "yes", 354: "more", 452: "not now", 553: "no"},
    "01.2": {214: "information", 421: "connection", 500: "syntax", 552: "mail"},
    "01.3": {298: "yes", 471: "not now", 577: "no"},
    "01.4": {"250 MAIL": "A", "354 DATA": "B", "450 RCPT": "C", "550 RCPT": "D", "503 RCPT": "E"},
    "01.5": {"replies": 3, "last line of the first": 4, "last code": 450},
    "01.6": {"A": "address", "B": "mailbox", "C": "policy", "clash": "D"},
    "02.1": """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<bob@lab.example>
RCPT TO:<anna@lab.example>
DATA
Subject: Lunch at noon
.
QUIT
""",
    "02.2": """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<bob@lab.example>
RSET
MAIL FROM:<alice@student.example>
RCPT TO:<anna@lab.example>
DATA
Subject: For Anna only
.
QUIT
""",
    "02.3": """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<bob@lab.example>
DATA
Subject: Dinner
.
QUIT
""",
    "03.1": {
        "A": "READY", "B": "SENDER_KNOWN", "C": "RECIPIENTS_KNOWN", "D": "READY", "E": "READY",
        "F": "RECIPIENTS_KNOWN",
    },
    "03.2": {
        "A": "503 READY", "B": "503 SENDER_KNOWN", "C": "550 SENDER_KNOWN", "D": "450 RECIPIENTS_KNOWN",
        "E": "503 SENDER_KNOWN", "F": "554 SENDER_KNOWN",
    },
    "03.3": {"A": "354 MAIL_DATA", "B": "none MAIL_DATA", "C": "250 READY", "D": "250 SENDER_KNOWN", "E": "221 CLOSED"},
    "03.4": """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<zoe@lab.example>
DATA
""",
    "04.1": {
        "SIZE": "C", "8BITMIME": "F", "PIPELINING": "A", "CHUNKING": "B", "STARTTLS": "D", "ENHANCEDSTATUSCODES": "E",
        "X-AURORA": "G",
    },
    "04.2": {"A": 530, "B": 250, "C": 552, "D": 501, "E": 555, "F": 504, "G": 503, "H": 500},
    "04.3": {"name": "ines", "password": "umbrella", "second name": "omar", "second password": "none"},
    "04.4": """
EHLO student.example
STARTTLS
EHLO student.example
AUTH PLAIN AGJvYgBidWlsZGVy
MAIL FROM:<alice@student.example>
""",
    "05.1": {"1": "B", "2": "D", "3": "B", "4": "C", "5": "A", "6": "E", "7": "B", "8": "D", "9": "C"},
    "05.2": {
        "minutes, the reply to MAIL": 5, "minutes, the 354": 2, "minutes, the reply to the dot": 10,
        "minutes, until the next try": 30, "days, until it gives up": 4,
    },
    "05.3": "RCPT#2 -> 452 Too many recipients",
    "05.4": "DATA-END#1 per server -> drop before",
}

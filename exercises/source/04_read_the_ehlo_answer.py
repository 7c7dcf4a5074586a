# %% [markdown]
# # Exercise 04 Read the EHLO answer
#
# **What does this server offer you, and what will it refuse?**
#
# In this exercise you
#
# - read an answer to `EHLO` that you have never seen;
# - say for a line whether a server takes it, and with which code it refuses;
# - decode logins that were overheard;
# - write a session that logs in inside TLS.
#
# **RFC 2821:** section 4.1.1.1. **The extensions' own:** RFC 3207 and 4954.
# **Time:** 30 minutes. **Before:** lessons 04 and 05.
#
# Predict first; send the lines yourself afterwards if you like.
# `None` means "no answer yet": replace it, and delete the line that begins with `raise`.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% load
import smtplab

# %% [markdown]
# ## Task 04.1: line by line
#
# A server far away answers your `EHLO` with this:
#
# ```text
# 250-mx.north.example at your service
# 250-SIZE 35882577
# 250-8BITMIME
# 250-PIPELINING
# 250-CHUNKING
# 250-STARTTLS
# 250-ENHANCEDSTATUSCODES
# 250 X-AURORA 7
# ```
#
# What does each line tell you? Write the letter, for example `"A"`.
#
# | Letter | Now |
# |---|---|
# | A | you may send several commands in one go |
# | B | you may send the message in counted pieces |
# | C | you may say beforehand how large the message is |
# | D | you may encrypt the session |
# | E | replies hold a second code, and you can read it |
# | F | the message may hold letters outside ASCII |
# | G | nothing that you know: pass over it |

# %% offers tags=["answer"]
offers = {
    "SIZE": None,
    "8BITMIME": None,
    "PIPELINING": None,
    "CHUNKING": None,
    "STARTTLS": None,
    "ENHANCEDSTATUSCODES": None,
    "X-AURORA": None,
}
### BEGIN SOLUTION
offers = {
    "SIZE": "C",
    "8BITMIME": "F",
    "PIPELINING": "A",
    "CHUNKING": "B",
    "STARTTLS": "D",
    "ENHANCEDSTATUSCODES": "E",
    "X-AURORA": "G",
}
### END SOLUTION

# %% [markdown]
# Check it. For a hint, change `hint=0` to 1, 2 or 3.

# %% offers-check
smtplab.check("04.1", offers, hint=0)

# %% [markdown]
# ## Task 04.2: taken or refused?
#
# Another server takes mail only after a login. It answers `EHLO` with this:
#
# ```text
# 250-lab.example greets student.example
# 250-SIZE 500000
# 250-8BITMIME
# 250-ENHANCEDSTATUSCODES
# 250-AUTH PLAIN CRAM-MD5
# 250-VRFY
# 250-EXPN
# 250 HELP
# ```
#
# The line `AUTH PLAIN AGJvYgBidWlsZGVy` logs Bob in.
# Which code does the last line of each session get?
# They are 250, 500, 501, 503, 504, 530, 552 and 555, each for one session.
#
# ```text
# A: EHLO student.example
#    MAIL FROM:<alice@student.example>
#
# B: EHLO student.example
#    AUTH PLAIN AGJvYgBidWlsZGVy
#    MAIL FROM:<alice@student.example> SIZE=400000
#
# C: EHLO student.example
#    AUTH PLAIN AGJvYgBidWlsZGVy
#    MAIL FROM:<alice@student.example> SIZE=600000
#
# D: EHLO student.example
#    AUTH PLAIN AGJvYgBidWlsZGVy
#    MAIL FROM:<alice@student.example> SIZE=many
#
# E: EHLO student.example
#    AUTH PLAIN AGJvYgBidWlsZGVy
#    MAIL FROM:<alice@student.example> SMTPUTF8
#
# F: EHLO student.example
#    AUTH LOGIN
#
# G: EHLO student.example
#    AUTH PLAIN AGJvYgBidWlsZGVy
#    AUTH PLAIN AGJvYgBidWlsZGVy
#
# H: EHLO student.example
#    STARTTLS
# ```

# %% codes tags=["answer"]
codes = {
    "A": None,
    "B": None,
    "C": None,
    "D": None,
    "E": None,
    "F": None,
    "G": None,
    "H": None,
}
### BEGIN SOLUTION
codes = {
    "A": 530,
    "B": 250,
    "C": 552,
    "D": 501,
    "E": 555,
    "F": 504,
    "G": 503,
    "H": 500,
}
### END SOLUTION

# %% [markdown]
# Check it.

# %% codes-check
smtplab.check("04.2", codes, hint=0)

# %% [markdown]
# ## Task 04.3: what the listener knows
#
# Somebody on the way wrote down two logins.
# The first:
#
# ```text
# S: 220 mx.north.example
# C: EHLO laptop.example
# S: 250-mx.north.example
# S: 250 AUTH PLAIN LOGIN CRAM-MD5
# C: AUTH LOGIN
# S: 334 VXNlcm5hbWU6
# C: aW5lcw==
# S: 334 UGFzc3dvcmQ6
# C: dW1icmVsbGE=
# S: 235 Welcome
# ```
#
# The second:
#
# ```text
# S: 220 mx.north.example
# C: EHLO desk.example
# S: 250-mx.north.example
# S: 250 AUTH PLAIN LOGIN CRAM-MD5
# C: AUTH CRAM-MD5
# S: 334 PDE3LjRAbXgubm9ydGguZXhhbXBsZT4=
# C: b21hciA0NTMyYzNhNjAxYTcwMmYzODdiM2NmMzI0MGU0MmEwYw==
# S: 235 Welcome
# ```
#
# Decode them in this cell, one line after the other. It begins with the first question of the server.

# %% decode
import base64

base64.b64decode("VXNlcm5hbWU6")

# %% [markdown]
# What does the listener know now?
# Where a password cannot be found, write `"none"`.

# %% decoded tags=["answer"]
decoded = {
    "name": None,
    "password": None,
    "second name": None,
    "second password": None,
}
### BEGIN SOLUTION
decoded = {
    "name": "ines",
    "password": "umbrella",
    "second name": "omar",
    "second password": "none",
}
### END SOLUTION

# %% [markdown]
# Check it.

# %% decoded-check
smtplab.check("04.3", decoded, hint=0)

# %% [markdown]
# ## Task 04.4: log in inside TLS
#
# This server takes nothing in the clear, and no mail without a login.
# Write a session whose last line is a `MAIL` and gets 250.
# Put each line on a line of its own, between the quotes; the handshake follows `STARTTLS` by itself.
# Other sessions than yours may do it too: the lab server decides.

# %% inside-tls tags=["answer"]
inside_tls = """

"""
### BEGIN SOLUTION
inside_tls = """
EHLO student.example
STARTTLS
EHLO student.example
AUTH PLAIN AGJvYgBidWlsZGVy
MAIL FROM:<alice@student.example>
"""
### END SOLUTION

# %% [markdown]
# Check it.

# %% inside-tls-check
smtplab.check("04.4", inside_tls, hint=0)

# %% [markdown]
# Look at the session: send your lines to such a server, and see each answer.

# %% inside-tls-run
server = smtplab.LoopbackServer(extensions=("STARTTLS", "AUTH"), edition=5321)
server.change(needs_tls=True, needs_login=True)
client = server.connect()
for line in inside_tls.strip().splitlines():
    client.send(line)
client.transcript

# %% [markdown]
# ## Your points
#
# Each cell gives the points of one task. First task 04.1, of 7 points.

# %% offers-points tags=["test"] points=7
smtplab.check("04.1", offers).points

# %% [markdown]
# Task 04.2, of 8 points.

# %% codes-points tags=["test"] points=8
smtplab.check("04.2", codes).points

# %% [markdown]
# Task 04.3, of 4 points.

# %% decoded-points tags=["test"] points=4
smtplab.check("04.3", decoded).points

# %% [markdown]
# Task 04.4, of 5 points.

# %% inside-tls-points tags=["test"] points=5
smtplab.check("04.4", inside_tls).points

# %% [markdown]
# **Words:** *service extension*, *parameter*, *base64*, *handshake*.
#
# **Next:** [lesson 06](../notebooks/06_two_editions.ipynb), or `EHLO` to a server of your own; what does it offer?

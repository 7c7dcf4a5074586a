# %% [markdown]
# # Exercise 03 Predict state and reply
#
# **Where does the session stand, and what will the server say?**
#
# In this exercise you
#
# - say where a session stands after each accepted command;
# - predict a refusal, and that it changes nothing;
# - tell commands from text while a message is sent;
# - make a session that gets a reply you choose.
#
# **RFC 2821:** sections 3.3, 4.1.1.4 and 4.1.4. **Time:** 25 minutes. **Before:** lesson 03.
#
# Predict first; send the lines yourself afterwards if you like.
# `None` means "no answer yet": replace it, and delete the line that begins with `raise`.
# Each session begins with a new connection, which the server has greeted.
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
# The states are `GREETED`, `READY`, `SENDER_KNOWN`, `RECIPIENTS_KNOWN`, `MAIL_DATA` and `CLOSED`.
# Bob has a mailbox, Carol's is busy, and Zoe has none.
#
# ## Task 03.1: where does it stand?
#
# The server takes every line of these sessions.
# Write the state after the last line.
#
# ```text
# A: EHLO student.example
#
# B: EHLO student.example
#    MAIL FROM:<alice@student.example>
#
# C: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#
# D: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    RSET
#
# E: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    EHLO laptop.example
#
# F: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    NOOP
# ```

# %% accepted tags=["answer"]
accepted = {
    "A": None,
    "B": None,
    "C": None,
    "D": None,
    "E": None,
    "F": None,
}
### BEGIN SOLUTION
accepted = {
    "A": "READY",
    "B": "SENDER_KNOWN",
    "C": "RECIPIENTS_KNOWN",
    "D": "READY",
    "E": "READY",
    "F": "RECIPIENTS_KNOWN",
}
### END SOLUTION

# %% [markdown]
# Check it. For a hint, change `hint=0` to 1, 2 or 3.

# %% accepted-check
smtplab.check("03.1", accepted, hint=0)

# %% [markdown]
# ## Task 03.2: refused
#
# The server refuses the last line of each session.
# Write its reply code and the state after it, for example `"503 GREETED"`.
#
# ```text
# A: EHLO student.example
#    RCPT TO:<bob@lab.example>
#
# B: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    MAIL FROM:<alice@student.example>
#
# C: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<zoe@lab.example>
#
# D: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    RCPT TO:<carol@lab.example>
#
# E: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    DATA
#
# F: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<zoe@lab.example>
#    DATA
# ```
#
# E and F differ: in F somebody was tried and refused.
# The server of the lab then says 554, "no valid recipients" (RFC 2821, section 3.3).

# %% refused tags=["answer"]
refused = {
    "A": None,
    "B": None,
    "C": None,
    "D": None,
    "E": None,
    "F": None,
}
### BEGIN SOLUTION
refused = {
    "A": "503 READY",
    "B": "503 SENDER_KNOWN",
    "C": "550 SENDER_KNOWN",
    "D": "450 RECIPIENTS_KNOWN",
    "E": "503 SENDER_KNOWN",
    "F": "554 SENDER_KNOWN",
}
### END SOLUTION

# %% [markdown]
# Check it.

# %% refused-check
smtplab.check("03.2", refused, hint=0)

# %% [markdown]
# ## Task 03.3: command or text?
#
# Write the reply code of the last line and the state after it.
# When no reply comes, write `"none"` in place of the code.
#
# ```text
# A: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    DATA
#
# B: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    DATA
#    Subject: Hello
#    QUIT
#
# C: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    DATA
#    Subject: Hello
#    .
#
# D: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    DATA
#    Subject: Hello
#    .
#    MAIL FROM:<alice@student.example>
#
# E: EHLO student.example
#    MAIL FROM:<alice@student.example>
#    RCPT TO:<bob@lab.example>
#    QUIT
# ```

# %% mail-data tags=["answer"]
mail_data = {
    "A": None,
    "B": None,
    "C": None,
    "D": None,
    "E": None,
}
### BEGIN SOLUTION
mail_data = {
    "A": "354 MAIL_DATA",
    "B": "none MAIL_DATA",
    "C": "250 READY",
    "D": "250 SENDER_KNOWN",
    "E": "221 CLOSED",
}
### END SOLUTION

# %% [markdown]
# Check it.

# %% mail-data-check
smtplab.check("03.3", mail_data, hint=0)

# %% [markdown]
# ## Task 03.4: make a 554
#
# Write a session whose last line is `DATA` and gets 554.
# Put each command on a line of its own, between the quotes.
# Other sessions than yours may do it too: the lab server decides.

# %% make-554 tags=["answer"]
make_554 = """

"""
### BEGIN SOLUTION
make_554 = """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<zoe@lab.example>
DATA
"""
### END SOLUTION

# %% [markdown]
# Check it.

# %% make-554-check
smtplab.check("03.4", make_554, hint=0)

# %% [markdown]
# Look at the session: send your lines, and see each answer.

# %% make-554-run
server = smtplab.LoopbackServer()
client = server.connect()
for line in make_554.strip().splitlines():
    client.send(line)
client.transcript

# %% [markdown]
# ## Your points
#
# Each cell gives the points of one task. First task 03.1, of 6 points.

# %% accepted-points tags=["test"] points=6
smtplab.check("03.1", accepted).points

# %% [markdown]
# Task 03.2, of 12 points: code and state count one each.

# %% refused-points tags=["test"] points=12
smtplab.check("03.2", refused).points

# %% [markdown]
# Task 03.3, of 10 points.

# %% mail-data-points tags=["test"] points=10
smtplab.check("03.3", mail_data).points

# %% [markdown]
# Task 03.4, of 4 points.

# %% make-554-points tags=["test"] points=4
smtplab.check("03.4", make_554).points

# %% [markdown]
# **Words:** *state*, *refusal*, *mail transaction*.
#
# **Next:** change a session in the console of lesson 03, and predict each reply.

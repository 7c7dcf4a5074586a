# %% [markdown]
# # 03 Order of commands
#
# **Which command may come when, and how do you start again?**
#
# After this lesson you can
#
# - read the state diagram of an SMTP session;
# - say for a command whether it fits now, and what a refusal changes;
# - start again in three ways, and say what each one drops.
#
# **RFC 2821:** sections 3.3, 4.1.1.5, 4.1.4 and 4.3.2. **Time:** 20 minutes. **Before:** lessons 00 to 02.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# ## The map
#
# At each moment a session stands at one place.
# Such a place is called a *state*.
# An arrow is a step that succeeded, mostly a command. It leads to the next state.

# %%
import smtplab

# %reload_ext smtplab

smtplab.state_diagram()

# %% [markdown]
# Follow the middle line: it is the mail you know.
#
# <details>
# <summary>The map as text</summary>
#
# 1. GREETED: the server has greeted you. `EHLO` or `HELO` leads to READY.
# 2. READY: no mail is begun. `MAIL` leads to SENDER_KNOWN.
# 3. SENDER_KNOWN: the sender is known. `RCPT` leads to RECIPIENTS_KNOWN.
# 4. RECIPIENTS_KNOWN: more `RCPT` stays here. `DATA` leads to MAIL_DATA.
# 5. MAIL_DATA: each line is text. The final dot leads back to READY.
# 6. CLOSED: the end. `QUIT` leads here from each state but MAIL_DATA.
#
# </details>
#
# RFC 2821 holds no such picture.
# This one is made from its sections 4.1.4 and 4.3.2.
#
# ## Where you stand
#
# Open a session and name a sender.

# %%
server = smtplab.LoopbackServer()
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
smtplab.state_diagram(client)

# %% [markdown]
# The state with the thick border is yours.
# With `legal=True` you see only what may come now.

# %%
smtplab.state_diagram(client, legal=True)

# %% [markdown]
# ## A refusal changes nothing
#
# `MAIL` has come. What does a second `MAIL` do? Guess.

# %%
smtplab.predict("MAIL FROM:<zoe@student.example>", client)

# %% [markdown]
# Send it.

# %%
client.send("MAIL FROM:<zoe@student.example>")

# %% [markdown]
# 503, and the state is the same. The sender is still Alice.
#
# Next, `DATA` without a recipient.

# %%
smtplab.predict("DATA", client)

# %% [markdown]
# Send it.

# %%
client.send("DATA")

# %% [markdown]
# Again 503: this server wants a recipient first.
#
# A recipient may be refused for other reasons than order.
# Zoe has no mailbox here. Where will you stand after her refusal?

# %%
smtplab.predict("RCPT TO:<zoe@lab.example>", client)

# %% [markdown]
# Send it.

# %%
client.send("RCPT TO:<zoe@lab.example>")

# %% [markdown]
# Still SENDER_KNOWN: no recipient is on the list.
# Name Bob, and the session goes on as if nothing had happened.

# %%
client.send("RCPT TO:<bob@lab.example>")

# %% [markdown]
# Now draw your way, refusals included.

# %%
smtplab.state_diagram(client.transcript, refusals=True)

# %% [markdown]
# Each refused step is a loop: it comes back to where it began.
#
# <details>
# <summary>Your way as text</summary>
#
# ```text
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: MAIL FROM:<zoe@student.example>
# S: 503 A mail transaction is open already; finish it or send RSET
# C: DATA
# S: 503 Send RCPT first: no recipient yet
# C: RCPT TO:<zoe@lab.example>
# S: 550 <zoe@lab.example>: no such mailbox here
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# ```
#
# </details>
#
# ## Start again: RSET
#
# From `MAIL` to the final dot, all belongs to one *mail transaction*.
# `RSET` (reset) drops it. What happens to the connection?

# %%
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
smtplab.predict("RSET", client)

# %% [markdown]
# Send it, and look at the picture.

# %%
client.send("RSET")
smtplab.state_diagram(client)

# %% [markdown]
# Back at READY: sender and recipients are gone, the connection stays.
# The server still knows the name from your `EHLO`, so the next command may be `MAIL`.
#
# ## A second EHLO
#
# May a client say hello twice?
# Begin a mail, then send `EHLO` with another name.

# %%
client.send("MAIL FROM:<alice@student.example>")
smtplab.predict("EHLO laptop.example", client)

# %% [markdown]
# Send it.

# %%
client.send("EHLO laptop.example")

# %% [markdown]
# It may. A second `EHLO` acts like `RSET`: the mail begun is dropped (4.1.4).
# Besides, the server now knows you by the new name.
#
# `QUIT` is the third way, and drops all: the mail begun and the connection.
#
# <details>
# <summary>RSET and the second EHLO as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# C: RSET
# S: 250 Reset: no sender, no recipients, no message
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: EHLO laptop.example
# S: 250-lab.example greets laptop.example
# ...
# ```
#
# </details>
#
# ## Questions at any time
#
# Some commands only ask, and change no state.
# `VRFY` (verify) asks whether a mailbox exists.
# Try it before any `EHLO`.

# %%
client = server.connect()
smtplab.predict("VRFY bob", client)

# %% [markdown]
# Send it.

# %%
client.send("VRFY bob")

# %% [markdown]
# The server answers, though you have not said hello.
# `EXPN`, `HELP`, `NOOP` and `RSET` may come so early too (4.1.4).
#
# ## Your turn
#
# Walk over the map in the console.
#
# 1. Reach MAIL_DATA in as few steps as you can.
# 2. Visit RECIPIENTS_KNOWN, then go back to READY in three different ways.
# 3. Find a command that is refused in GREETED and accepted in READY.

# %%
import smtplab

console = smtplab.Console()
console

# %% [markdown]
# Without the console: a cell that begins with `%%smtp` sends its lines over a new connection.
# Change them as you like.

# %%
# %%smtp
# EHLO student.example
# MAIL FROM:<alice@student.example>
# RCPT TO:<bob@lab.example>
# RSET

# %% [markdown]
# ## What you saw
#
# - A session stands in one state, and the state decides which command may come.
# - A refusal, 503 or 550, leaves the state as it was. You go on from there.
# - `RSET` and a second `EHLO` drop the mail begun. `QUIT` drops the connection as well.
#
# **Words:** *state*, *mail transaction*; the commands `RSET` and `VRFY`.
#
# **Next:** exercises 01 to 03, in the folder `exercises`. Then [04 Service extensions](04_service_extensions.ipynb):
# what the other lines of the `EHLO` answer mean.

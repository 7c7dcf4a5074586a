# %% [markdown]
# # 00 Your first mail
#
# **What do two computers say to each other when a mail is sent?** You will say it yourself, line by line.
#
# After this lesson you can
#
# - deliver a mail with five commands;
# - break a rule on purpose and read the answer, 503;
# - say where SMTP stands on the way of a mail.
#
# SMTP is short for *Simple Mail Transfer Protocol*.
# Its rules stand in RFC 2821; an RFC is a public standard of the Internet.
# Here you meet parts of sections 2.1, 3.1, 3.3 and 4.1.4.
#
# **Time:** 10 minutes. You need no knowledge of mail or of Python.
#
# To run a cell, click on it and press Shift+Enter.
# Lost your place? Go back to a cell with `connect`, and go on from there.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# First a check: is everything here that you need?

# %% doctor
import smtplab

smtplab.doctor()

# %% [markdown]
# Each line should begin with ✓ or `ok`.
# A line with ✗ or `NOT` comes with a command that mends it.
#
# ## Where SMTP stands
#
# Alice writes a mail to Bob.
# It passes three programs before Bob can read it.
#
# ```text
# Alice's          her provider's       Bob's             Bob's
# mail program ──> server ───────────>  server ────────>  mailbox
#            SMTP               SMTP            no SMTP
#        (submission)         (relay)         (delivery)
# ```
#
# 1. Alice's mail program hands the mail in. This is called *submission*.
# 2. Her provider's server passes it on to Bob's server. This is called *relay*.
# 3. Bob's server puts it into his mailbox. This is called *delivery*.
#
# Steps 1 and 2 speak SMTP.
# To read his mail, Bob needs another protocol, such as IMAP.
#
# In this lesson **you are the program that sends**.
# Bob's server runs inside this page; its name is `lab.example`.
# No mail leaves your computer.

# %% [markdown]
# ## A mail, line by line
#
# This cell starts Bob's server and connects you to it.
# The server speaks first.
# Its first line is called the *greeting*.

# %%
server = smtplab.LoopbackServer()
client = server.connect()
client.greeting

# %% [markdown]
# The number in front, 220, is the *reply code*.
# Programs read the code; the words behind it are for people.
#
# Now you say hello with `EHLO` and the name of your computer.
# But first, guess what the server will answer.
# The word in capitals is where the talk stands; does it move on?
# A wrong guess costs nothing: nobody counts.

# %%
smtplab.predict("EHLO student.example", client)

# %% [markdown]
# Send it, then look at your guess again.

# %%
client.send("EHLO student.example")

# %% [markdown]
# 250 is SMTP's yes.
# Next you name the *sender*.
# Your address in this lab is `alice@student.example`.

# %%
client.send("MAIL FROM:<alice@student.example>")

# %% [markdown]
# Then you name the *recipient*.

# %%
client.send("RCPT TO:<bob@lab.example>")

# %% [markdown]
# The server will take mail for Bob, but it has no text yet.
# `DATA` says that the text comes now.
# Is that another yes? Guess.

# %%
smtplab.predict("DATA", client)

# %% [markdown]
# Send it.

# %%
client.send("DATA")

# %% [markdown]
# 354 says: more please.
# Now each line you send is part of the *message*.
# A line with a single dot ends it.

# %%
client.send("Subject: Hello")
client.send("")
client.send("Hello Bob, this is my first mail.")
client.send(".")

# %% [markdown]
# With this 250 the server takes charge of your mail.
# `QUIT` says goodbye.

# %%
client.send("QUIT")

# %% [markdown]
# Did the mail arrive? Look into the server.

# %%
server.messages[-1]

# %% [markdown]
# There it is: the sender, the recipient and your text.
#
# <details>
# <summary>The whole talk, in case nothing runs here (S: the server, C: you)</summary>
#
# ```text
# S: 220 lab.example SMTP service ready
# C: EHLO student.example
# S: 250-lab.example greets student.example
# S: 250-SIZE 1048576
# S: 250-VRFY
# S: 250-EXPN
# S: 250 HELP
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Hello
# C:
# C: Hello Bob, this is my first mail.
# C: .
# S: 250 Message accepted: 53 octets for 1 recipient
# C: QUIT
# S: 221 lab.example closes the channel
# ```
#
# </details>
#
# ## Break a rule
#
# You said who sends before you said who receives.
# What if you name Bob at once?
# A new connection, a new hello:

# %%
client = server.connect()
client.send("EHLO student.example")

# %% [markdown]
# Now guess: what is the answer to a recipient without a sender?

# %%
smtplab.predict("RCPT TO:<bob@lab.example>", client)

# %% [markdown]
# Send it.

# %%
client.send("RCPT TO:<bob@lab.example>")

# %% [markdown]
# 503 says: wrong moment.
# The command is good, but something must come before it.
# You may know 503 from the web, where it means "service unavailable". Here it does not.
#
# Nothing is broken and nothing is lost.
# Send the missing line, and the same command works.

# %%
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")

# %% [markdown]
# <details>
# <summary>This talk as text</summary>
#
# ```text
# C: EHLO student.example
# S: 250-lab.example greets student.example
# ...
# C: RCPT TO:<bob@lab.example>
# S: 503 Send MAIL first
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# ```
#
# </details>
#
# ## Your turn
#
# The *console* below is a connection of its own.
# A button fills the line, Enter sends it, and the picture shows where you stand.
#
# 1. Deliver a mail to Bob.
# 2. Get a 503 in another way.
# 3. Name Carol as a recipient. What does her server ask you to do?

# %%
import smtplab

console = smtplab.Console()
console

# %% [markdown]
# All that the console does, cells do too.
# Change the line below and run it again; the console shows the step as well.

# %%
console.send("EHLO student.example")

# %% [markdown]
# ## What you saw
#
# - A mail takes five commands: `EHLO`, `MAIL`, `RCPT`, `DATA`, `QUIT`. The server answers each with a code.
# - 250 is yes, 354 is "more please", 503 is "wrong moment". After a 503 you go on in the same connection.
# - SMTP carries a mail from program to server and from server to server. Reading it is another matter.
#
# **Words:** *greeting*, *reply code*, *sender*, *recipient*, *message*; *submission*, *relay*, *delivery*.
#
# **Next:** [01 Reply codes](01_reply_codes.ipynb): what the numbers say.

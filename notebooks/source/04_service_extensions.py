# %% [markdown]
# # 04 Service extensions
#
# **What do the other lines of the EHLO answer mean?** Each one offers you something; you will try most of them.
#
# After this lesson you can
#
# - read an answer to `EHLO` line by line, and say what you may send now;
# - add a parameter to `MAIL` or `RCPT`, and say which one a server refuses;
# - read a second code such as 5.1.1, and count the replies to a group of commands;
# - send a message in pieces, without a dot.
#
# **RFC 2821:** sections 2.2 and 4.1.1.1. **The extensions' own:** RFC 1870, 2034, 2920, 3030, 3461, 6152 and 6531.
# **Time:** 20 minutes. **Before:** lessons 00 to 03.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# ## The answer, line by line
#
# The server of lessons 00 to 03 offered little.
# This one offers all that smtplab has.

# %%
import smtplab

server = smtplab.LoopbackServer(extensions="all", edition=5321)
client = server.connect()
hello = client.send("EHLO student.example")
hello

# %% [markdown]
# It is one reply, and its first line greets you.
# Each line after it names a *service extension*: something the server can do beyond plain SMTP.
# The word in front is the keyword. What may stand behind it says more.
#
# What do they offer you?

# %%
smtplab.explain_ehlo(hello)

# %% [markdown]
# You need not know them all.
# A client passes over a keyword that it does not know, and uses what it does.
# `STARTTLS` and `AUTH` have lesson 05 to themselves.
#
# <details>
# <summary>The answer as text</summary>
#
# ```text
# C: EHLO student.example
# S: 250-lab.example greets student.example
# S: 250-SIZE 1048576
# S: 250-8BITMIME
# S: 250-PIPELINING
# S: 250-ENHANCEDSTATUSCODES
# S: 250-SMTPUTF8
# S: 250-DSN
# S: 250-CHUNKING
# S: 250-BINARYMIME
# S: 250-STARTTLS
# S: 250-AUTH PLAIN LOGIN CRAM-MD5
# S: 250-VRFY
# S: 250-EXPN
# S: 250 HELP
# ```
#
# </details>
#
# `HELO` is the older hello. What will its answer offer?

# %%
old = server.connect()
old.send("HELO student.example")

# %% [markdown]
# One line, and nothing offered.
# After `HELO` a client keeps to plain SMTP.
#
# ## A word behind the sender
#
# Some extensions let you add a *parameter* to `MAIL` or `RCPT`.
# It stands behind the address, as in `SIZE=900`.
#
# `SIZE` in the answer gave the largest message: 1048576 octets.
# You tell the server how large yours will be. What if it is too large?
# You know the codes by now, so the question asks for the code too.

# %%
smtplab.predict("MAIL FROM:<alice@student.example> SIZE=9000000", client, code=True)

# %% [markdown]
# Send it.

# %%
client.send("MAIL FROM:<alice@student.example> SIZE=9000000")

# %% [markdown]
# 552, before one octet of the message was sent.
# Without `SIZE=` the same no would come after nine million octets.
#
# May you add any parameter you like?

# %%
line = "MAIL FROM:<alice@student.example> COLOUR=blue"
smtplab.predict(line, client, wrong=["error-ends-session", "text-decides"], code=True)

# %% [markdown]
# Send it.

# %%
client.send(line)

# %% [markdown]
# 555: a parameter that no line of the answer allows.
# A parameter known but badly written gets 501 instead.

# %%
client.send("MAIL FROM:<alice@student.example> SIZE=large")

# %% [markdown]
# <details>
# <summary>The three refusals as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example> SIZE=9000000
# S: 552 5.3.4 Message of 9000000 octets is over the limit of 1048576
# C: MAIL FROM:<alice@student.example> COLOUR=blue
# S: 555 5.5.4 Parameter COLOUR is not recognized
# C: MAIL FROM:<alice@student.example> SIZE=large
# S: 501 5.5.4 SIZE needs a number of 1 to 20 digits, as in SIZE=900.
# ```
#
# </details>
#
# ## A second code
#
# Behind the reply code there is now something like `5.5.4`.
# This is an *enhanced status code*, since the server announced `ENHANCEDSTATUSCODES`.
# Why two codes? Ask for Zoe, who has no mailbox here.

# %%
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<zoe@lab.example>")

# %% [markdown]
# Then ask for somebody at another host, which this server does not serve.
# Will the reply code be the same? Will the second code?

# %%
client.send("RCPT TO:<yan@elsewhere.example>")

# %% [markdown]
# Both got 550, so the first code says no more than "not this recipient".
# 5.1.1 says that the mailbox does not exist, 5.7.1 that a rule forbids it.
#
# Read the three numbers from the left: class, subject, detail.
# The class repeats the first digit; 1 is about addresses, 7 about policy.
# They look like a network address and are none.
#
# <details>
# <summary>Both as text</summary>
#
# ```text
# C: MAIL FROM:<alice@student.example>
# S: 250 2.1.0 Sender accepted: <alice@student.example>
# C: RCPT TO:<zoe@lab.example>
# S: 550 5.1.1 <zoe@lab.example>: no such mailbox here
# C: RCPT TO:<yan@elsewhere.example>
# S: 550 5.7.1 <yan@elsewhere.example>: relaying refused; this server takes mail for lab.example only
# ```
#
# </details>
#
# ## Many commands at once
#
# Until now you waited for each reply.
# With `PIPELINING` you may send a group of commands in one go.
#
# This group has four lines, and Zoe is among them.
# How many replies will come, and what will the last one be? Decide, then run the cell.

# %%
client = server.connect()
client.send("EHLO student.example")
replies = client.send_group(
    "MAIL FROM:<alice@student.example>",
    "RCPT TO:<zoe@lab.example>",
    "RCPT TO:<bob@lab.example>",
    "DATA",
)
len(replies)

# %% [markdown]
# Four lines, four replies: *pipelining* saves waiting, not replies.
# They come in the order of the commands, so you count them off.
# Send the message, and look at what was said after the `EHLO` answer.

# %%
client.send_message("Subject: Four at once\n\nHello Bob.\n")
print(str(client.transcript).partition("250 HELP\n")[2])

# %% [markdown]
# Zoe's 550 stands in the middle and stops nobody: Bob was taken, and `DATA` got its 354.
# `DATA` must be last in a group, since what follows it depends on the reply.
#
# <details>
# <summary>The group as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example>
# C: RCPT TO:<zoe@lab.example>
# C: RCPT TO:<bob@lab.example>
# C: DATA
# S: 250 2.1.0 Sender accepted: <alice@student.example>
# S: 550 5.1.1 <zoe@lab.example>: no such mailbox here
# S: 250 2.1.5 Recipient accepted: <bob@lab.example>
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Four at once
# C:
# C: Hello Bob.
# C: .
# S: 250 2.0.0 Message accepted: 37 octets for 1 recipient
# ```
#
# </details>
#
# ## Letters outside ASCII
#
# Plain SMTP carries *ASCII* only: the letters, digits and signs of an English typewriter.
# Björn's address has an `ö`. Will the server take it?

# %%
client.send("MAIL FROM:<alice@student.example>")
smtplab.predict("RCPT TO:<björn@lab.example>", client, code=True)

# %% [markdown]
# Send it.

# %%
client.send("RCPT TO:<björn@lab.example>")

# %% [markdown]
# Björn exists, but your `MAIL` did not say that such an address would come.
# Begin again, with the parameter `SMTPUTF8`.

# %%
client.send("RSET")
client.send("MAIL FROM:<alice@student.example> SMTPUTF8")
client.send("RCPT TO:<björn@lab.example>")

# %% [markdown]
# He is on the list. The reply writes `ö` as `\xc3\xb6`, its two octets, since replies stay ASCII.
#
# That was for addresses. For the text of a mail there is `8BITMIME`, with `BODY=8BITMIME` behind `MAIL`.
# It converts nothing: it lets the octets pass as they are.
#
# Leave it out, and see when the server notices.

# %%
client.send("RSET")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
client.send("DATA")
client.send_message("Subject: Greetings\n\nSchöne Grüße\n")

# %% [markdown]
# 554, after the dot: only then has the server seen the letters.
# With the parameter the same message goes through.

# %%
client.send("MAIL FROM:<alice@student.example> BODY=8BITMIME")
client.send("RCPT TO:<bob@lab.example>")
client.send("DATA")
client.send_message("Subject: Greetings\n\nSchöne Grüße\n")

# %% [markdown]
# <details>
# <summary>Both as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example>
# S: 250 2.1.0 Sender accepted: <alice@student.example>
# C: RCPT TO:<björn@lab.example>
# S: 553 5.6.7 A recipient outside ASCII needs SMTPUTF8 at MAIL
# C: RSET
# S: 250 2.0.0 Reset: no sender, no recipients, no message
# C: MAIL FROM:<alice@student.example> SMTPUTF8
# S: 250 2.1.0 Sender accepted: <alice@student.example>
# C: RCPT TO:<björn@lab.example>
# S: 250 2.1.5 Recipient accepted: <bj\xc3\xb6rn@lab.example>
# ```
#
# ```text
# C: MAIL FROM:<alice@student.example>
# S: 250 2.1.0 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 2.1.5 Recipient accepted: <bob@lab.example>
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Greetings
# C:
# C: Schöne Grüße
# C: .
# S: 554 5.6.3 Octets over 127 need BODY=8BITMIME at MAIL
# ```
#
# </details>
#
# ## If you like: asking for a report
#
# `DSN` is for *delivery status notifications*, reports about a mail's fate.
# `NOTIFY=` behind `RCPT` says when you want one, and `ENVID=` behind `MAIL` names your mail in it.

# %%
client.send("MAIL FROM:<alice@student.example> ENVID=letter1")
client.send("RCPT TO:<bob@lab.example> NOTIFY=SUCCESS,FAILURE")
client.send("DATA")
client.send_message("Subject: Tell me\n\nDid it arrive?\n")
server.messages[-1]

# %% [markdown]
# The wishes are kept with the envelope, for whoever delivers the mail.
# `SUCCESS` speaks of delivery. Nobody reports whether Bob has read it.
#
# ## Pieces without a dot
#
# `DATA` needs the dot, since nobody knows where the message ends.
# With `CHUNKING` you say it beforehand: `BDAT 25` means that the next 25 octets are message.
# Such a piece is called a *chunk*.
#
# `send_chunk` counts for you.
# This piece holds a line with a single dot. Does it end the message? Decide, then run the cell.

# %%
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
client.send_chunk("Subject: Dots\n\nOne\n.\n")

# %% [markdown]
# It does not: the count says where the piece ends, and the dot is text.
# The last piece has the word `LAST` behind its count.

# %%
client.send_chunk("Two\n", last=True)
server.messages[-1]

# %% [markdown]
# The dot arrived as you wrote it, and nobody had to double it.
#
# <details>
# <summary>The pieces as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example>
# S: 250 2.1.0 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 2.1.5 Recipient accepted: <bob@lab.example>
# C: BDAT 25
# C: Subject: Dots
# C:
# C: One
# C: .
# S: 250 2.0.0 25 octets taken
# C: BDAT 5 LAST
# C: Two
# S: 250 2.0.0 Message accepted: 30 octets for 1 recipient
# ```
#
# </details>
#
# A piece may be refused, here one that is too large for a small server.

# %%
small = smtplab.LoopbackServer(extensions="all", edition=5321)
small.change(max_message_octets=65536)
client = small.connect()
client.send("EHLO student.example")
client.send_group("MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>")
client.send_chunk("x" * 70000)

# %% [markdown]
# The next piece is smaller. Will the server take it?

# %%
smtplab.predict("BDAT 0 LAST", client, wrong=["bdat-repeats-piece", "bdat-needs-dot"], code=True)

# %% [markdown]
# Send it.

# %%
client.send_chunk("", last=True)

# %% [markdown]
# A message with a hole in it is worth nothing, so the whole mail has failed.
# Only `RSET` leads out, and then all begins anew with `MAIL`.

# %%
client.send("RSET")

# %% [markdown]
# ## Your turn
#
# This console is connected to a server that offers everything.
#
# 1. Ask for a report about a mail to Björn.
# 2. Get a 555 at `RCPT`.
# 3. Say `EHLO`, then `HELO`. Which buttons come and go?

# %%
import smtplab

console = smtplab.Console(extensions="all", edition=5321)
console

# %% [markdown]
# There are more extensions than this server has.
# The table names each with its purpose and its RFC; `offered` is `True` for those that this server can offer.

# %%
smtplab.frame("extensions")[["keyword", "offered", "purpose", "rfc"]]

# %% [markdown]
# ## What you saw
#
# - Each line of the `EHLO` answer offers something. What it does not name, the server may refuse.
# - Every command keeps its own reply, also in a group. An enhanced status code says why, where the reply code cannot.
# - A parameter belongs behind `MAIL` or `RCPT`; `BDAT` counts octets, so that no dot is needed.
#
# **Words:** *service extension*, *parameter*, *enhanced status code*, *pipelining*, *ASCII*,
# *delivery status notifications*, *chunk*.
#
# **Next:** [05 TLS and login](05_tls_and_login.ipynb): who can read what you send, and who you are.

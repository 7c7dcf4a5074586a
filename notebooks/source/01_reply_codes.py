# %% [markdown]
# # 01 Reply codes
#
# **What do the numbers say, if you may look at only two digits?**
#
# After this lesson you can
#
# - read the first digit of a reply code and say what a mail program does next;
# - read the second digit and say what the reply is about;
# - name three points where SMTP's numbers differ from the web's;
# - compare a web page about the codes with the RFC.
#
# **RFC 2821:** sections 4.2, 4.2.1, 4.2.4 and 4.3.2. **Time:** 15 minutes. **Before:** lesson 00.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# ## The talk of lesson 00
#
# Run this cell first. It gets smtplab ready.

# %%
import smtplab

# %reload_ext smtplab

# %% [markdown]
# A cell that begins with `%%smtp` sends its lines over a new connection.
# These are your lines from lesson 00, the mistake included.

# %%
# %%smtp
# EHLO student.example
# RCPT TO:<bob@lab.example>
# MAIL FROM:<alice@student.example>
# RCPT TO:<bob@lab.example>
# DATA
# Subject: Hello
#
# Hello Bob.
# .
# QUIT

# %% [markdown]
# Such a record of both sides is called a *transcript*.
#
# <details>
# <summary>The transcript as text</summary>
#
# ```text
# S: 220 lab.example SMTP service ready
# C: EHLO student.example
# S: 250-lab.example greets student.example
# S: 250-SIZE 1048576
# S: 250-VRFY
# S: 250-EXPN
# S: 250 HELP
# C: RCPT TO:<bob@lab.example>
# S: 503 Send MAIL first
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Hello
# C:
# C: Hello Bob.
# C: .
# S: 250 Message accepted: 30 octets for 1 recipient
# C: QUIT
# S: 221 lab.example closes the channel
# ```
#
# </details>
#
# The answer to `EHLO` has several lines, all with 250.
# They are one reply: a hyphen behind the code means that more follows.
#
# ## The first digit: yes, more, not now, no
#
# You have seen 220, 250, 221, 354 and 503.
# Their first digits are 2, 3 and 5.
#
# | First digit | It says | A mail program then |
# |---|---|---|
# | 2 | yes | goes on |
# | 3 | more please | sends the rest |
# | 4 | not now | keeps the mail and tries later |
# | 5 | no | does not send the same again |
#
# A 4 has not come yet.
# Carol's mailbox is busy: another program has it locked.
# This cell begins a mail for her.

# %%
server = smtplab.LoopbackServer()
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")

# %% [markdown]
# What will the server say to Carol's name?

# %%
smtplab.predict("RCPT TO:<carol@lab.example>", client)

# %% [markdown]
# Send it.

# %%
client.send("RCPT TO:<carol@lab.example>")

# %% [markdown]
# **Not now.** You did nothing wrong, and the same line may work later.
# The RFC calls this a *transient failure*.
#
# Zoe has no mailbox here at all. Which first digit will she get?

# %%
smtplab.predict("RCPT TO:<zoe@lab.example>", client)

# %% [markdown]
# Send it.

# %%
client.send("RCPT TO:<zoe@lab.example>")

# %% [markdown]
# **No.** The same line will get the same answer tomorrow.
# The RFC calls this a *permanent failure*.
#
# <details>
# <summary>Both answers as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<carol@lab.example>
# S: 450 <carol@lab.example>: mailbox is busy; try later
# C: RCPT TO:<zoe@lab.example>
# S: 550 <zoe@lab.example>: no such mailbox here
# ```
#
# </details>
#
# ## Not the numbers of the web
#
# Web servers send three digits too, by a protocol called HTTP.
# The numbers look alike and mean different things.
#
# | Number | HTTP | SMTP |
# |---|---|---|
# | 4 in front | the client made a mistake | not now, try later |
# | 5 in front | the server has a fault | no, do not repeat the same |
# | 503 | service unavailable | command at the wrong moment |
# | 421 | sent to the wrong server | service not available, closing |
#
# Each explanation warns you of such a mix-up. Look for "Careful".

# %%
smtplab.explain(503, command="RCPT")

# %% [markdown]
# ## The second digit: what it is about
#
# The second digit names the subject.
#
# | Second digit | It is about |
# |---|---|
# | 0 | the command itself |
# | 1 | information, meant for people |
# | 2 | the connection |
# | 3 and 4 | SMTP gives them no meaning |
# | 5 | the mail and its mailbox |
#
# Read your codes with it:
#
# - 220 and 221 have 2 in the middle: the connection opens, the connection closes.
# - 250, 354, 450 and 550 have 5 in the middle: the mail.
# - 503 has 0 in the middle: the command itself.
#
# `HELP` asks the server about itself. Which second digit will the answer have?
# Decide, then run the cell.

# %%
client.send("HELP")

# %% [markdown]
# 211: a 1 in the middle. A program does not need it; a person may read it.
#
# Now turn the digits yourself.
# The box shows what each digit says, which codes exist, and who sends them.

# %%
smtplab.CodeExplorer()

# %% [markdown]
# The same without the box: give any code to `explain`.

# %%
smtplab.explain(452)

# %% [markdown]
# ## What the page says and what the RFC says
#
# This course grew out of a web page of 2010 about these codes.
# The page gives the list of codes right.
# These points it tells otherwise than the RFCs:
#
# | About | The page | The RFCs |
# |---|---|---|
# | 1 in front | one of five first digits | no SMTP server may send it (RFC 2821, 4.3.2) |
# | 5 in front | an error | a lasting no: do not repeat the same (4.2.1) |
# | 0 in the middle | a syntax error | also a command not offered, or at the wrong moment (4.2.1) |
# | 500 to 504 | mostly the mail program's fault | 502 and 504: the server lacks something (4.2.4) |
# | 421 | not in its list of commands | any command may get it (4.3.2) |
# | 554 | the mail failed | also a greeting: no mail service here (3.1) |
#
# The page follows RFC 2821, although RFC 5321 had replaced it in 2008.
#
# Check one point.
# `TURN` is an old command, spelled right. Is it a "syntax error"?

# %%
smtplab.predict("TURN", client)

# %% [markdown]
# Send it.

# %%
client.send("TURN")

# %% [markdown]
# 502: the server knows the command and does not offer it.
# So a 0 in the middle is not always a typing mistake.
#
# Check another point: a server that takes no mail.

# %%
no_mail = smtplab.LoopbackServer()
no_mail.change(takes_mail=False)
no_mail.connect().greeting

# %% [markdown]
# 554 as a greeting: no mail has failed, since none was sent.
#
# <details>
# <summary>Both checks as text</summary>
#
# ```text
# C: TURN
# S: 502 TURN is not offered here
# ```
#
# ```text
# S: 554 lab.example takes no mail here
# ```
#
# </details>
#
# ## Your turn
#
# Cover the answer below the cell and read the first two digits aloud.
# Then run it. Try codes from mail that came back to you.

# %%
smtplab.explain("552 Your message is too big", command="MAIL")

# %% [markdown]
# ## What you saw
#
# - The first digit decides: 2 yes, 3 more please, 4 not now, 5 no.
# - The second digit names the subject: 0 command, 1 information, 2 connection, 5 mail.
# - SMTP's numbers are not HTTP's, and a page about them is not the RFC.
#
# The third digit tells apart replies that share the first two. Alone it means nothing.
#
# **Words:** *transcript*, *transient failure*, *permanent failure*.
#
# **Next:** [02 Envelope and header](02_envelope_and_header.ipynb): whom the server believes.

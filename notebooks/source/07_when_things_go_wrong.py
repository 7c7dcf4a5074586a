# %% [markdown]
# # 07 When things go wrong
#
# **What does a client do when the reply is lost, late, refused for now, or makes no sense?**
#
# After this lesson you can
#
# - say when a client tries again, and when it gives up;
# - tell how long each side waits, and what comes then;
# - say who has the mail when a connection is lost, at any moment;
# - go back to a step of a session and take another way.
#
# **RFC 2821:** sections 3.9, 4.2.1, 4.2.5, 4.5.3.2, 4.5.4.1 and 6.1. **RFC 5321:** the same, but 3.8 instead of 3.9.
# **Time:** 25 minutes. **Before:** lessons 00 to 04.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# ## A stranger writes
#
# This server is careful with strangers.
# The first cell also makes a place in which your answers to the questions are kept.

# %%
import smtplab

questions = {}
server = smtplab.LoopbackServer(edition=5321, extensions=("ENHANCEDSTATUSCODES",))
server.change(greylist_s=300)
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")

# %% [markdown]
# The server has never seen Alice write to Bob. What will it say?

# %%
questions["stranger"] = smtplab.predict(
    "RCPT TO:<bob@lab.example>", client, code=True, wrong=["http-4xx-means-me", "server-tries-again"],
)
questions["stranger"]

# %% [markdown]
# Send it.

# %%
client.send("RCPT TO:<bob@lab.example>")

# %% [markdown]
# 450: not now. Alice made no mistake. The second code, 4.7.0, says why: a rule of this server, and no busy mailbox.
# This is called *greylisting*: who sends unwanted mail seldom comes back, and a real mail server does.
#
# The server will not try again for you. The client keeps the mail in its *queue*, a list of mails still to be sent.
# It should wait 30 minutes or more, and give up after 4 or 5 days (4.5.4.1).
#
# Say goodbye, and let half an hour pass. The server's clock jumps, so you need not wait.

# %%
client.quit()
server.advance(1800)
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")

# %% [markdown]
# The same words, and now the answer is yes.
#
# <details>
# <summary>The first try as text</summary>
#
# ```text
# # @world greylist_s=300 extensions=ENHANCEDSTATUSCODES
# C: EHLO student.example
# S: 250-lab.example greets student.example
# ...
# C: MAIL FROM:<alice@student.example>
# S: 250 2.1.0 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 450 4.7.0 <bob@lab.example>: not seen together with this sender before; try again in 300 s
# ```
#
# Half an hour later `RCPT` gets 250.
#
# </details>
#
# ## No reply yet
#
# The next server is slow. That takes a *fault*: a line that says when something goes wrong, and what.
# It is set in a server without a network, whose clock jumps whenever somebody waits.

# %%
slow = smtplab.memory_server(edition=5321)
slow.faults.add("MAIL#1 per server -> delay 90 s")
client = slow.connect(timeout_s=60)
client.send("EHLO student.example")
print(client.send("MAIL FROM:<alice@student.example>"))

# %% [markdown]
# This client waited 60 seconds, and nothing came.
# Did the server refuse? Should the client hang up? Decide, then wait once more.

# %%
print(*client.hear())

# %% [markdown]
# Silence was no refusal: 250 came after 90 seconds, and it still answers `MAIL`.
#
# How long is long enough? RFC 2821 says it in 4.5.3.2, for each moment of a mail.

# %%
limits = smtplab.frame("limits")
limits[limits["kind"].isin(["timeout", "retry"])][["object", "value", "unit", "sense"]]

# %% [markdown]
# The longest wait for a reply is the one behind the final dot. You will soon see why.
#
# A server has a limit too. You say nothing for five minutes: what will come?
# Decide, then let the time pass.

# %%
slow.advance(300)
print(str(client.transcript).partition("250 HELP\n")[2])

# %% [markdown]
# 421 came, though you had sent nothing: the server closes what nobody uses.
# It is not your fault, and no command was wrong. Connect again when there is more to say.
#
# <details>
# <summary>The slow server as text</summary>
#
# ```text
# # @fault MAIL#1 per server -> delay 90 s
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example>
# -- 90 s
# S: 250 Sender accepted: <alice@student.example>
# -- 300 s
# S: 421 lab.example waited too long for a command; closing
# -- closed
# ```
#
# </details>
#
# ## The line goes dead
#
# Here is a whole mail, line by line.

# %%
lines = [
    "EHLO student.example",
    "MAIL FROM:<alice@student.example>",
    "RCPT TO:<bob@lab.example>",
    "DATA",
    "Subject: Contract",
    "",
    "I will pay 1000 next year.",
    ".",
]

# %% [markdown]
# Five times the connection is cut, each time behind another line.
# Behind which of them does the server keep a mail for Bob? Decide, then run the cell.

# %%
server = smtplab.LoopbackServer(edition=5321)
for count in (2, 3, 4, 7, 8):
    client = server.connect()
    for line in lines[:count]:
        client.send(line)
    client.close()
    print(f"cut behind {lines[count - 1]!r}: {len(server.messages)} mail")

# %% [markdown]
# Only the last: without the dot there is no mail, and the server throws all away.
# With the 250 to the dot it has taken charge, though nobody had said `QUIT`.
#
# | Cut behind | The client thinks | The server thinks | Now |
# |---|---|---|---|
# | `MAIL`, `RCPT` or `DATA` | not sent | nothing came | try again later |
# | a line of the message | not sent | half a letter is no letter | try again later |
# | the 250 to the dot | sent | mine now | nothing: the server delivers it, or reports |
#
# A client treats a lost connection as if 451 had come: not now (3.9).
# One moment is missing in the table, and it is the worst.
#
# <details>
# <summary>Cut in the middle of the message, as text</summary>
#
# ```text
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Contract
# C:
# C: I will pay 1000 next year.
# ```
#
# </details>
#
# ## The lost 250
#
# Now the server takes the mail, and its 250 gets lost on the way.

# %%
server = smtplab.LoopbackServer(edition=5321)
server.faults.add("DATA-END#1 per server -> drop before")
client = server.connect()
for line in ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA"):
    client.send(line)
print(client.send_message("Subject: Invoice\n\nPlease pay 40 coins.\n"))

# %% [markdown]
# That is all the client knows: nothing came.
# Yes and no look the same to it. Does Bob have the mail? Decide, then ask the server.

# %%
server.messages

# %% [markdown]
# The server took charge of the mail and knows that it did (4.2.5). The client does not.
# Both views stand in the record; the line with `decided` holds what was never heard.

# %%
print(str(client.transcript).partition("single dot\n")[2])

# %% [markdown]
# What should the client do: forget the mail, or send it again?
# Half an hour later it does what clients do.

# %%
server.advance(1800)
client = server.connect()
for line in ("EHLO student.example", "MAIL FROM:<alice@student.example>", "RCPT TO:<bob@lab.example>", "DATA"):
    client.send(line)
client.send_message("Subject: Invoice\n\nPlease pay 40 coins.\n")
server.messages

# %% [markdown]
# Bob has the mail twice, and nobody made a mistake.
# SMTP prefers a mail too many to a mail too few. To the server these were two mails.
#
# So a client waits ten minutes for the reply to the dot, and a server answers the dot quickly.
#
# <details>
# <summary>The lost 250 as text</summary>
#
# ```text
# # @fault DATA-END#1 per server -> drop before
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Invoice
# C:
# C: Please pay 40 coins.
# C: .
# -- lost
# ```
#
# </details>
#
# ## A reply that makes no sense
#
# This server answers with a code that no RFC lists, and with words that mislead.

# %%
server = smtplab.LoopbackServer(edition=5321)
server.faults.add("RCPT#1 per server -> 471 OK, fine, but the moon is full")
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
print(client.send("RCPT TO:<bob@lab.example>"))

# %% [markdown]
# Is Bob on the list? The words say "fine", the code is unknown.
# What will `DATA` get?

# %%
questions["moon"] = smtplab.predict(
    "DATA", client, code=True, wrong=["text-decides", "unknown-code-is-nonsense"],
)
questions["moon"]

# %% [markdown]
# Send it.

# %%
client.send("DATA")

# %% [markdown]
# The first digit, 4, had said it all: not now.
# Programs go by the code, so nobody was on the list. Try once more: the fault was for the first time only.

# %%
client.send("RCPT TO:<bob@lab.example>")

# %% [markdown]
# <details>
# <summary>The strange code as text</summary>
#
# ```text
# # @fault RCPT#1 per server -> 471 OK, fine, but the moon is full
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 471 OK, fine, but the moon is full
# C: DATA
# S: 554 No valid recipients
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# ```
#
# </details>
#
# ## What if I had sent RSET here?
#
# A mail for two. Carol's mailbox is busy, and you go on for Bob.

# %%
server = smtplab.LoopbackServer(edition=5321)
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
client.send("RCPT TO:<carol@lab.example>")

# %% [markdown]
# Send it to Bob. Carol's copy stays in your queue.

# %%
client.send("DATA")
client.send_message("Subject: Lunch\n\nAt noon?\n")

# %% [markdown]
# What if you had started again with `RSET`, because of Carol?
# Go back to step 4, the reply about Carol; step 0 is the greeting.
# Such a second way from the same place is called a *fork*.

# %%
other = client.fork(at=4)
other.send("RSET")

# %% [markdown]
# And now `DATA`, as before. What will come?

# %%
questions["reset"] = smtplab.predict(
    "DATA", other, code=True, wrong=["rset-disconnects", "refused-recipient-ends-mail"],
)
questions["reset"]

# %% [markdown]
# Send it, and put both ways side by side.

# %%
other.send("DATA")
smtplab.futures(client, other)

# %% [markdown]
# `RSET` dropped Bob with Carol, and nobody got a mail.
# One refused recipient is no reason to begin again.
#
# <details>
# <summary>The other way as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# C: RCPT TO:<carol@lab.example>
# S: 450 <carol@lab.example>: mailbox is busy; try later
# C: RSET
# S: 250 Reset: no sender, no recipients, no message
# C: DATA
# S: 503 Send MAIL first
# ```
#
# </details>
#
# ## Your turn
#
# In this console unfold *Faults*, choose one, and press Enter.
#
# 1. Make the second recipient of a mail fail, and the mail arrive all the same.
# 2. Lose the 250 to the dot, and read *Two views*.
# 3. Use *Go back here* beside a reply, and take another way.

# %%
import smtplab

console = smtplab.Console(predict=True, edition=5321)
console

# %% [markdown]
# Next, a session to watch and to answer. A *scenario* is one that is played step by step.
# This one asks what becomes of a mail that was accepted and cannot be delivered (6.1).

# %%
player = smtplab.Player("accepted_then_bounced")
player

# %% [markdown]
# More of them come with smtplab.
# To this lesson belong `greylisting`, `slow_server`, `lost_connections`, `the_lost_250` and `unknown_codes`.
# Write another name in the cell above, or choose one here.

# %%
shelf = smtplab.Player()
shelf

# %% [markdown]
# Which beliefs misled you? This counts the questions above, the console and the scenarios.
# It lives in memory only; nobody else sees it.

# %%
smtplab.missed(*questions.values(), console, player, shelf)

# %% [markdown]
# ## What you saw
#
# - After a 4, or a connection lost before the dot, the client keeps the mail and tries again later.
# - Silence says neither yes nor no. Behind the dot it may mean that the mail comes twice.
# - The first digit decides, also for a code that nobody lists. A 421 is nobody's fault.
#
# **Words:** *greylisting*, *queue*, *fault*, *fork*, *scenario*.
#
# **Next:** [exercise 05](../exercises/05_when_to_try_again.ipynb): decide for yourself when to try again.

# %% [markdown]
# # 06 Two editions
#
# **RFC 2821 or RFC 5321: what changed, and which one do servers follow?**
#
# After this lesson you can
#
# - show the differences between the two lists of replies;
# - say of a reply which edition the server follows;
# - act rightly on a code that your list does not have.
#
# **RFC 2821:** section 4.3.2. **RFC 5321:** section 4.3.2. **RFC 7504:** sections 3 to 5.
# **Time:** 15 minutes. **Before:** lessons 00 to 04.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# ## Two documents
#
# An RFC is never changed. A new one takes its place, and the old one is then *obsolete*.
#
# | Year | RFC | |
# |---|---|---|
# | 1982 | 821 | the first |
# | 2001 | 2821 | put together what had been added since |
# | 2008 | 5321 | made it clearer, and RFC 2821 obsolete |
# | 2015 | 7504 | adds two codes for hosts that never take mail |
#
# Is there a newer one by now? Look at the first page of an RFC, or at `rfc-editor.org/info/rfc5321`.
# The first page says *Obsoletes* and a number when it takes another's place.
# The address says *Obsoleted by* when another has taken its place.
#
# RFC 2821 and RFC 5321 both have a section 4.3.2: which reply may answer which command.
# This picture lays the two lists over each other.

# %%
import smtplab

smtplab.edition_differences()

# %% [markdown]
# Most of it is the same.
# The changes stand in few places. Here they are as a table.

# %%
smtplab.frame("sequences", difference=True)

# %% [markdown]
# Two of them only tidy up.
# 502 for `EHLO` was in RFC 2821 already, in section 4.1.4; its list had left it out.
# And 550 stood there twice for `RCPT`.
#
# The others you will meet.
#
# ## The same command to two servers
#
# Both servers are the lab's. One follows RFC 2821, one RFC 5321.

# %%
old = smtplab.LoopbackServer(edition=2821).connect()
new = smtplab.LoopbackServer(edition=5321).connect()
print(old.send("EHLO student.example"), new.send("EHLO student.example"), sep="\n\n")

# %% [markdown]
# Both answers to `EHLO` are alike: a server does not tell which edition it follows.
#
# First a parameter that nobody offered. What will the old one say?

# %%
line = "MAIL FROM:<alice@student.example> COLOUR=blue"
smtplab.predict(line, old, wrong=["error-ends-session", "text-decides"], code=True)

# %% [markdown]
# Send it to both.

# %%
print(old.send(line))
print(new.send(line))

# %% [markdown]
# 501 in the old list serves for every bad argument.
# The new list has 555, so a client knows that the parameter is the trouble and can leave it out.
#
# What if a parameter is known, and cannot be honoured today?
# These servers offer delivery reports, and the part that writes them is down.

# %%
for edition in (2821, 5321):
    server = smtplab.LoopbackServer(edition=edition, extensions=("DSN",))
    server.change(reports_ready=False)
    client = server.connect()
    client.send("EHLO student.example")
    print(client.send("MAIL FROM:<alice@student.example> RET=HDRS"))

# %% [markdown]
# 451 and 455. Both begin with 4: not now.
#
# <details>
# <summary>The parameter as text, at both servers</summary>
#
# ```text
# # RFC 2821
# C: MAIL FROM:<alice@student.example> COLOUR=blue
# S: 501 Parameter COLOUR was not offered
# ```
#
# ```text
# # RFC 5321
# C: MAIL FROM:<alice@student.example> COLOUR=blue
# S: 555 Parameter COLOUR is not recognized
# ```
#
# </details>
#
# ## After the message
#
# Neither lab takes programs in a mail.
# A server learns of the file only from the message. Send both the same, in new sessions.

# %%
old = smtplab.LoopbackServer(edition=2821).connect()
new = smtplab.LoopbackServer(edition=5321).connect()
for client in (old, new):
    client.send("EHLO student.example")
    client.send("MAIL FROM:<alice@student.example>")
    client.send("RCPT TO:<bob@lab.example>")
    client.send("DATA")
    client.send("Subject: Game")
    client.send("Content-Type: application/x-game; name=game.exe")
    client.send("")
    client.send("Play this.")

# %% [markdown]
# What does the dot get?

# %%
smtplab.predict(".", new, wrong=["dot-belongs-to-message", "refused-mail-stays-open"], code=True)

# %% [markdown]
# Send it to both.

# %%
print(old.send("."))
print(new.send("."))

# %% [markdown]
# The old list has no code there for a refusal by policy, so 554, "failed", must do.
# The new list has 550 after the message, and 450 for a refusal that may pass.
#
# One entry went away. May a server say 451 to `DATA`, before it has seen the message?
# In these two, the program that reads all mail cannot be reached.

# %%
for edition in (2821, 5321):
    server = smtplab.LoopbackServer(edition=edition)
    server.change(scanner="unreachable")
    client = server.connect()
    client.send("EHLO student.example")
    client.send("MAIL FROM:<alice@student.example>")
    client.send("RCPT TO:<bob@lab.example>")
    print(client.send("DATA"))

# %% [markdown]
# The old one says 451 at once. The new list has no 451 there, so the new one takes the message first.
# Send that one a message, and the dot.

# %%
client.send("Subject: Greetings")
client.send("")
client.send("Hello Bob.")
client.send(".")

# %% [markdown]
# 451 after the dot: the message was sent, and not accepted.
#
# <details>
# <summary>The refused file as text, at both servers</summary>
#
# ```text
# # RFC 2821
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Game
# C: Content-Type: application/x-game; name=game.exe
# C:
# C: Play this.
# C: .
# S: 554 Refused by policy: a file of kind .exe is attached
# ```
#
# ```text
# # RFC 5321
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Game
# C: Content-Type: application/x-game; name=game.exe
# C:
# C: Play this.
# C: .
# S: 550 Refused by policy: a file of kind .exe is attached
# ```
#
# </details>
#
# ## A host that never takes mail
#
# A weather station has a name and no mailboxes, and never will have.
# How does it say so when somebody connects?

# %%
for edition in (2821, 5321):
    server = smtplab.LoopbackServer(edition=edition)
    server.change(never_takes_mail=True)
    print(server.connect().greeting)

# %% [markdown]
# 554 could mean many things. 521 means this one: do not come back.
# It came with RFC 7504, and so did 556, which says the same of a recipient's domain.

# %%
old = smtplab.LoopbackServer(edition=2821).connect()
new = smtplab.LoopbackServer(edition=5321).connect()
for client in (old, new):
    client.send("EHLO student.example")
    client.send("MAIL FROM:<alice@student.example>")
    print(client.send("RCPT TO:<bob@no-mail.example>"))

# %% [markdown]
# The relay knows of a domain that it takes no mail, and says so.
#
# A client written in 2001 has never heard of 521, 555 and 556.
# What does it do with them? To smtplab 559 is such a code, since no RFC names it.
# Ask what its digits say.

# %%
smtplab.explain("559 No mail of this kind", command="RCPT")

# %% [markdown]
# The first digit, 5, says no, and that is enough to act on.
# So a new code breaks no old client, and the editions live side by side.
#
# ## Which one do servers follow?
#
# RFC 5321 replaced RFC 2821 in October 2008, so nobody builds by RFC 2821 any more.
# In practice you meet both, and servers that follow neither in some point.
#
# - The cards speak of a source page. It is "The Meaning of the Numbers" by Christian Dencker, of 2010.
# - It has the list of RFC 2821 with its 53 entries.
#   It has none of 455, 555, 521, 556, and none of the codes of TLS and login.
# - smtplab follows RFC 2821 unless you write `edition=5321`.
#
# Codes of the extensions, such as 235 and 454, stand in neither list. Each extension's RFC has its own.
#
# ## Your turn
#
# Change the command and see whether the editions differ. Most answers will be the same.

# %%
old = smtplab.LoopbackServer(edition=2821).connect()
new = smtplab.LoopbackServer(edition=5321).connect()
command = "HELP COLOUR"
print(old.send(command))
print(new.send(command))

# %% [markdown]
# ## What you saw
#
# - RFC 5321 lists 58 replies, RFC 2821 53. Added: 502 for `EHLO`, 455, 555, and 450 and 550 after the message.
# - RFC 7504 adds 521, a host that never takes mail, and 556, a domain that takes none.
# - The first digit is enough to act on any of them, so old clients and new servers get along.
#
# **Words:** *obsolete*.
#
# **Next:** [07 When things go wrong](07_when_things_go_wrong.ipynb): replies that are lost, late, or make no sense.

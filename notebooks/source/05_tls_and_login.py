# %% [markdown]
# # 05 TLS and login
#
# **Who can read what you send, and how does the server know who you are?**
#
# After this lesson you can
#
# - read the name and the password in a login that was overheard;
# - encrypt a session with `STARTTLS`, and say what the server forgets then;
# - say what a client does with a bad certificate;
# - tell seven answers about a login apart.
#
# **RFC 2821:** section 7.1. **The extensions' own:** RFC 3207 (STARTTLS), sections 4 to 6; RFC 4954 (AUTH),
# sections 4 and 6. **Time:** 20 minutes. **Before:** lesson 04.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# ## A login that anybody can read
#
# Nothing in lessons 00 to 04 proved who you are.
# With the extension `AUTH` you log in, by a name and a password.
# These people of the lab have one:
#
# | Name | Password | |
# |---|---|---|
# | bob | builder | may log in as he likes |
# | anna | apple | may never show her password |
# | otto | orange | his password comes from an old system |
# | grace | garden | her directory cannot be read today |
#
# Log in as Bob.

# %%
import smtplab

server = smtplab.LoopbackServer(extensions="all", edition=5321)
client = server.connect()
client.send("EHLO student.example")
client.login("bob", "builder")

# %% [markdown]
# 235: you are in.
# `PLAIN`, which `login` used, is a *mechanism*: a way to say name and password.
# What went over the wire?

# %%
smtplab.logins(client.transcript)

# %% [markdown]
# smtplab hides passwords from whoever looks over your shoulder.
# The wire hides nothing. Here is the line as it was sent.

# %%
smtplab.logins(client.transcript, reveal=True)

# %% [markdown]
# `AGJvYgBidWlsZGVy` looks secret. It is *base64*: a way to write any octets with letters.
# Does it take a key to read it?

# %%
import base64

base64.b64decode("AGJvYgBidWlsZGVy")

# %% [markdown]
# No key, one line of Python.
# Base64 is no encryption.
#
# Somebody on the way may copy each octet; call that person the *listener*.
# `overheard` gives what the listener has. Is the password in it?

# %%
"AGJvYgBidWlsZGVy" in str(client.transcript.overheard())

# %% [markdown]
# <details>
# <summary>This login as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: AUTH PLAIN AGJvYgBidWlsZGVy
# S: 235 2.7.0 Welcome, Bob Baker
# ```
#
# </details>
#
# ## Now encrypt
#
# *TLS*, Transport Layer Security, encrypts a connection.
# `STARTTLS` asks for it. Open a new session, and guess what comes.

# %%
client = server.connect()
client.send("EHLO student.example")
smtplab.predict("STARTTLS", client, code=True)

# %% [markdown]
# Send it.

# %%
client.send("STARTTLS")

# %% [markdown]
# Behind the 220 both sides agreed on keys, unseen here. That is called the *handshake*.
# You said `EHLO` already. What about `MAIL` now?

# %%
line = "MAIL FROM:<alice@student.example>"
smtplab.predict(line, client, wrong=["ehlo-survives-tls", "error-ends-session"], code=True)

# %% [markdown]
# Send it.

# %%
client.send("MAIL FROM:<alice@student.example>")

# %% [markdown]
# 503: after the handshake the server has forgotten all that it knew.
# What was said before it may have come from somebody else, so none of it counts.
# Say `EHLO` again.

# %%
client.send("EHLO student.example")

# %% [markdown]
# One line is gone: `STARTTLS`, since TLS is up.
# Log in once more. Will the listener find the password this time?

# %%
client.login("bob", "builder")
"AGJvYgBidWlsZGVy" in str(client.transcript.overheard())

# %% [markdown]
# You saw the login, and the listener did not.
# In what was overheard, `C|` marks octets that are no text. This cell shows all that stands before the first.

# %%
heard = str(client.transcript.overheard())
print(heard.partition("C| ")[0].rstrip())

# %% [markdown]
# Behind the 220 come octets that mean nothing without the keys.
#
# TLS protects this connection, and no more.
# The server reads your mail, and sends it on over other connections.
#
# <details>
# <summary>This talk as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: STARTTLS
# S: 220 2.0.0 Ready to start TLS
# -- tls
# C: MAIL FROM:<alice@student.example>
# S: 503 Send EHLO or HELO first
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
# S: 250-AUTH PLAIN LOGIN CRAM-MD5
# S: 250-VRFY
# S: 250-EXPN
# S: 250 HELP
# C: AUTH PLAIN AGJvYgBidWlsZGVy
# S: 235 2.7.0 Welcome, Bob Baker
# ```
#
# </details>
#
# ## If you like: a look with Wireshark
#
# Wireshark is a program that shows what goes over a wire.
# `write_pcap` writes what the listener has into a file for it.

# %%
import tempfile

folder = tempfile.TemporaryDirectory()
capture = smtplab.write_pcap(client.transcript, folder.name + "/session.pcapng")
capture.name

# %% [markdown]
# `print(capture)` tells where the file is; it goes when the kernel stops.
# The addresses in it are made up, since all this happened inside your computer.
#
# ## Is it the right server?
#
# Encrypted, but with whom?
# In the handshake the server shows a *certificate*: its name, signed by somebody whom you trust.
# Here are three bad ones. What will the client do?

# %%
for fault in ("expired", "wrong name", "self-signed"):
    server.change(certificate=fault)
    client = server.connect()
    client.send("EHLO student.example")
    print(client.send("STARTTLS"))

# %% [markdown]
# It hangs up, before any password is said.
# Why does it not go on in the clear?
# Because a bad certificate may be the work of somebody on the way, who waits for exactly that.
#
# Now what not to do: `verify=False` leaves the check out.
# The handshake with the same bad certificate then succeeds.

# %%
client = server.connect(verify=False)
client.send("EHLO student.example")
client.send("STARTTLS")

# %% [markdown]
# 220, and TLS is up, but the certificate was not checked.
# All is encrypted, and you do not know for whom. So leave the check on.
#
# ## What was said ahead of TLS
#
# Somebody on the way cannot read TLS, but can add lines before it begins.
# Here a `MAIL` was glued behind your `STARTTLS`, in one group.
# How many replies will come? Decide, then run the cell.

# %%
server.change(certificate="valid")
client = server.connect()
client.send("EHLO student.example")
replies = client.send_group("STARTTLS", "MAIL FROM:<mallory@student.example>")
len(replies)

# %% [markdown]
# One: the server threw the added line away.
# After the handshake nothing of it is left.

# %%
client.start_tls()
client.send("EHLO student.example")
client.session

# %% [markdown]
# Servers that kept such lines took them for yours. That is called *command injection*.
#
# ## Seven answers about a login
#
# Open a new session, in the clear. Bob comes first, with a wrong password, `buildes`.
# The line says his name and that password in base64.

# %%
import smtplab

server = smtplab.LoopbackServer(extensions="all", edition=5321)
client = server.connect()
client.send("EHLO student.example")
line = "AUTH PLAIN AGJvYgBidWlsZGVz"
smtplab.predict(line, client, wrong=["auth-proves-from-header", "error-ends-session"], code=True)

# %% [markdown]
# Send it.

# %%
client.send(line)

# %% [markdown]
# 535: name and password do not fit.
# Now Anna, with the right password.

# %%
client.login("anna", "apple")

# %% [markdown]
# 534: the mechanism is too weak for her, whatever the password.
# `PLAIN` shows the password to the server too, and for Anna a rule forbids that, inside TLS as well.
# TLS keeps a password from the listener only.
#
# `CRAM-MD5` is another mechanism.
# The server gives a number that it never gave before.
# The client mixes number and password, and sends only the mix.

# %%
client = server.connect()
client.send("EHLO student.example")
client.login("anna", "apple", "CRAM-MD5")

# %% [markdown]
# Is her password anywhere in what was said?

# %%
"apple" in str(smtplab.logins(client.transcript, reveal=True))

# %% [markdown]
# It is not. The mix went over the wire; next time it will be another.
# A listener can still try guesses until one gives the same mix. Inside TLS there is no mix to hear.
#
# Otto tries `CRAM-MD5` too.

# %%
client = server.connect()
client.send("EHLO student.example")
client.login("otto", "orange", "CRAM-MD5")

# %% [markdown]
# 432: his password must first be stored in a new form.
# One login with `PLAIN` does it, and should be done inside TLS.
#
# And Grace?

# %%
client.login("grace", "garden")

# %% [markdown]
# 454: the server cannot look her up now. She made no mistake, and later the same may work.
#
# A site can also make rules. This one takes no readable password in the clear.

# %%
server.change(login_needs_tls=True)
client = server.connect()
client.send("EHLO student.example")
client.login("bob", "builder")

# %% [markdown]
# 538: encrypt first. But the password had been sent, and the listener has it.
# A careful client looks at the `AUTH` line first; there `PLAIN` was missing.
#
# Another rule: no mail without a login. What does `MAIL` get?

# %%
server.change(login_needs_tls=False, needs_login=True)
client = server.connect()
client.send("EHLO student.example")
line = "MAIL FROM:<alice@student.example>"
smtplab.predict(line, client, wrong=["from-header-is-sender", "ehlo-is-login"], code=True)

# %% [markdown]
# Send it.

# %%
client.send("MAIL FROM:<alice@student.example>")

# %% [markdown]
# 530: log in first. It does not say that a password was wrong; you gave none.

# %%
client.login("bob", "builder")
client.send("MAIL FROM:<alice@student.example>")

# %% [markdown]
# Bob logged in, and the sender is Alice: this server does not compare the two.
# A login says who sends. The From line may still name anybody.
#
# The seven in one table, with the 334 of a login that takes several lines:
#
# | Code | The server says | The client then |
# |---|---|---|
# | 235 | you are in | goes on |
# | 334 | more please | sends the next line of the login |
# | 432 | your password must change its form | logs in once with `PLAIN`, inside TLS |
# | 454 | I cannot tell now | tries later |
# | 530 | log in first, or encrypt first | does so |
# | 534 | this mechanism is too weak | takes another |
# | 535 | name and password do not fit | asks the user |
# | 538 | not in the clear | sends `STARTTLS` first |
#
# <details>
# <summary>Some of these as text</summary>
#
# ```text
# C: EHLO student.example
# ...
# C: AUTH PLAIN AGJvYgBidWlsZGVz
# S: 535 5.7.8 Name or password is wrong
# C: AUTH PLAIN AGFubmEAYXBwbGU=
# S: 534 5.7.9 PLAIN is too weak for this user; use CRAM-MD5
# C: AUTH PLAIN AGdyYWNlAGdhcmRlbg==
# S: 454 4.7.0 The directory of passwords cannot be read; try later
# ```
#
# </details>
#
# ## Your turn
#
# This console is connected to a server that offers everything.
#
# 1. Log in as Otto with `CRAM-MD5`. Get a 432, then get in.
# 2. Log in by `LOGIN`: it takes three lines. What do the two questions say?
# 3. Start TLS in the middle of a mail. Why must that be refused?

# %%
import smtplab

console = smtplab.Console(extensions="all", edition=5321)
console

# %% [markdown]
# ## What you saw
#
# - Base64 hides nothing: whoever hears a login by `PLAIN` or `LOGIN` has the password. TLS, or `CRAM-MD5`, keeps it.
# - After the TLS handshake all is forgotten; say `EHLO` again. Lines sent ahead of it are thrown away.
# - A certificate that is bad ends the session. A code says why a login failed, and what may help.
#
# **Words:** *mechanism*, *base64*, *listener*, *TLS*, *handshake*, *certificate*, *command injection*.
#
# **Next:** [06 Two editions](06_two_editions.ipynb): what changed in 2008.

# %% [markdown]
# # 02 Envelope and header
#
# **Who gets a mail, and who sent it: whom does the server believe?**
#
# After this lesson you can
#
# - tell the envelope of a mail from its header, and explain two different Froms;
# - send a blind copy, and say why nobody sees it;
# - end a message with a dot, and send a dot that does not end it;
# - say what the 250 after the dot promises, and what it does not.
#
# **RFC 2821:** sections 2.3.1, 3.3, 4.1.1.4, 4.2.5, 4.5.2, 6.1 and 7.2. **Time:** 20 minutes.
# **Before:** lessons 00 and 01.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# ## Two senders
#
# Begin a mail as in lesson 00.

# %%
import smtplab

server = smtplab.LoopbackServer()
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")

# %% [markdown]
# What the server knows now is called the *envelope*: one sender, one or more recipients.
# Like a paper envelope, it is for those who carry the mail.
#
# After `DATA` comes the letter inside.
# It begins with the *header*: lines with a name, a colon and a text.

# %%
client.send("DATA")
client.send("From: Santa Claus <santa@north.example>")
client.send("To: children@north.example")
client.send("Subject: Gifts")

# %% [markdown]
# An empty line ends the header.
# What follows it is the *body*.

# %%
client.send("")
client.send("Ho ho ho.")

# %% [markdown]
# The envelope says Alice and Bob; the header says Santa Claus and children.
# What will the server say to the final dot?

# %%
smtplab.predict(".", client)

# %% [markdown]
# Send the dot.

# %%
client.send(".")

# %% [markdown]
# The server took it.
# Compare both parts of the mail.

# %%
server.messages[-1]

# %% [markdown]
# The server never compared them.
# It asked the envelope alone where to send the mail.
# So Bob has it, and no child has.
# Bob's mail program shows him the header, and Santa Claus in it.
#
# The sender of the envelope has a name in the RFC: *reverse-path*.
# When something goes wrong later, the note about it goes back along this path.
#
# <details>
# <summary>This talk as text</summary>
#
# ```text
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: From: Santa Claus <santa@north.example>
# C: To: children@north.example
# C: Subject: Gifts
# C:
# C: Ho ho ho.
# C: .
# S: 250 Message accepted: 98 octets for 1 recipient
# ```
#
# </details>
#
# ## A blind copy
#
# Alice writes to Bob. Anna shall read it too, but Bob must not know.
# That is a *blind copy* (Bcc).
# You name both in the envelope and only Bob in the header.

# %%
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
client.send("RCPT TO:<anna@lab.example>")

# %% [markdown]
# After `DATA`, `send_message` sends a whole message: header, body and the dot.

# %%
client.send("DATA")
client.send_message("From: alice@student.example\nTo: bob@lab.example\nSubject: Party\n\nAt eight.\n")
server.messages[-1]

# %% [markdown]
# Two recipients in the envelope, one in the header.
# Both get the same letter, and Anna's name is not in it.
#
# So a mail program must not send a header line `Bcc:` along.
# The server would not take it out (RFC 2821, 7.2).
#
# ## The dot
#
# A line with a single dot ends the message.
# What if your text needs such a line in the middle?

# %%
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
client.send("DATA")
client.send("First part")
client.send(".")

# %% [markdown]
# You meant the dot as text; for the server the mail is over.
# What will it make of your next line of text?

# %%
smtplab.predict("Second part", client)

# %% [markdown]
# Send it.

# %%
client.send("Second part")

# %% [markdown]
# The server reads commands again, and knows none called `Second`.
#
# The cure has two halves.
# A program that sends doubles each dot at the start of a line.
# The server takes one of the two away.
# The RFC calls this *transparency*: any text gets through.
#
# `send_message` does its half, as any mail program does.

# %%
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
client.send("DATA")
client.send_message("Subject: Dots\n\nFirst part\n.\nSecond part\n")

# %% [markdown]
# Look at the wire first.

# %%
client.transcript

# %% [markdown]
# Near the end the line with your dot has two of them.
# And what does Bob get?

# %%
server.messages[-1]

# %% [markdown]
# One dot, as you wrote it.
#
# <details>
# <summary>Both talks as text</summary>
#
# ```text
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: First part
# C: .
# S: 250 Message accepted: 12 octets for 1 recipient
# C: Second part
# S: 500 Command not recognized: SECOND
# C: MAIL FROM:<alice@student.example>
# S: 250 Sender accepted: <alice@student.example>
# C: RCPT TO:<bob@lab.example>
# S: 250 Recipient accepted: <bob@lab.example>
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Dots
# C:
# C: First part
# C: ..
# C: Second part
# C: .
# S: 250 Message accepted: 45 octets for 1 recipient
# ```
#
# </details>
#
# ## The QUIT that became mail
#
# After 354 each line is text, whatever it says.
# Begin another mail, and leave without the dot.

# %%
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
client.send("DATA")
client.send("I am going now.")

# %% [markdown]
# What will the server answer to `QUIT`?

# %%
smtplab.predict("QUIT", client)

# %% [markdown]
# Send it.

# %%
client.send("QUIT")

# %% [markdown]
# No reply: your `QUIT` is a line of the mail.
# Where does the session stand?

# %%
smtplab.state_diagram(client)

# %% [markdown]
# Still in the message. Only the dot leads out.

# %%
client.send(".")
server.messages[-1]

# %% [markdown]
# There it is, in Bob's mail.
#
# <details>
# <summary>This talk as text</summary>
#
# ```text
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: I am going now.
# C: QUIT
# C: .
# S: 250 Message accepted: 23 octets for 1 recipient
# ```
#
# </details>
#
# ## 250 is not delivered
#
# What does the 250 after the dot promise?
# From now on the server is *responsible*: it must deliver the mail or report that it could not.
# Until then the mail was yours to keep.
#
# First see what happens without it.
# This client leaves in the middle of a message.

# %%
before = len(server.messages)
client = server.connect()
client.send("EHLO student.example")
client.send("MAIL FROM:<alice@student.example>")
client.send("RCPT TO:<bob@lab.example>")
client.send("DATA")
client.send("This will never")
client.close()
len(server.messages) - before

# %% [markdown]
# No new mail: without the dot and its 250, the server keeps nothing.
#
# And with the 250? Bob's disk may still fail.
# Then the server writes a note to the reverse-path, called a *bounce*.
# A bounce must not cause another bounce, so its own sender is empty.

# %%
client = server.connect()
client.send("EHLO student.example")
smtplab.predict("MAIL FROM:<>", client)

# %% [markdown]
# Send it.

# %%
client.send("MAIL FROM:<>")

# %% [markdown]
# The empty sender is no mistake. It is called the *null reverse-path*.
#
# When the server lays a mail in the mailbox, it writes the reverse-path on top.
# So Bob can find the sender of the envelope after all.

# %%
print(server.messages[0].delivered.decode())

# %% [markdown]
# Look at `Return-Path`: there is Alice, above Santa Claus.

# %% [markdown]
# ## What you saw
#
# - The envelope decides who gets a mail; the header is only text. They may differ; SMTP does not compare them.
# - After 354 all is text, `QUIT` too. A line with a single dot ends it, and other such lines get a second dot.
# - 250 after the dot means that the server is responsible now. It does not mean that Bob has the mail.
#
# **Words:** *envelope*, *header*, *body*, *reverse-path*, *blind copy*, *transparency*, *responsible*, *bounce*,
# *null reverse-path*.
#
# **Next:** [03 Order of commands](03_order_of_commands.ipynb): which command may come when.

# %% [markdown]
# # Instructor's demo
#
# **Ten minutes to prepare, then 10, 25 or 45 minutes at the projector.**
#
# Run the first cell below. Everything else happens on the desk, with mouse or keyboard.
# Choose a script: each names what you type, what you ask, and what you will see.
# In full screen you cannot read it: print this page (*File → Print…*), or open it on a second device.
#
# - [10 minutes: one mail, one refusal](#10-minutes)
# - [25 minutes: not now, no, and the lost 250](#25-minutes)
# - [45 minutes: a lesson in which the class answers first](#45-minutes)
#
# > **It says `No module named 'smtplab'`?** Choose *Kernel → Change Kernel* and take *Python 3*.
# > If that does not help, start Jupyter again with `smtplab lab`.

# %% [markdown]
# ## The desk
#
# Its own *Full screen* gives the desk most room. Press it again, or Escape, to leave.
# Run the cell again whenever you want to begin afresh.

# %% desk
import smtplab

board = smtplab.desk()
board

# %% [markdown]
# What is where:
#
# | On the desk | What it does |
# |---|---|
# | *Console* | type a line, or press a command's button and change the line; Enter sends |
# | *Hide replies*, *Reveal* | what comes back stays hidden until you reveal it; Enter reveals |
# | *Ask the class* | asks about the line that stands there: type in the hands, then *Reveal* |
# | *New session* | hangs up and connects again; faults that are set stay |
# | *Faults*, at the right | unfold it, choose one, change its text, Enter sets it; *Clear* takes it away |
# | *Choose a scenario*, *Open* | a session to play: Page Down is next, Page Up is back, as on a remote control |
# | *Go back here*, in the record | shows when the pointer is over a reply; by keyboard Tab and the arrows |
# | *More words* | the whole explanation, the envelope, and who says so |
#
# The class sees all that you see, the words of a fault and *Notes* of a scenario too. Fold *Faults* once one is set.
# Notes for you alone: `smtplab scenario run two_recipients --notes` in a terminal.
#
# A fault can be ready before the class comes:

# %% fault
board.console.server.faults.add("RCPT#2 -> 452 4.5.3 Too many recipients")
print(board.console.server.faults)

# %% [markdown]
# `RCPT#2` is the second recipient of each mail. The reply is forced, and the desk says so.
# To take it away again:

# %% clear
board.console.server.faults.clear()

# %% [markdown]
# ## 10 minutes
#
# **One mail, one refusal.** For a class that has never seen SMTP.
#
# | Minute | Do | Ask or say |
# |---|---|---|
# | 0 | Show the desk. The greeting stands there. | "Who spoke first?" The server: 220. |
# | 1 | `EHLO student.example` | "Five lines came. How many replies?" One: only the last has a blank behind 250. |
# | 2 | `MAIL FROM:<alice@student.example>` | "Where are we now?" Look at the picture. |
# | 3 | Write `RCPT TO:<carol@lab.example>`. No Enter: press *Ask the class*. | Yes, more please, not now, or no? Type in the hands, *Reveal*: 450. |
# | 5 | Back to *Console*: `RCPT TO:<bob@lab.example>` | "Is the mail lost because Carol is busy?" No: each recipient has an answer. |
# | 6 | `DATA`, then *Send message*. | "354: is that an error?" No: more please. |
# | 8 | Look at the 250 after the dot. | "Has Bob read it?" No. The server is responsible now. |
# | 9 | `QUIT` | The two digits to keep: the first says what to do, the second what it is about. |

# %% [markdown]
# ## 25 minutes
#
# **Not now, no, and the lost 250.** For a class that knows one mail.
#
# | Minute | Do | Ask or say |
# |---|---|---|
# | 0 | Open the scenario *Two recipients, two fates* and play it. | Let the class answer each question before you go on. |
# | 6 | Open *Not now: greylisting, and coming back*. | "Why would a server say no to a stranger, and yes half an hour later?" |
# | 12 | Back to *Console*. *Faults*, *Lost after the dot*, Enter; fold it. *Hide replies*. | "Something will go wrong. Watch." |
# | 13 | `EHLO`, `MAIL`, `RCPT` for Bob, `DATA`, *Reveal* each; *Send message*. | "Say that nothing came back. Does Bob have the mail?" Take a vote. |
# | 16 | *Reveal*. Read the line *Two views*. | The server took charge. The client cannot know. |
# | 18 | *Hide replies* again, so that it is off. *New session*, the same mail once more. | "What does Bob see?" Two mails: better twice than never. |
# | 21 | Open *The lost 250, and the mail that came twice*; the End key goes to its last step. | "Whose mistake was it?" Nobody's. Two messages stand behind *Messages taken*. |
# | 24 | | One sentence at the door: "Whose job is the mail after the 250?" |

# %% [markdown]
# ## 45 minutes
#
# **A lesson in which the class answers first.** *Hide replies* is on from the start.
#
# | Minute | Do | Ask or say |
# |---|---|---|
# | 0 | *Hide replies*. `EHLO student.example`, Enter, *Reveal*. | Each time: "Yes, more please, not now, or no?" |
# | 4 | `RCPT TO:<bob@lab.example>` too early, *Ask the class*. | 503. "Is the service unavailable?" That is HTTP. Here: wrong moment. |
# | 9 | `MAIL`, `RCPT` for Bob, Carol, Zoe; reveal each. | Three fates on the board: 250, 450, 550. Who gets a second try? |
# | 15 | *Go back here* at the reply to `MAIL`. Send `RSET` instead, *Reveal*. | "What would have been?" *Compare the two futures*. |
# | 20 | Open *The QUIT that became mail*. | "Does QUIT hang up?" Not inside a message. |
# | 26 | Open *The header lies*. | "Which of the two senders does the server believe?" |
# | 33 | *Console*: `MAIL` again. *Faults*, *452 to RCPT*, Enter; fold it. `RCPT` for Bob, *Reveal*. | "The mailbox is full?" No: 452 is the server's own storage, or too many at once. |
# | 37 | Open *A slow server and an impatient client*. | "How long should a client wait?" RFC 2821: five minutes for `MAIL`, ten after the dot. |
# | 42 | *Console*, *Faults*, *Clear*. *Hide replies* off. | At the door: "Name one reply that is not an error although it is no 2." |
#
# A teacher's plan, in which learners work on their own machines, comes with `smtplab course --teacher DIR`.

# %% [markdown]
# ## What can go wrong
#
# | You see | Why | Do this |
# |---|---|---|
# | an empty or red box | the page lost its kernel | run the cell of the desk again |
# | a reply that you did not plan | a fault is still set | *Faults*, *Clear* |
# | 503 where a 250 should be | the session stands elsewhere: see the picture | `RSET`, or *New session* |
# | nothing comes | a fault says silence or delay | *Faults*, *Let time pass*; or *New session* |
# | *What came back is hidden.* | *Hide replies* is on | *Reveal* |
# | Page Down does nothing | no scenario is in front | press *Scenario* |
#
# Nothing leaves this machine: no mail, and no count of hands. The desk closes with its kernel, or by `board.close()`.

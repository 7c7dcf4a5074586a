# %% [markdown]
# # Exercise 05 When to try again
#
# **What does a client do next, when all it knows is what it heard?**
#
# In this exercise you
#
# - decide for nine sessions that ended badly, or seemed to;
# - say how long a client waits, and how often it tries;
# - write faults that make a given session happen;
# - lose a 250 in such a way that a mail comes twice.
#
# **RFC 2821:** sections 3.9, 4.2.1, 4.2.5, 4.5.3.2 and 4.5.4.1. **Time:** 30 minutes. **Before:** lesson 07.
#
# Decide first; play it yourself afterwards if you like.
# `None` means "no answer yet": replace it, and delete the line that begins with `raise`.
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
# ## Task 05.1: what now?
#
# Alice writes to Ines. Nine times you see how the session ended, and all else went well.
# `-- lost` means that the connection is gone, `-- 600 s` that ten minutes passed.
# The client hears no more than this.
#
# ```text
# 1:
#    C: MAIL FROM:<alice@student.example>
#    S: 452 No room today
#
# 2:
#    C: RCPT TO:<ines@north.example>
#    S: 553 Not a name that we have
#
# 3:
#    C: The rent is 300
#    -- lost
#
# 4:
#    C: The rent is 300.
#    C: .
#    -- lost
#
# 5:
#    C: The rent is 300.
#    C: .
#    S: 250 We have it
#    -- lost
#
# 6:
#    C: MAIL FROM:<alice@student.example> COLOUR=blue
#    S: 555 What is COLOUR?
#
# 7:
#    C: RCPT TO:<ines@north.example>
#    S: 473 Gladly, with pleasure
#
# 8:
#    C: The rent is 300.
#    C: .
#    S: 578 Thank you for your letter
#
# 9:
#    C: The rent is 300.
#    C: .
#    -- 600 s
# ```
#
# What does the client do now? Write the letter from the table behind each number, for example `"A"`.
#
# | Letter | Now |
# |---|---|
# | A | nothing: the mail is the other server's task |
# | B | try the same mail again later |
# | C | try the same mail again later; it may then arrive twice |
# | D | give up for Ines, and report it to Alice |
# | E | send the line again at once, without the word behind the address |

# %% fates tags=["answer"]
fates = {
    "1": None,
    "2": None,
    "3": None,
    "4": None,
    "5": None,
    "6": None,
    "7": None,
    "8": None,
    "9": None,
}
### BEGIN SOLUTION
fates = {
    "1": "B",
    "2": "D",
    "3": "B",
    "4": "C",
    "5": "A",
    "6": "E",
    "7": "B",
    "8": "D",
    "9": "C",
}
### END SOLUTION

# %% [markdown]
# Check it. For a hint, change `hint=0` to 1, 2 or 3.

# %% fates-check
smtplab.check("05.1", fates, hint=0)

# %% [markdown]
# ## Task 05.2: how long?
#
# RFC 2821 names the least time that a client should wait.
# Write whole numbers: four times minutes, and once days.

# %% times tags=["answer"]
times = {
    "minutes, the reply to MAIL": None,
    "minutes, the 354": None,
    "minutes, the reply to the dot": None,
    "minutes, until the next try": None,
    "days, until it gives up": None,
}
### BEGIN SOLUTION
times = {
    "minutes, the reply to MAIL": 5,
    "minutes, the 354": 2,
    "minutes, the reply to the dot": 10,
    "minutes, until the next try": 30,
    "days, until it gives up": 4,
}
### END SOLUTION

# %% [markdown]
# Check it.

# %% times-check
smtplab.check("05.2", times, hint=0)

# %% [markdown]
# ## Task 05.3: make it happen
#
# A *fault* is one line: when, an arrow, and what.
#
# | Fault | What it does |
# |---|---|
# | `RCPT -> 451 Not today` | each `RCPT` gets this reply |
# | `RCPT#1 per mail -> 451 Not today` | the first `RCPT` of each mail |
# | `RCPT#1 per session -> 451 Not today` | the first `RCPT` of each session |
# | `RCPT#1 per server -> 451 Not today` | the first `RCPT` of all |
# | `RCPT to bob@lab.example -> 451 Not today` | each `RCPT` for Bob |
# | `DATA -> drop before` | the server decides, and the connection is lost before the reply to `DATA` |
# | `DATA -> drop after` | the reply comes, and the connection is lost behind it |
#
# `DATA-END` stands for the dot. Write a fault that makes this session happen, at a server that has Anna's mailbox.
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
# C: RCPT TO:<anna@lab.example>
# S: 452 Too many recipients
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Lunch
# C:
# C: At noon?
# C: .
# S: 250 Message accepted: 28 octets for 1 recipient
# ```
#
# You may try it here first: unfold *Faults*, write the line, press Enter, and talk.

# %% make-452-try
console = smtplab.Console(edition=5321)
console

# %% [markdown]
# Put your fault between the quotes. Any fault that makes this session happen will do.

# %% make-452 tags=["answer"]
make_452 = """

"""
### BEGIN SOLUTION
make_452 = """
RCPT#2 -> 452 Too many recipients
"""
### END SOLUTION

# %% [markdown]
# Check it. Your fault is set in a server, and the session is played.

# %% make-452-check
smtplab.check("05.3", make_452, hint=0)

# %% [markdown]
# ## Task 05.4: the same mail twice
#
# Two sessions, one after the other, with the same server. The first ends like this:
#
# ```text
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Lunch
# C:
# C: At noon?
# C: .
# -- lost
# ```
#
# The second goes well:
#
# ```text
# C: DATA
# S: 354 Send the message; end with a line that holds a single dot
# C: Subject: Lunch
# C:
# C: At noon?
# C: .
# S: 250 Message accepted: 28 octets for 1 recipient
# ```
#
# Afterwards Bob has the mail twice. Write a fault that does it.

# %% make-twice tags=["answer"]
make_twice = """

"""
### BEGIN SOLUTION
make_twice = """
DATA-END#1 per server -> drop before
"""
### END SOLUTION

# %% [markdown]
# Check it. Both sessions are played, and then the mails are counted.

# %% make-twice-check
smtplab.check("05.4", make_twice, hint=0)

# %% [markdown]
# ## Your points
#
# Each cell gives the points of one task. First task 05.1, of 9 points.

# %% fates-points tags=["test"] points=9
smtplab.check("05.1", fates).points

# %% [markdown]
# Task 05.2, of 5 points.

# %% times-points tags=["test"] points=5
smtplab.check("05.2", times).points

# %% [markdown]
# Task 05.3, of 3 points.

# %% make-452-points tags=["test"] points=3
smtplab.check("05.3", make_452).points

# %% [markdown]
# Task 05.4, of 5 points.

# %% make-twice-points tags=["test"] points=5
smtplab.check("05.4", make_twice).points

# %% [markdown]
# **Words:** *greylisting*, *queue*, *fault*.
#
# **Next:** the console of lesson 07, or a scenario: `smtplab.Player("lost_connections")`.

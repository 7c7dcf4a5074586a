# %% [markdown]
# # Exercise 01 Decode replies
#
# **What does a reply tell a mail program, even one it has never seen?**
#
# In this exercise you
#
# - read the first and the second digit of reply codes;
# - say what a mail program does next;
# - find where a reply ends that has several lines;
# - read an enhanced status code part by part.
#
# **RFC 2821:** sections 4.2 and 4.2.1. **Time:** 20 minutes. **Before:** lesson 01.
#
# Each task has a cell for your answer and a cell that checks it.
# Run both with Shift+Enter, as often as you like.
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
# ## Task 01.1: the first digit
#
# What does each code say?
# Write `"yes"`, `"more"`, `"not now"` or `"no"`.
# For example, 221 says `"yes"`.

# %% first-digit tags=["answer"]
first_digit = {
    251: None,
    354: None,
    452: None,
    553: None,
}
### BEGIN SOLUTION
first_digit = {251: "yes", 354: "more", 452: "not now", 553: "no"}
### END SOLUTION

# %% [markdown]
# Check it. For a hint, change `hint=0` to 1, 2 or 3.

# %% first-digit-check
smtplab.check("01.1", first_digit, hint=0)

# %% [markdown]
# ## Task 01.2: the second digit
#
# What is each reply about?
# Write `"syntax"`, `"information"`, `"connection"` or `"mail"`.
# For example, 220 is about the `"connection"`.

# %% second-digit tags=["answer"]
second_digit = {
    214: None,
    421: None,
    500: None,
    552: None,
}
### BEGIN SOLUTION
second_digit = {214: "information", 421: "connection", 500: "syntax", 552: "mail"}
### END SOLUTION

# %% [markdown]
# Check it.

# %% second-digit-check
smtplab.check("01.2", second_digit, hint=0)

# %% [markdown]
# ## Task 01.3: a code never seen
#
# No RFC names these three codes.
# A server sends them all the same, and the mail program must act.
# What does it read in them: `"yes"`, `"more"`, `"not now"` or `"no"`?

# %% never-seen tags=["answer"]
never_seen = {
    298: None,
    471: None,
    577: None,
}
### BEGIN SOLUTION
never_seen = {298: "yes", 471: "not now", 577: "no"}
### END SOLUTION

# %% [markdown]
# Check it.

# %% never-seen-check
smtplab.check("01.3", never_seen, hint=0)

# %% [markdown]
# ## Task 01.4: what now?
#
# A mail program sent a command and got a reply.
# What does it do now? Write one letter.
#
# - `"A"`: go on with the next command.
# - `"B"`: send the message.
# - `"C"`: keep this copy of the mail and try again later.
# - `"D"`: give up this line; a person must change something.
# - `"E"`: send what is missing, then the same line again.
#
# Here `"450 RCPT"` means: 450 was the reply to `RCPT`.

# %% what-now tags=["answer"]
what_now = {
    "250 MAIL": None,
    "354 DATA": None,
    "450 RCPT": None,
    "550 RCPT": None,
    "503 RCPT": None,
}
### BEGIN SOLUTION
what_now = {"250 MAIL": "A", "354 DATA": "B", "450 RCPT": "C", "550 RCPT": "D", "503 RCPT": "E"}
### END SOLUTION

# %% [markdown]
# Check it.

# %% what-now-check
smtplab.check("01.4", what_now, hint=0)

# %% [markdown]
# ## Task 01.5: where does a reply end?
#
# A mail program sent three commands in one go.
# These six lines came back.
#
# ```text
# 250-lab.example greets student.example
# 250-SIZE 1048576
# 250-VRFY
# 250 HELP
# 250 Sender accepted: <alice@student.example>
# 450 <carol@lab.example>: mailbox is busy; try later
# ```
#
# Write three numbers: how many replies these are, the number of the first reply's last line, and the last reply's code.

# %% several-lines tags=["answer"]
several_lines = {
    "replies": None,
    "last line of the first": None,
    "last code": None,
}
### BEGIN SOLUTION
several_lines = {"replies": 3, "last line of the first": 4, "last code": 450}
### END SOLUTION

# %% [markdown]
# Check it.

# %% several-lines-check
smtplab.check("01.5", several_lines, hint=0)

# %% [markdown]
# ## Task 01.6: enhanced status codes
#
# Some servers put three more numbers behind the code, as in `550 5.1.1`.
# This is an *enhanced status code* (RFC 3463).
# The first number is the class, and repeats the first digit of the reply code.
# The middle number is the subject:
#
# | Number | Subject |
# |---|---|
# | 1 | address |
# | 2 | mailbox |
# | 3 | system |
# | 4 | network |
# | 5 | protocol |
# | 6 | content |
# | 7 | policy |
#
# Here are four replies.
#
# - A: `550 5.1.1 No such user`
# - B: `452 4.2.2 Mailbox full`
# - C: `550 5.7.1 Rejected by policy`
# - D: `450 5.2.1 Mailbox switched off`
#
# Write the subject of A, B and C as a word.
# In one line the two codes do not fit together: write its letter behind `"clash"`.

# %% enhanced tags=["answer"]
enhanced = {
    "A": None,
    "B": None,
    "C": None,
    "clash": None,
}
### BEGIN SOLUTION
enhanced = {"A": "address", "B": "mailbox", "C": "policy", "clash": "D"}
### END SOLUTION

# %% [markdown]
# Check it.

# %% enhanced-check
smtplab.check("01.6", enhanced, hint=0)

# %% [markdown]
# ## Your points
#
# Each cell gives the points of one task. First task 01.1, of 4 points.

# %% first-digit-points tags=["test"] points=4
smtplab.check("01.1", first_digit).points

# %% [markdown]
# Task 01.2, of 4 points.

# %% second-digit-points tags=["test"] points=4
smtplab.check("01.2", second_digit).points

# %% [markdown]
# Task 01.3, of 3 points.

# %% never-seen-points tags=["test"] points=3
smtplab.check("01.3", never_seen).points

# %% [markdown]
# Task 01.4, of 5 points.

# %% what-now-points tags=["test"] points=5
smtplab.check("01.4", what_now).points

# %% [markdown]
# Task 01.5, of 3 points.

# %% several-lines-points tags=["test"] points=3
smtplab.check("01.5", several_lines).points

# %% [markdown]
# Task 01.6, of 4 points.

# %% enhanced-points tags=["test"] points=4
smtplab.check("01.6", enhanced).points

# %% [markdown]
# **Words:** *enhanced status code*, *class*, *subject*.
#
# **Next:** [Exercise 02 Order a session](02_order_a_session.ipynb).

# %% [markdown]
# # Exercise 02 Order a session
#
# **Which line must come before which?**
#
# In this exercise you
#
# - put the lines of a session in order, and run it;
# - take back a recipient with `RSET`;
# - repair a session that never ends.
#
# **RFC 2821:** sections 3.3, 4.1.1.4 and 4.1.1.5. **Time:** 15 minutes. **Before:** lessons 02 and 03.
#
# Each task has a cell for your answer, one that runs it, and one that checks it.
# Every order that does the job is right: your lines are sent to the lab server.
# In the answer cells delete the line that begins with `raise`.
#
# > **It says `No module named 'smtplab'`?** Then this page uses the wrong *kernel*, the Python behind it.
# > Choose *Kernel → Change Kernel* in the menu and take *Python 3*.
# > If that does not help, close Jupyter and start it again with `smtplab lab`.
# > In a checkout of the project write `python3 -m smtplab lab` instead; `make lab` does the same.
# >
# > **It says `is not defined` or `not found`?** Then cells above have not run since the kernel was started.
# > Click on the cell that you want, and choose *Run → Run All Above Selected Cell* in the menu. Then run the cell.

# %% [markdown]
# This cell prepares `send_all`: it sends your lines to a new session and shows what was said.

# %% load
import smtplab

server = smtplab.LoopbackServer()

def send_all(session):
    client = server.connect()
    for line in session.strip().splitlines():
        client.send(line)
    return client.transcript

# %% [markdown]
# ## Task 02.1: one mail for two
#
# Alice sends one mail to Bob and to Anna.
# The lines are all there, but out of order.
# Move them: cut a line and put it where it belongs.

# %% for-two tags=["answer"]
for_two = """
DATA
RCPT TO:<anna@lab.example>
QUIT
Subject: Lunch at noon
EHLO student.example
.
RCPT TO:<bob@lab.example>
MAIL FROM:<alice@student.example>
"""
### BEGIN SOLUTION
for_two = """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<bob@lab.example>
RCPT TO:<anna@lab.example>
DATA
Subject: Lunch at noon
.
QUIT
"""
### END SOLUTION

# %% [markdown]
# Run it. What does the server say to each line?

# %% for-two-run
send_all(for_two)

# %% [markdown]
# Check it. For a hint, change `hint=0` to 1, 2 or 3.

# %% for-two-check
smtplab.check("02.1", for_two, hint=0)

# %% [markdown]
# ## Task 02.2: the wrong recipient
#
# Alice has named Bob, but the mail is for Anna only.
# She takes it back with `RSET` and begins again.
# Use all lines: only Anna may get a mail, and only one.

# %% anna-only tags=["answer"]
anna_only = """
RSET
Subject: For Anna only
MAIL FROM:<alice@student.example>
DATA
RCPT TO:<bob@lab.example>
QUIT
MAIL FROM:<alice@student.example>
EHLO student.example
RCPT TO:<anna@lab.example>
.
"""
### BEGIN SOLUTION
anna_only = """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<bob@lab.example>
RSET
MAIL FROM:<alice@student.example>
RCPT TO:<anna@lab.example>
DATA
Subject: For Anna only
.
QUIT
"""
### END SOLUTION

# %% [markdown]
# Run it.

# %% anna-only-run
send_all(anna_only)

# %% [markdown]
# Check it.

# %% anna-only-check
smtplab.check("02.2", anna_only, hint=0)

# %% [markdown]
# ## Task 02.3: the session that never ends
#
# Alice has sent these lines, and waits.
# No 221 comes, and Bob gets no mail.
# Add what is missing.

# %% the-end tags=["answer"]
the_end = """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<bob@lab.example>
DATA
Subject: Dinner
QUIT
"""
### BEGIN SOLUTION
the_end = """
EHLO student.example
MAIL FROM:<alice@student.example>
RCPT TO:<bob@lab.example>
DATA
Subject: Dinner
.
QUIT
"""
### END SOLUTION

# %% [markdown]
# Run it.

# %% the-end-run
send_all(the_end)

# %% [markdown]
# Check it.

# %% the-end-check
smtplab.check("02.3", the_end, hint=0)

# %% [markdown]
# ## Your points
#
# Each cell gives the points of one task. First task 02.1, of 5 points.

# %% for-two-points tags=["test"] points=5
smtplab.check("02.1", for_two).points

# %% [markdown]
# Task 02.2, of 5 points.

# %% anna-only-points tags=["test"] points=5
smtplab.check("02.2", anna_only).points

# %% [markdown]
# Task 02.3, of 3 points.

# %% the-end-points tags=["test"] points=3
smtplab.check("02.3", the_end).points

# %% [markdown]
# **Words:** *mail transaction*, *RSET*, *final dot*.
#
# **Next:** [Exercise 03 Predict state and reply](03_predict_state_and_reply.ipynb).

"""The question before a reply: what is asked, what would come, how an answer is judged, and what was missed."""

"""The console: talk to a server, choose what to say, make it fail, go back; and how that looks."""

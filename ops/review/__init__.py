"""What a preview would change, as a comment for the people who review it.

`reading` takes in what Pulumi printed, `guard` finds what must not happen, `drift` leaves out what
Azure moves by itself, `comment` writes Markdown. All of it is pure; `command` alone touches files.
"""

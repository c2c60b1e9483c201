"""Learners' questions and what is answered: on a course, on a lesson, or to the space, and no question left open.

- :mod:`asking`: questions and their editing; :mod:`answering`: replies and the accepted one
- :mod:`promise`: who has a question to answer, and until when; :mod:`climbing`: what is overdue goes to the admins
- :mod:`moderating`: lock, hide, reports of abuse; :mod:`pacing`: how much one person may write in an hour
- :mod:`similar`: questions like the one that is being typed
- :mod:`times`: how long first answers take; :mod:`canned`: answers that tutors keep ready
- :mod:`following`: what follows from a change: people are told, words lead to a question
- :mod:`joining`: what two accounts that become one have written
"""

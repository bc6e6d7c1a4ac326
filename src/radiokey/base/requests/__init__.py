"""Requests at the desk: rules, history, queue, messages, mails, the clock."""

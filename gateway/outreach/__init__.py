"""Outreach: what a visit's letters say, and how they leave: by SMTP, by a provider of text messages.

A letter says what D12 allows and no more: clinic, provider's display name, start with its zone, length, link,
number, PIN. `Outreach` in post.py implements `actors.ports.Post`; nothing here keeps an address.
"""

"""Calls from cloud telephony: Twilio-compatible webhooks, and the calls' sound by Media Streams.

A call is announced by a signed webhook, asked for its PIN by `<Gather>`, and connected by `<Connect><Stream>`
with a ticket that is good once, for a minute, for this call. Everything after the first PIN is the caller's
way, as for every leg.
"""

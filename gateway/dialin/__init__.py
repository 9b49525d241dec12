"""Telephones: a process of its own that answers calls, asks for the PIN and brings callers into their visits
(R10). It speaks to the visits as any dial-in service does, by the public protocol (docs/protocol.md).
"""

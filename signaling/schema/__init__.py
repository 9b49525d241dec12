"""Writes what others read of the wire: TypeScript types, docs/protocol.md and the golden vectors."""

"""The wire: every message once, codecs and sessions, without I/O."""

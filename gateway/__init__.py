"""The edge: sockets, REST, telephones, settings and the composition root."""

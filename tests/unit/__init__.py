"""Pure promises: no store, no socket, no clock of the machine."""

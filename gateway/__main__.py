"""`python -m gateway` is the command line too: so a process of ours starts another one."""

from gateway.cli import main

main()

"""`python -m load_tests --scenario NAME ...`: put a load on a node, and judge how it bears it.

Exit status: 0 when every threshold was kept, 1 when one was not, 2 when the run could not be.
"""

import sys
from contextlib import suppress

import msgspec

from load_tests.asked import Asked, WrongArgument, read
from load_tests.fleet import ClientFailed
from load_tests.outcome import Outcome
from load_tests.page import page
from load_tests.processes import ServerFailed
from load_tests.run import carry_out
from load_tests.visitor import Hangup

PASSED, FAILED, NO_RUN = 0, 1, 2


def main() -> int:
    """Run, print what was found, and say whether it is good enough."""
    try:
        asked = read(sys.argv[1:])
        outcome = carry_out(asked)
        write(asked, outcome)
    except WrongArgument as wrong:
        print(wrong, file=sys.stderr)
        return NO_RUN
    except (ClientFailed, ServerFailed, Hangup, TimeoutError, OSError) as broken:
        print(f"The run could not be carried out: {str(broken) or 'it took too long'}.", file=sys.stderr)
        return NO_RUN
    print("\n".join(outcome.lines()))
    print(f"\nThe report is {asked.out / 'report.html'}.")
    print(msgspec.json.encode(outcome.as_fields()).decode(), flush=True)
    return PASSED if outcome.passed else FAILED


def write(asked: Asked, outcome: Outcome) -> None:
    """Write result.json and report.html."""
    asked.out.mkdir(parents=True, exist_ok=True)
    result = msgspec.json.format(msgspec.json.encode(outcome.as_fields()))
    (asked.out / "result.json").write_bytes(result + b"\n")
    (asked.out / "report.html").write_text(page(outcome), encoding="utf-8")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(NO_RUN)

"""The product as a load meets it: one node as `vestibule start` runs it, with many clinics in it.

`python -m load_tests.node FOLDER` serves on a free port of 127.0.0.1 with its own store in FOLDER (every save
synced to the disk before it is answered), metrics as shipped, and limits but for those of how many may come
at once, which is measured. It makes the clinics, each with one
provider, prints the port, and serves until it is stopped. Everything else goes through the public interfaces.
"""

import socket
import sys
from pathlib import Path
from typing import Final

from actors.accounts import User
from engine.clinic import Clinic, StaffRole
from engine.ids import ClinicId, UserId
from gateway.app import run
from gateway.logs import configure_logs
from gateway.node import Node
from gateway.passwords import LIGHT, Passwords
from gateway.settings import Settings
from load_tests.site import CLINICS

PASSWORD: Final = "load-test"  # noqa: S105 - of a server that lives for one run
COME: Final = 100_000
"""How many may come in a second: as many as can."""
SIGN_INS: Final = 1_000
"""A minute, from one address: every clinic's provider signs in from this machine."""


def email(clinic: int) -> str:
    """Give the e-mail address of a clinic's provider."""
    return f"provider-{clinic:02}@example.test"


def main() -> None:
    """Serve."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    settings = Settings.load(
        server={"port": port, "admin_bind": ""},
        store={"data_dir": Path(sys.argv[1])},
        limits={"sign_ins_per_minute": SIGN_INS, "hellos_per_second": COME, "hellos_at_once": COME},
        log={"level": "warning"},
    )
    configure_logs(settings.log)
    run(settings, demo=False, started=_open_clinics)


async def _open_clinics(node: Node) -> None:
    passwords = Passwords(cost=LIGHT)
    hashed = await passwords.hash(PASSWORD)
    passwords.close()
    for number in range(CLINICS):
        await _open_clinic(node, number, hashed)
    print(node.settings.server.port, flush=True)


async def _open_clinic(node: Node, number: int, password: str) -> None:
    clinic = Clinic(id=ClinicId(f"clinic-{number:02}"), name=f"Clinic {number}", phone="+1 555-0100")
    refused = await node.desk.save_clinic(clinic)
    if refused is not None:
        raise RuntimeError(f"a clinic could not be saved: {refused.code}")
    await node.auth.accounts.add_user(
        User(
            id=UserId(f"provider-{number:02}"),
            email=email(number),
            name="Dr. Amara Osei",
            role=StaffRole.PROVIDER,
            clinic=clinic.id,
            password=password,
        )
    )


if __name__ == "__main__":
    main()

"""What goes when a visit is over: all that was ever known of its guests (R15), and where its letters went."""

from engine.presence import GUESTS
from engine.record import Record


def purge(visit: Record) -> None:
    """Forget guests' names, labels and addresses, and who asked for what.

    Whom a cancelled visit has still to tell keeps an address until that is done, at the latest for LINGERS
    (engine.letters); nobody is shown it.
    """
    visit.letters = [letter for letter in visit.letters if letter.pending]
    told = {letter.invitation for letter in visit.letters}
    for seat in visit.seats.values():
        seat.proof = seat.credential = ""
        if seat.role in GUESTS:
            seat.name = ""
    for invitation in visit.invitations.values():
        invitation.label = invitation.by = ""
        if invitation.id not in told:
            invitation.email = invitation.phone = ""
    visit.operations.kept = []  # nobody asks anything of it any more

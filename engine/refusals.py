"""Every refusal: a stable code, and the one sentence a person reads (D10).

A refusal is a value, never an exception. The sentence says what to do next and blames nobody; `{...}` parts
are filled by whoever speaks to the person, in the clinic's zone and with the clinic's number.
"""

from dataclasses import dataclass
from typing import Final

SENTENCES: Final[dict[str, str]] = {
    # joining
    "early": "You're early. Your visit opens at {at}.",
    "link_over": "This link's time is over. Call the clinic{number}.",
    "link_unknown": "This link doesn't work. Check the message you got, or call the clinic{number}.",
    "link_revoked": "This link was withdrawn. Call the clinic{number}.",
    "visit_over": "This visit has ended.",
    "visit_full": "The visit is full. Ask your provider, or join by phone{number}.",
    "already_open": "Already open on another device. Move here?",
    "denied": "Your provider can't let you in right now. Call the clinic{number}.",
    "removed": "Your provider ended your part in this visit. Call the clinic{number}.",
    "bad_name": "Please type your name, up to 64 letters.",
    "resume_refused": "You were away too long. Join again.",
    # the telephone
    "pin_wrong": "That PIN was not found. Please check it and try again.",
    "pin_over": "That PIN's time is over. Call the clinic{number}.",
    "pin_early": "You're early. Please call back at {at}.",
    "number_unknown": "This number is not in service here.",
    "tries_used": "That PIN was not found. Please call the clinic{number}.",
    # running the visit
    "not_allowed": "You can't do that in this visit.",
    "no_such_visit": "That visit was not found.",
    "time_over": "This visit's time is over. Extend it first.",
    "not_yet": "Nobody can be let in before a provider is in the visit.",
    "already_started": "Somebody is in this visit. Extend it, or complete it.",
    "no_such_seat": "That person is no longer here.",
    "no_such_invitation": "That invitation was not found.",
    "not_waiting": "That person is not waiting.",
    "not_in_call": "You can do that once you're in the call.",
    "no_address": "There is no e-mail address or phone number to send it to.",
    "just_sent": "That was sent a moment ago. Please wait a minute.",
    "bad_address": "Please check this e-mail address or phone number.",
    "phone_not_served": "We can't send text messages to that number.",
    "opted_out": "That number asked for no more messages.",
    "too_many_messages": "That's as many messages as can be sent for now. Please try again later.",
    "no_such_letter": "That message was not found.",
    "invites_off": "Inviting guests is switched off for this clinic.",
    "too_many_invitations": "This visit has as many invitations as it can have.",
    "bad_time": "Please choose an end after the start, at most 24 hours later.",
    "bad_minutes": "A visit can be extended by 5, 15 or 30 minutes.",
    # the clinic's staff
    "email_taken": "Somebody has this e-mail address already.",
    "last_admin": "The clinic needs an administrator. Make somebody else one first.",
    "not_yourself": "You can't do that to your own account. Ask another administrator.",
    "no_such_person": "That person was not found.",
    "person_disabled": "This account is switched off. Switch it on first.",
    "welcome_refused": "This link doesn't work any more. Ask your administrator for a new one.",
    "operators_key": "Your operator gave this key. Ask them to withdraw it.",
    "op_reused": "That request was already used by somebody else. Please reload the page.",
    # the connection
    "try_later": "We can't save that right now. Please try again in a moment.",
    "busy": "Too many requests at once. Please wait a moment.",
    "bad_message": "That message was not understood.",
    "bad_request": "Something in the request is missing or wrong.",
    "hello_first": "Say hello first.",
    "ticket_refused": "That ticket is used up or too old. Please reload the page.",
    "key_refused": "That key does not allow this.",
    "sign_in": "Please sign in.",
    "sign_in_refused": "That e-mail address and password don't match. Please try again.",
    "sign_in_slow": "Too many tries. Please wait {seconds} seconds and try again.",
    "origin_refused": "This page may not connect here.",
}
"""The sentence of every code. A code never changes its meaning; new ones may come."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A request was refused; nothing has changed. `at` is the time (ms since 1970, UTC) that the code speaks
    of, 0 when none.
    """

    code: str
    at: int = 0
    tries_left: int = 0

/** Every word of Add Participants and of invitations; they are part of clinic/words.ts, through which pages read them. */

const names = new Intl.ListFormat("en", { type: "conjunction" });

export const panel = {
  title: "Add Participants",
  why: "Whoever has this link, or the number and PIN, can join as a guest until the visit ends.",
  over: "This visit's time is over. Extend it to invite somebody.",
  link: "Link",
  linkFor: "Any current browser on a computer, phone or tablet",
  number: "Dial-in number",
  numberFor: "Any phone, landline or mobile",
  noNumber: "This clinic has no dial-in number.",
  pin: "PIN",
  copyLink: "Copy link",
  copyNumber: "Copy number",
  copyPin: "Copy PIN",
  copyAll: "Copy all",
  all: (link: string, number: string, pin: string) => `Join by link: ${link}\nOr call ${number}, PIN ${pin}`,
  byLink: (link: string) => `Join by link: ${link}`,
  showQr: "Show QR codes",
  hideQr: "Hide QR codes",
  qr: "The link as a code to scan with a phone's camera",
  qrJoin: "Scan to join by video",
  qrPhone: "The number and PIN as a code to scan with a phone's camera",
  qrCall: "Scan to join by phone",
  until: (time: string) => `Works until ${time}.`,
};

export const invite = {
  title: "Invitations",
  none: "Nobody is invited on their own yet.",
  loading: "Loading the invitations",
  open: "Make a link to hand over yourself",
  label: "Who is it for?",
  hint: "For example Interpreter, or Daughter",
  act: "Make invitation",
  missing: "Say who it is for.",
  made: (label: string) => `Invitation for ${label}`,
  once: "Copy it now: afterwards it is not shown again.",
  done: "Done",
  unnamed: "Invitation",
  interpreter: "Interpreter",
  usedBy: (who: readonly string[]) => `used by ${names.format(who)}`,
  resend: "Resend",
  resendName: (label: string) => `Resend the invitation for ${label}`,
  resent: (label: string) => `The invitation for ${label} is sent again.`,
  revoke: "Revoke",
  revokeName: (label: string) => `Revoke the invitation for ${label}`,
  revokeTitle: (label: string) => `Revoke the invitation for ${label}?`,
  revokeText: "Its link and PIN stop working now.",
  revokeInside: (who: readonly string[]) =>
    `Its link and PIN stop working now. ${names.format(who)} ${who.length === 1 ? "stays" : "stay"} in the call.`,
  revoked: "The invitation is revoked.",
  state: {
    made: "Not sent",
    queued: "Queued",
    sent: "Sent",
    failed: "Failed",
    opened: "Opened",
    early: "Early",
    waiting: "Waiting",
    in: "In the call",
    lost: "Connection lost",
    left: "Left",
    denied: "Turned away",
    removed: "Removed",
    expired: "Expired",
    revoked: "Revoked",
  },
};

/** The patient's own link and confirmation (R13). */
export const patient = {
  title: (name: string) => (name ? `${name}'s own link` : "Patient's own link"),
  more: "For the patient alone. It opens before the start, and brings them back after a break.",
  copy: "Copy patient's link",
  confirmation: "Confirmation",
  unsent: "There is no address to send it to. Copy the link and hand it over.",
  resendName: "Resend the patient's confirmation",
  resent: "The patient's confirmation is sent again.",
};

/** An invitation's life, step by step (B1). */
export const life = {
  made: "Made",
  opened: "Opened the page",
  lostFor: (time: string) => `Connection lost (${time})`,
  expired: "Expired: the visit's time is over",
  letter: {
    invitation: { email: "E-mail", sms: "Text message" },
    confirmation: { email: "E-mail", sms: "Text message" },
    reminder: { email: "Reminder by e-mail", sms: "Reminder by text message" },
    change: { email: "Change by e-mail", sms: "Change by text message" },
    cancellation: { email: "Cancellation by e-mail", sms: "Cancellation by text message" },
  },
  step: (what: string, how: string) => `${what}: ${how}`,
  queued: "queued",
  sending: (attempt: number) => (attempt > 1 ? `being sent, try ${attempt}` : "being sent"),
  again: (tries: number) => (tries === 1 ? "tried once, is tried again" : `tried ${tries} times, is tried again`),
  sent: "sent",
  failed: "failed",
  doubtful: "not certain",
};

/** Why a message was not sent, or not yet, by the server's code; the step beside it says whether it is tried again. */
export const reasons: Readonly<Record<string, string>> = {
  opted_out: "This number asked for no more messages. Call them, or use e-mail.",
  stopped: "This number asked for no more messages. Call them, or use e-mail.",
  no_such_mailbox: "There is no such mailbox. Ask for the address again.",
  no_such_number: "There is no such number for text messages. Ask for the number again, or use e-mail.",
  bad_address: "That address or number does not work. Ask for it again.",
  no_address: "Its address is gone. Make a new invitation.",
  mailbox_full: "Their mailbox is full. Ask for another address, or send a text message.",
  number_unreachable: "Their phone can't be reached. Call them later, or use e-mail.",
  country_not_served: "We can't send text messages to that country. Use e-mail, or hand the link over.",
  rejected: "It was not accepted there. Ask for another address or number, or hand the link over.",
  unknown: "We can't tell whether it arrived. Ask, or send again.",
  mail_not_set_up: "This clinic can't send e-mail yet. Copy the link and hand it over.",
  texts_not_set_up: "This clinic can't send text messages yet. Use e-mail, or hand the link over.",
  mail_busy: "The mail service is busy.",
  texts_busy: "The service for text messages is busy.",
  mail_unreachable: "The mail service can't be reached.",
  texts_unreachable: "The service for text messages can't be reached.",
  mail_sign_in: "The mail service does not let us in. Tell your administrator, and hand the link over.",
  texts_sign_in: "The service for text messages does not let us in. Tell your administrator, and hand the link over.",
  mail_sender_refused: "The mail service does not take mail from this clinic. Tell your administrator, and hand the link over.",
  too_many_messages: "As many messages as are allowed for now were sent. Hand the link over, or try later.",
  try_later: "It can't be sent at the moment.",
  time_over: "The visit's time was over before it could be sent.",
  visit_over: "The visit was over before it could be sent.",
};

/** For a code that this page does not know yet. */
export const someReason = "It could not be sent. Send it again, or copy the link and hand it over.";

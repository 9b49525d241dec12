/**
 * Every word of the staff app, once; what the pages share (roles, times, "Close") stands in ui/words.ts.
 *
 * Second person, present tense, no jargon, no blame; buttons say what happens. Refusals are the server's own sentences.
 */

import { invite, life, panel, patient, reasons, someReason } from "./details/words.ts";
import { keysPage, settings, staffPage, welcome } from "./settings/words.ts";

const names = new Intl.ListFormat("en", { type: "conjunction" });

const en = {
  app: {
    product: "Vestibule",
    room: "Waiting room",
    schedule: "Schedule",
    old: "This page is older than the server. Reload it to go on.",
    reload: "Reload the page",
    settings: "Settings",
    signOut: "Sign out",
    pages: "Pages",
    skip: "Skip to the visits",
    staff: { provider: "Provider", coordinator: "Coordinator", admin: "Administrator", sre: "Operations" },
    account: "Your account",
    operations: "You look after the servers",
    operationsMore: "Your account shows no visits and no settings of the clinic.",
  },

  signIn: {
    title: "Sign in",
    again: "Please sign in again",
    againMore: "You were signed out. Your page stays as it is.",
    email: "E-mail",
    password: "Password",
    show: "Show password",
    hide: "Hide password",
    act: "Sign in",
    wait: (seconds: number) => `Wait ${seconds} s`,
    emailMissing: "Type your e-mail address.",
    passwordMissing: "Type your password.",
  },

  connection: {
    lost: "Connection lost. What you see may be old. Trying again.",
    offline: "You're offline. What you see may be old. It goes on by itself once you're back.",
    over: "This page is no longer connected.",
    connect: "Connect again",
  },

  room: {
    title: "Waiting room",
    tab: (waiting: number) => (waiting ? `(${waiting}) Waiting room` : "Waiting room"),
    newVisit: "New visit",
    search: "Search",
    searchName: "Search visits by patient, provider or visit option",
    clear: "Clear search",
    filters: "Which visits to show",
    filter: { all: "All", waiting: "Waiting", in_call: "In the call", late: "Late", no_show: "No-show", done: "Done" },
    provider: "Provider",
    everyProvider: "Every provider",
    mine: "My visits",
    today: "Today",
    before: "The day before",
    after: "The day after",
    day: "Day",
    nobody: "Nobody is waiting.",
    nobodyNext: (time: string, patient: string) => `Nobody is waiting. Next: ${time}, ${patient}`,
    waiting: (visits: number, longest: string) =>
      visits === 1 ? `1 visit is waiting, for ${longest}.` : `${visits} visits are waiting, the longest for ${longest}.`,
    none: "No visits on this day.",
    noneToday: "No visits today.",
    noneHere: { waiting: "Nobody is waiting.", in_call: "Nobody is in a call.", late: "Nothing is late.", no_show: "Everybody came.", done: "Nothing is done yet." },
    noneOf: (provider: string) => `No visits with ${provider}.`,
    notFound: (search: string) => `No visit matches “${search}”.`,
    showAll: "Show all visits",
    loading: "Loading the waiting room",
    above: (visits: number) => (visits === 1 ? "1 new visit further up" : `${visits} new visits further up`),
    table: (day: string) => `Visits on ${day}`,
    keys: "Arrow keys move from visit to visit, Enter opens Visit Details.",
    visits: (count: number) => (count === 1 ? "1 visit" : `${count} visits`),
    noRoom: "No room",
    arrived: (patient: string) => `Somebody came to the visit with ${patient}.`,
  },

  column: {
    time: "Time",
    patient: "Patient",
    provider: "Provider",
    option: "Visit option",
    guests: "Guests",
    state: "State",
    actions: "Actions",
  },

  presence: {
    in: "In the call",
    inFor: (time: string) => `In the call for ${time}`,
    waiting: (time: string) => `Waiting ${time}`,
    waitingSince: (time: string, at: string) => `Waiting ${time}, since ${at}`,
    early: "Early",
    lost: "Connection lost",
    lostFor: (time: string) => `Connection lost (${time})`,
    checking: "Checking the connection",
    gone: { left: "Left", removed: "Removed", denied: "Turned away" },
    goneAt: {
      left: (time: string) => `Left at ${time}`,
      removed: (time: string) => `Removed at ${time}`,
      denied: (time: string) => `Turned away at ${time}`,
    },
    absent: "Not here yet",
    never: "Did not come",
    late: (time: string) => `Not here, ${time} late`,
    noShow: "No-show",
    more: (count: number) => `+${count}`,
    count: {
      wait: (count: number) => `${count} waiting`,
      lost: (count: number) => `${count} lost`,
      early: (count: number) => `${count} early`,
      in: (count: number) => `${count} in`,
      absent: (count: number) => `${count} not here`,
      gone: (count: number) => `${count} left`,
    },
    noGuests: "No guests",
    guests: (count: number) => (count === 1 ? "1 guest" : `${count} guests`),
  },

  state: {
    scheduled: "Scheduled",
    open: "Open",
    in_progress: "In progress",
    lapsed: "Time over",
    completed: "Completed",
    cancelled: "Cancelled",
    ended: "Ended",
    late: "Late",
    startsIn: (time: string) => `starts in ${time}`,
    began: (time: string) => `began ${time} ago`,
    left: (time: string) => `${time} left`,
    since: (time: string) => `since ${time}`,
    locked: "Locked",
  },

  act: {
    enter: "Enter",
    enterName: (patient: string) => `Enter the visit with ${patient}`,
    extend: "Extend",
    extendVisit: (patient: string) => `Extend the visit with ${patient}`,
    by: (minutes: number) => `+${minutes}`,
    byName: (minutes: number) => `Extend, +${minutes} minutes`,
    byItem: (minutes: number) => `Extend by ${minutes} min`,
    extended: (minutes: number, patient: string) => `The visit with ${patient} is extended by ${minutes} minutes.`,
    add: "Add Participants",
    addName: (patient: string) => `Add Participants to the visit with ${patient}`,
    more: (patient: string) => `More for the visit with ${patient}`,
    edit: "Edit visit",
    details: "Visit Details",
    detailsName: (patient: string) => `${patient}, Visit Details`,
    complete: "End visit for everyone",
    completed: (patient: string) => `The visit with ${patient} has ended.`,
    failed: "That did not work. Please try again.",
  },

  complete: {
    title: "End the visit for everyone?",
    inside: (who: readonly string[]) =>
      `${names.format(who)} ${who.length === 1 ? "is" : "are"} still in the call: it ends for ${who.length === 1 ? "them" : "all of them"} now.`,
    nobody: "Nobody is in the call.",
    waiting: (who: readonly string[]) =>
      `${names.format(who)} ${who.length === 1 ? "is" : "are"} waiting and can't come in any more.`,
    links: "All links and PINs of this visit stop working. This can't be undone.",
  },

  cancel: {
    title: "Cancel the visit?",
    text: (patient: string) => `The visit with ${patient} does not take place. Its links and PINs stop working.`,
    keep: "Keep visit",
    act: "Cancel visit",
    done: (patient: string) => `The visit with ${patient} is cancelled.`,
  },

  details: {
    title: "Visit Details",
    loading: "Loading the visit",
    notFound: "That visit was not found.",
    back: "Back to the waiting room",
    backToSchedule: "Back to the schedule",
    span: (start: string, end: string) => `${start} – ${end}`,
    inCall: "In the call",
    notInCall: "Not in the call",
    nobodyIn: "Nobody is in the call.",
    participants: "Participants",
    admit: "Let in",
    admitName: (name: string) => `Let in ${name}`,
    deny: "Turn away",
    denyName: (name: string) => `Turn away ${name}`,
    more: (name: string) => `More for ${name}`,
    mute: "Ask to mute",
    mutePhone: "Mute",
    phoneMuted: (name: string) => `${name} is muted.`,
    muted: (name: string) => `${name} is asked to mute.`,
    rename: "Rename",
    newName: (name: string) => `New name for ${name}`,
    save: "Save",
    remove: "Remove",
    lock: "Lock visit",
    lockMore: "New guests wait until you let them in.",
    locked: "This visit is locked: new guests wait until you let them in.",
    unlock: "Unlock",
    over: "This visit is over. Guests' names, links and PINs are gone.",
    waitsForProvider: "Waits for the provider",
    actions: "Actions",
  },

  how: {
    browser: "Browser",
    phone: "Phone",
    both: "Browser and phone",
    invitedAs: (label: string) => `invited as “${label}”`,
  },

  deny: {
    title: (name: string) => `Turn ${name} away?`,
    text: (name: string) => `${name} reads that you can't let them in right now, and to call the clinic.`,
    act: "Turn away",
  },

  remove: {
    title: (name: string) => `Remove ${name} from the call?`,
    text: (name: string) => `${name} leaves the call now.`,
    act: "Remove from the call",
  },

  /** What it means for coming back, after both. */
  barred: {
    personal: "Their invitation stops working.",
    again: "They can ask again, and come in only if you let them.",
    shared: "From then on, everyone who comes by the guest link or PIN waits until you let them in.",
  },

  panel,
  invite,
  patient,
  life,
  reasons,
  someReason,

  told: {
    asking: "Looking up who is told…",
    unknown: "Everyone who was invited by e-mail or text message is told.",
    nobody: "Nobody has an address or number here, so nobody is told: let them know yourself.",
    who: (who: readonly string[], people: number) => `${names.format(who)} ${people === 1 ? "is" : "are"} told.`,
    patient: (name: string, ways: string) => `${name} (${ways})`,
    email: "e-mail",
    text: "text message",
    ways: (ways: readonly string[]) => names.format(ways),
    guests: (n: number) => (n === 1 ? "1 invited guest" : `${n} invited guests`),
  },

  settings,
  staffPage,
  keysPage,
  welcome,
};

export type ClinicWords = typeof en;
export const words: ClinicWords = en;

import { useState } from "preact/hooks";
import { AudioLines, Ellipsis, MicOff, Pencil, UserMinus } from "lucide-preact";
import { AskFirst, Avatar, Button, Dialog, Field, Icon, RoleName, time, toast, useNow, words } from "../ui/index.ts";
import { aboveTheLine, inOrder, mediaOf, type Participant, type SeatState } from "../wire/index.ts";
import type { Call } from "./call.ts";
import { run } from "./run.ts";
import { waiting, Waiter } from "./Waiters.tsx";

const c = words.call;

/** Everyone of the visit: who waits, who is in the call, and under the line who is not (R12). */
export function People({ call, state }: { call: Call; state: SeatState }) {
  const provider = state.role === "provider";
  const waits = provider ? waiting(state) : [];
  const all = inOrder(state.seats);
  const inside = all.filter(aboveTheLine);
  const outside = all.filter((seat) => !aboveTheLine(seat) && !waits.includes(seat));
  return (
    <div class="people">
      {waits.length > 0 && (
        <section aria-labelledby="people-waiting">
          <h3 id="people-waiting">{c.waiting}</h3>
          <ul>
            {waits.map((seat) => (
              <li key={seat.seat} class="people-waiter">
                <Waiter call={call} seat={seat} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="people-in">
        <h3 id="people-in">{c.inCall}</h3>
        <ul>
          {inside.map((seat) => (
            <Person key={seat.seat} call={call} seat={seat} you={seat.seat === state.seat} runs={provider && seat.seat !== state.seat} />
          ))}
        </ul>
        {inside.length <= 1 && <p class="soft people-none">{c.nobodyElse}</p>}
      </section>
      {outside.length > 0 && (
        <section class="people-line" aria-labelledby="people-out">
          <h3 id="people-out">{c.notInCall}</h3>
          <ul>
            {outside.map((seat) => (
              <Person key={seat.seat} call={call} seat={seat} you={false} runs={false} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

interface PersonProps {
  call: Call;
  seat: Participant;
  you: boolean;
  /** The viewer may ask them to mute, rename, remove them. */
  runs: boolean;
}

function Person({ call, seat, you, runs }: PersonProps) {
  const [open, setOpen] = useState(false);
  const speaks = call.phonesSpeaking.value.has(seat.seat) || mediaOf(seat).speaks; // the bridge says it sooner
  return (
    <li class="people-one">
      <div class="person">
        <Avatar who={seat} />
        <div class="person-text">
          <RoleName who={seat} you={you} />
          <StateWords seat={seat} />
        </div>
        {speaks && <Icon of={AudioLines} label={c.speaks} />}
        {isMuted(call, seat, you) && <Icon of={MicOff} label={c.muted} />}
        {runs && <Button kind="plain" icon={Ellipsis} label={c.more(seat.name)} aria-expanded={open} onClick={() => setOpen(!open)} />}
      </div>
      {open && runs && <Acts call={call} seat={seat} onDone={() => setOpen(false)} />}
    </li>
  );
}

/** One's own sign comes from the device, not from what the others were told. */
function isMuted(call: Call, seat: Participant, you: boolean): boolean {
  const { mic, micTrack } = call.devices.state.value;
  if (you) return !mic || !micTrack;
  return seat.standing === "in" && !mediaOf(seat).mic;
}

/** How things stand with somebody, in words and a dot (D10); by which way they are here. */
function StateWords({ seat }: { seat: Participant }) {
  const now = useNow();
  const lost = seat.link === "lost" || seat.link === "none";
  const inCall = seat.standing === "in";
  const isWeak = seat.quality === "poor" || seat.quality === "bad";
  const tone = inCall && lost ? "tone-lost" : inCall && isWeak ? "tone-wait" : inCall ? "tone-ok" : seat.standing === "waiting" ? "tone-wait" : "";
  const state =
    inCall && lost
      ? seat.lost_since
        ? c.lostFor(time.seconds(now - seat.lost_since))
        : c.lost
      : inCall && seat.link === "restoring"
        ? c.restoring
        : c.standing[seat.standing];
  const quality = inCall && !lost && seat.quality ? c.quality[seat.quality] : "";
  const how = seat.how === "both" ? c.byBoth : seat.how === "phone" && seat.role !== "phone" ? c.byPhone : "";
  return (
    <p class="person-state">
      <span class={`tone-dot ${tone}`} /> {[state, quality, how, seat.label].filter(Boolean).join(" · ")}
    </p>
  );
}

/** What a provider may do about somebody in the call. */
function Acts({ call, seat, onDone }: { call: Call; seat: Participant; onDone: () => void }) {
  const [asks, setAsks] = useState<"" | "remove" | "rename">("");
  const [busy, setBusy] = useState(false);
  const { connection } = call.attendance;
  const close = () => setAsks("");
  const byPhone = seat.how === "phone"; // a browser's person decides, a telephone is muted by us
  const mute = async () => {
    if (await run(connection, { t: "ask.mute", seat: seat.seat })) toast(byPhone ? c.isMuted(seat.name) : c.askedToMute(seat.name));
    onDone();
  };
  const remove = async () => {
    setBusy(true);
    await run(connection, { t: "remove", seat: seat.seat });
    onDone();
  };
  const renamable = seat.role !== "provider" && seat.role !== "patient";
  return (
    <div class="person-acts">
      <Button icon={MicOff} onClick={() => void mute()}>
        {byPhone ? c.mutePhone : c.askMute}
      </Button>
      {renamable && (
        <Button icon={Pencil} onClick={() => setAsks("rename")}>
          {c.rename}
        </Button>
      )}
      {seat.role !== "provider" && (
        <Button icon={UserMinus} onClick={() => setAsks("remove")}>
          {c.remove}
        </Button>
      )}
      {asks === "rename" && <Rename call={call} seat={seat} onClose={onDone} />}
      {asks === "remove" && (
        <AskFirst title={c.removeTitle(seat.name)} act={c.removeAct} busy={busy} onAct={() => void remove()} onClose={close}>
          <p>{c.removeText(seat.name)}</p>
        </AskFirst>
      )}
    </div>
  );
}

function Rename({ call, seat, onClose }: { call: Call; seat: Participant; onClose: () => void }) {
  const [name, setName] = useState(seat.name);
  const [wrong, setWrong] = useState("");
  const save = async (event: Event) => {
    event.preventDefault();
    if (!name.trim()) setWrong(words.guest.nameMissing);
    else if (await run(call.attendance.connection, { t: "rename", seat: seat.seat, name: name.trim() })) onClose();
  };
  return (
    <Dialog title={c.renameTitle(seat.name)} onClose={onClose}>
      <form class="rename" onSubmit={(event) => void save(event)} noValidate>
        <Field label={c.name} value={name} wrong={wrong || undefined} maxLength={64} onInput={(event) => setName(event.currentTarget.value)} />
        <div class="dialog-acts">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" type="submit">
            {c.renameSave}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { useState } from "preact/hooks";
import { AudioLines, Ellipsis, MicOff, Pencil, UserX } from "lucide-preact";
import { Avatar, Button, Icon, RoleName, toast } from "../../ui/index.ts";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";
import { words as shared } from "../../ui/words.ts";
import { mediaOf, type Participant, type Row } from "../../wire/index.ts";
import { isOver } from "../board/filter.ts";
import { aroundTheLine, type Person } from "../board/people.ts";
import { toneOf } from "../board/presence.ts";
import { PresenceSince } from "../board/Presence.tsx";
import { useRun, useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { Quality } from "./Quality.tsx";
import { PutOut, type PuttingOut } from "./PutOut.tsx";
import { Rename } from "./Rename.tsx";

/** The participant list of R12: those in the call above the line, those who left or have not joined below. */
export function Participants({ row }: { row: Row }) {
  const { above, below } = aroundTheLine(row);
  return (
    <section class="details-part" aria-labelledby="participants">
      <h3 id="participants">{words.details.participants}</h3>
      <h4 class="part-name">{words.details.inCall}</h4>
      {above.length ? <List people={above} row={row} /> : <p class="soft">{words.details.nobodyIn}</p>}
      {below.length > 0 && (
        <>
          <hr class="the-line" />
          <h4 class="part-name">{words.details.notInCall}</h4>
          <List people={below} row={row} />
        </>
      )}
    </section>
  );
}

function List({ people, row }: { people: readonly Person[]; row: Row }) {
  return (
    <ul class="people">
      {people.map((person) => (
        <PersonLine key={person.key} person={person} row={row} />
      ))}
    </ul>
  );
}

function PersonLine({ person, row }: { person: Person; row: Row }) {
  const { visit } = row;
  const { seat } = person;
  const [renaming, setRenaming] = useState(false);
  const [puttingOut, setPuttingOut] = useState<PuttingOut | null>(null);
  const over = isOver(visit);
  return (
    <li class={`person person-${toneOf(seat)}`}>
      <Avatar who={{ role: person.role, name: person.name || shared.roles[person.role], how: seat?.how ?? "browser" }} />
      <div class="person-text">
        {renaming && seat ? (
          <Rename visit={visit.visit} seat={seat} onDone={() => setRenaming(false)} />
        ) : (
          <RoleName who={person} />
        )}
        <PresenceSince row={row} person={person} how={seat ? howText(seat) : ""} />
        {seat && <Quality seat={seat} />}
      </div>
      {seat && mediaOf(seat).speaks && <Icon of={AudioLines} label={words.details.speaks} />}
      {seat && !over && !renaming && (
        <PersonActs row={row} seat={seat} onRename={() => setRenaming(true)} onPutOut={setPuttingOut} />
      )}
      {seat && puttingOut && (
        <PutOut visit={visit.visit} seat={seat} how={puttingOut} onClose={() => setPuttingOut(null)} />
      )}
    </li>
  );
}

/** How they come (R12's list, B4): by browser or telephone, and on whose invitation. */
function howText({ how = "browser", label, role }: Participant): string {
  const invited = label && role !== "provider" && role !== "patient" ? words.how.invitedAs(label) : "";
  return [words.how[how], invited].filter(Boolean).join(", ");
}

interface ActsProps {
  row: Row;
  seat: Participant;
  onRename: () => void;
  onPutOut: (how: PuttingOut) => void;
}

function PersonActs({ row, seat, onRename, onPutOut }: ActsProps) {
  const { live } = useStaff();
  const { busy, run } = useRun();
  const { visit, status } = row.visit;
  if (seat.standing === "waiting" && status !== "in_progress") {
    return <span class="soft person-note">{status === "lapsed" ? words.state.lapsed : words.details.waitsForProvider}</span>;
  }
  if (seat.standing === "waiting") {
    return (
      <span class="person-acts">
        <Button
          kind="primary"
          size="dense"
          busy={busy}
          aria-label={words.details.admitName(seat.name)}
          onClick={() => run(() => live.ask({ t: "admit", visit, seat: seat.seat }))}
        >
          {words.details.admit}
        </Button>
        <Button size="dense" aria-label={words.details.denyName(seat.name)} onClick={() => onPutOut("deny")}>
          {words.details.deny}
        </Button>
      </span>
    );
  }
  if (seat.standing !== "in") return null;
  const byPhone = seat.how === "phone"; // a browser's person decides, a telephone is muted by us
  const mute = async () => {
    if (await run(() => live.ask({ t: "ask.mute", visit, seat: seat.seat })))
      toast(byPhone ? words.details.phoneMuted(seat.name) : words.details.muted(seat.name));
  };
  const remove: MenuItem = { label: words.details.remove, icon: UserX, danger: true, onPick: () => onPutOut("remove") };
  const items: MenuItem[] = [
    { label: byPhone ? words.details.mutePhone : words.details.mute, icon: MicOff, onPick: () => void mute() },
    ...(isGuest(seat) ? [{ label: words.details.rename, icon: Pencil, onPick: onRename }] : []),
    ...(seat.role === "provider" ? [] : [remove]), // they would come back by their own right
  ];
  return <Menu size="dense" icon={Ellipsis} label={words.details.more(seat.name)} items={items} />;
}

function isGuest({ role }: Participant): boolean {
  return role === "guest" || role === "phone" || role === "interpreter";
}

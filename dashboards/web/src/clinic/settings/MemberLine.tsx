import { useState } from "preact/hooks";
import { Ban, Clock, Ellipsis, Link, Pencil, RotateCcw } from "lucide-preact";
import { AskFirst, Icon, toast } from "../../ui/index.ts";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";
import { useRun, useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { changeMember, type Member, newWelcome, type WelcomeLink } from "./ask.ts";
import { ChangeMember } from "./ChangeMember.tsx";

interface Props {
  member: Member;
  onChanged: (member: Member) => void;
  onWelcome: (link: WelcomeLink) => void;
}

/** One of the staff: who they are, their role, how they stand, and what can be done. */
export function MemberLine({ member, onChanged, onWelcome }: Props) {
  const { me } = useStaff();
  const [open, setOpen] = useState<"" | "change" | "disable" | "link">("");
  const { busy, run } = useRun();
  const close = () => setOpen("");
  const own = me.user.id === member.id;
  const items = actsFor(member, own, { setOpen, enable: () => void enable() });

  const enable = () =>
    run(async () => {
      onChanged(await changeMember(member.id, { disabled: false }));
      toast(words.staffPage.isEnabled(member.name));
    });
  const disable = async () => {
    const done = await run(async () => {
      onChanged(await changeMember(member.id, { disabled: true }));
      toast(words.staffPage.isDisabled(member.name));
    });
    if (done) close();
  };
  const link = async () => {
    const done = await run(async () => onWelcome(await newWelcome(member.id)));
    if (done) close();
  };
  return (
    <li class={member.disabled ? "member member-off" : "member"}>
      <div class="member-who">
        <span class="strong">
          {member.name} {own && <span class="soft">{words.staffPage.you}</span>}
        </span>
        <span class="soft member-email">{member.email}</span>
      </div>
      <span class="member-role">{words.app.staff[member.role]}</span>
      <span class="member-state">
        <Standing member={member} />
      </span>
      {items.length > 0 && <Menu size="dense" icon={Ellipsis} label={words.staffPage.more(member.name)} items={items} />}
      {open === "change" && <ChangeMember member={member} own={own} onChanged={onChanged} onClose={close} />}
      {open === "disable" && (
        <AskFirst
          title={words.staffPage.disableTitle(member.name)}
          act={words.staffPage.disableAct}
          busy={busy}
          onAct={() => void disable()}
          onClose={close}
        >
          <p>{words.staffPage.disableText(member.name)}</p>
          <p>{words.staffPage.disableVisits}</p>
          <p>{words.staffPage.disableBack}</p>
        </AskFirst>
      )}
      {open === "link" && (
        <AskFirst
          title={(member.invited ? words.staffPage.newLinkTitle : words.staffPage.newPasswordTitle)(member.name)}
          act={words.staffPage.newLinkAct}
          busy={busy}
          onAct={() => void link()}
          onClose={close}
        >
          <p>{member.invited ? words.staffPage.newLinkText : words.staffPage.newPasswordText}</p>
        </AskFirst>
      )}
    </li>
  );
}

function Standing({ member }: { member: Member }) {
  if (member.disabled) {
    return (
      <>
        <Icon of={Ban} size={16} /> {words.staffPage.disabled}
      </>
    );
  }
  if (member.invited) {
    return (
      <>
        <Icon of={Clock} size={16} /> {words.staffPage.invited}
      </>
    );
  }
  return <span class="soft">{words.staffPage.active}</span>;
}

interface Acts {
  setOpen: (what: "change" | "disable" | "link") => void;
  enable: () => void;
}

/** Nobody shuts themselves out. */
function actsFor(member: Member, own: boolean, { setOpen, enable }: Acts): MenuItem[] {
  const change = { label: words.staffPage.change, icon: Pencil, onPick: () => setOpen("change") };
  if (member.disabled) return [change, { label: words.staffPage.enable, icon: RotateCcw, onPick: enable }];
  const label = member.invited ? words.staffPage.newLink : words.staffPage.newPassword;
  const link = { label, icon: Link, onPick: () => setOpen("link") };
  if (own) return [change, link];
  return [change, link, { label: words.staffPage.disable, icon: Ban, danger: true, onPick: () => setOpen("disable") }];
}

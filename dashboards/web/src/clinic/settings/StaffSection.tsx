import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { UserPlus } from "lucide-preact";
import { Banner } from "../../ui/index.ts";
import { sentenceOf } from "../refused.ts";
import { words } from "../words.ts";
import { AddAtTop, useAdding } from "./AddAtTop.tsx";
import { listMembers, type Member, type WelcomeLink } from "./ask.ts";
import { MemberLine } from "./MemberLine.tsx";
import { NewMember } from "./NewMember.tsx";
import { WelcomeCard } from "./WelcomeCard.tsx";

/** A welcome link that was just made, and for whom. */
export interface Made {
  readonly member: Member;
  readonly link: WelcomeLink;
}

/** Who works here, what they may do, and how more come. */
export function StaffSection() {
  const members = useSignal<readonly Member[] | null>(null);
  const refused = useSignal("");
  const adding = useAdding<Made>();
  useEffect(() => {
    listMembers().then(
      (read) => {
        members.value = read;
      },
      (error: unknown) => {
        refused.value = sentenceOf(error);
      },
    );
  }, []);
  const put = (member: Member) => {
    const others = (members.value ?? []).filter(({ id }) => id !== member.id);
    members.value = [...others, member].sort((one, other) => one.name.localeCompare(other.name));
  };
  if (refused.value) return <Banner tone="lost">{refused.value}</Banner>;
  if (!members.value) return <div class="bone bone-form" role="status" aria-label={words.staffPage.loading} />;
  return (
    <section>
      <AddAtTop
        adding={adding}
        icon={UserPlus}
        act={words.staffPage.invite}
        form={() => (
          <NewMember
            onMade={(made) => {
              put(made.member);
              adding.show(made);
            }}
            onClose={adding.close}
          />
        )}
        made={(made) => <WelcomeCard key={made.link.welcome_url} made={made} onDone={adding.close} />}
      />
      <ul class="members" aria-label={words.staffPage.list}>
        {members.value.map((member) => (
          <MemberLine key={member.id} member={member} onChanged={put} onWelcome={(link) => adding.show({ member, link })} />
        ))}
      </ul>
    </section>
  );
}

import { Button, CopyButton, Field } from "../../ui/index.ts";
import { focusOnce } from "../focus.ts";
import { words } from "../words.ts";
import type { Made } from "./StaffSection.tsx";

/** A welcome link, shown once. */
export function WelcomeCard({ made: { member, link }, onDone }: { made: Made; onDone: () => void }) {
  return (
    <div class="settings-card form">
      <h3 tabIndex={-1} ref={focusOnce}>
        {words.staffPage.made(member.name)}
      </h3>
      <p>{link.mailed ? words.staffPage.mailed(member.email) : words.staffPage.notMailed}</p>
      <Field label={words.staffPage.link} readOnly value={link.welcome_url} onFocus={(event) => event.currentTarget.select()} />
      <p class="soft">{words.staffPage.linkMore}</p>
      <div class="form-acts">
        <CopyButton size="dense" text={link.welcome_url}>
          {words.staffPage.copyLink}
        </CopyButton>
        <Button size="dense" onClick={onDone}>
          {words.staffPage.done}
        </Button>
      </div>
    </div>
  );
}

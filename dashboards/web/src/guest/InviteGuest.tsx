import { Dialog, words } from "../ui/index.ts";
import { byLink } from "../visit/inviting.ts";
import { Panel } from "../visit/Panel.tsx";
import { SendInvitation } from "../visit/SendInvitation.tsx";
import { useMemo } from "preact/hooks";

interface Props {
  token: string;
  zone: string;
  onClose: () => void;
}

/** The patient invites from their own page (R2, R13): a link and a number to pass on, or a message sent from here. */
export function InviteGuest({ token, zone, onClose }: Props) {
  const inviter = useMemo(() => byLink(token), [token]);
  return (
    <Dialog title={words.guest.invite} onClose={onClose}>
      <Panel inviter={inviter} zone={zone} />
      <SendInvitation inviter={inviter} />
    </Dialog>
  );
}

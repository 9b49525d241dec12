import { useEffect, useState } from "preact/hooks";
import { Banner, Button, time, useNow, words } from "../ui/index.ts";
import { ByPhone, type Telephone } from "../visit/ByPhone.tsx";
import { TroubleBanner } from "../visit/Trouble.tsx";
import { Panel } from "../visit/Panel.tsx";
import { askTelephone, telephone } from "../visit/look.ts";
import type { SeatState } from "../wire/index.ts";
import type { PanelName } from "./Bar.tsx";
import type { Call } from "./call.ts";
import { ExtendButtons } from "./Extend.tsx";

interface Props {
  call: Call;
  state: SeatState;
  onPanel: (panel: PanelName) => void;
}

/** What must be known now, over the stage, one under the other. */
export function Banners({ call, state }: Props) {
  return (
    <div class="banners">
      <Reconnecting call={call} />
      <AskedToMute call={call} />
      <OwnConnection call={call} />
      <NoMedia call={call} state={state} />
      <TimeIsUp call={call} state={state} />
      <TroubleBanner devices={call.devices} />
    </div>
  );
}

/** The connection to the server is lost; what connects the browsers goes on. */
function Reconnecting({ call }: { call: Call }) {
  if (call.attendance.net.value.at === "open") return null;
  return (
    <Banner tone="wait" live>
      {words.call.reconnecting}
    </Banner>
  );
}

/** Said calmly, with what one can do about it. */
function OwnConnection({ call }: { call: Call }) {
  const { camTrack } = call.devices.state.value;
  if (!call.weak.value || call.noMedia.value || call.attendance.net.value.at !== "open") return null;
  return (
    <Banner tone="wait" live>
      <p>
        {words.call.weak} {camTrack ? words.call.weakCamera : words.call.weakMore}
      </p>
      {camTrack && <Button onClick={() => call.devices.setCam(false)}>{words.call.cameraOff}</Button>}
    </Banner>
  );
}

function AskedToMute({ call }: { call: Call }) {
  const by = call.askedBy.value;
  if (!by || !call.devices.state.value.mic) return null;
  const name = call.attendance.state.value?.seats[by]?.name ?? by;
  return (
    <Banner live>
      <p>{words.call.askedMute(name)}</p>
      <div class="banner-acts">
        <Button kind="primary" onClick={() => call.answerMute(true)}>
          {words.call.muteNow}
        </Button>
        <Button onClick={() => call.answerMute(false)}>{words.call.notNow}</Button>
      </div>
    </Banner>
  );
}

/** Ten seconds and nothing came: a telephone always works, and they stay the same person (D11). */
function NoMedia({ call, state }: { call: Call; state: SeatState }) {
  const [shown, setShown] = useState(false);
  const { entry } = call.attendance;
  const stuck = call.noMedia.value;
  useEffect(() => {
    if (stuck && entry.by === "link") void askTelephone(entry.token);
  }, [stuck, entry]);
  if (!stuck) return null;
  const phone: Telephone | undefined = telephone();
  return (
    <Banner tone="wait" live>
      <p class="banner-title">{words.call.noMedia}</p>
      <p>{words.call.noMediaText}</p>
      {shown ? (
        phone ? (
          <ByPhone {...phone} />
        ) : (
          <Panel inviter={call.inviter} zone={state.info?.zone ?? "UTC"} />
        )
      ) : (
        (phone || state.info?.may_invite) && <Button onClick={() => setShown(true)}>{words.guest.byPhoneInstead}</Button>
      )}
    </Banner>
  );
}

/** The provider is warned five minutes before the time is over, and can give more (D2). */
function TimeIsUp({ call, state }: { call: Call; state: SeatState }) {
  const now = useNow();
  const { info } = state;
  if (state.role !== "provider" || !info) return null;
  const over = info.status === "lapsed";
  if (!over && !info.warned) return null;
  const left = info.lapses_at - now;
  return (
    <Banner tone="wait" live>
      <p>{over || left <= 0 ? words.call.timeOverText : words.call.warned(time.minutes(left))}</p>
      <ExtendButtons call={call} />
    </Banner>
  );
}

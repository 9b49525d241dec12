import { useEffect, useRef, useState } from "preact/hooks";
import { Volume2 } from "lucide-preact";
import { Button, words } from "../ui/index.ts";
import { useSpeaker } from "../visit/sound.ts";
import { aboveTheLine, type SeatState } from "../wire/index.ts";
import { inByBrowser, type Call } from "./call.ts";

/** Everybody's sound, apart from their pictures, so that no change of layout interrupts it. */
export function Sounds({ call, state }: { call: Call; state: SeatState }) {
  void call.version.value;
  const [blocked, setBlocked] = useState(false);
  const { speakerId } = call.devices.state.value;
  const own = state.seats[state.seat];
  if (own?.how === "both") return null; // they hear by telephone: two sounds at once would echo (D11)
  const tracks = Object.values(state.seats)
    .filter((seat) => seat.seat !== state.seat && aboveTheLine(seat) && inByBrowser(seat))
    .map((seat) => ({ seat: seat.seat, track: call.remote(seat.seat)?.audio }));
  return (
    <>
      {tracks.map(({ seat, track }) => track && <Sound key={seat} track={track} speakerId={speakerId} retry={!blocked} onBlocked={() => setBlocked(true)} />)}
      {blocked && (
        <div class="hear">
          <Button kind="primary" size="large" icon={Volume2} onClick={() => setBlocked(false)}>
            {words.call.hear}
          </Button>
        </div>
      )}
    </>
  );
}

interface Props {
  track: MediaStreamTrack;
  speakerId: string;
  retry: boolean;
  onBlocked: () => void;
}

function Sound({ track, speakerId, retry, onBlocked }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (audio.current) audio.current.srcObject = new MediaStream([track]);
  }, [track]);
  useEffect(() => {
    if (audio.current) void useSpeaker(audio.current, speakerId);
  }, [speakerId]);
  useEffect(() => {
    // some browsers play sound only after a press
    if (retry) audio.current?.play().catch((error: DOMException) => error.name === "NotAllowedError" && onBlocked());
  }, [track, retry]);
  return <audio ref={audio} autoplay />;
}

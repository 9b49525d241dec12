import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Volume2 } from "lucide-preact";
import { Button, words } from "../ui/index.ts";
import { useSpeaker } from "../visit/sound.ts";
import { aboveTheLine, type SeatState } from "../wire/index.ts";
import { inByBrowser, type Call } from "./call.ts";

/** Everybody's sound, apart from their pictures, so that no change of layout interrupts it. */
export function Sounds({ call, state }: { call: Call; state: SeatState }) {
  void call.version.value;
  const [blocked, setBlocked] = useState<ReadonlySet<string>>(NONE);
  const { speakerId, micTrack } = call.devices.state.value;
  const note = useCallback((seat: string, is: boolean) => setBlocked((before) => (before.has(seat) === is ? before : changed(before, seat, is))), []);
  const own = state.seats[state.seat];
  if (own?.how === "both") return null; // they hear by telephone: two sounds at once would echo (D11)
  const heard = Object.values(state.seats).filter((seat) => seat.seat !== state.seat && aboveTheLine(seat) && inByBrowser(seat));
  const { phones, whole } = call;
  return (
    <>
      {phones && <Sound seat="" track={phones} speakerId={speakerId} capturing={micTrack !== undefined} onBlocked={note} />}
      {(whole ? [] : heard).map(({ seat }) => {
        const track = call.remote(seat)?.audio;
        return track && <Sound key={seat} seat={seat} track={track} speakerId={speakerId} capturing={micTrack !== undefined} onBlocked={note} />;
      })}
      {blocked.size > 0 && (
        <div class="hear">
          {/* any press lets the browser play; this one says what it is for */}
          <Button kind="primary" size="large" icon={Volume2}>
            {words.call.hear}
          </Button>
        </div>
      )}
    </>
  );
}

const NONE: ReadonlySet<string> = new Set();

function changed(before: ReadonlySet<string>, seat: string, is: boolean): ReadonlySet<string> {
  const after = new Set(before);
  if (is) after.add(seat);
  else after.delete(seat);
  return after;
}

interface Props {
  seat: string;
  track: MediaStreamTrack;
  speakerId: string;
  /** Browsers let a page that listens to the microphone play sound. */
  capturing: boolean;
  onBlocked: (seat: string, is: boolean) => void;
}

/** One person's sound. Where the browser wants a press or a microphone first, it plays after that. */
function Sound({ seat, track, speakerId, capturing, onBlocked }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (audio.current) audio.current.srcObject = new MediaStream([track]);
  }, [track]);
  useEffect(() => {
    if (audio.current) void useSpeaker(audio.current, speakerId);
  }, [speakerId]);
  useEffect(() => {
    const play = () =>
      audio.current?.play().then(
        () => onBlocked(seat, false),
        (error: DOMException) => error.name === "NotAllowedError" && onBlocked(seat, true),
      );
    void play();
    window.addEventListener("click", play);
    return () => {
      window.removeEventListener("click", play);
      onBlocked(seat, false);
    };
  }, [track, capturing, seat, onBlocked]);
  return <audio ref={audio} autoplay />;
}

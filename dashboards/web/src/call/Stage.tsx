import { aboveTheLine, inOrder, mediaOf, type Participant, type SeatState } from "../wire/index.ts";
import { words } from "../ui/index.ts";
import { inByBrowser, type Call } from "./call.ts";
import { Alone, SelfTile, Tile } from "./Tile.tsx";
import { useSpeaking } from "./useSpeaking.ts";
import { Video } from "./Video.tsx";

/** Everyone in the call, and the shared screen when there is one. */
export function Stage({ call, state }: { call: Call; state: SeatState }) {
  void call.version.value;
  const others = inOrder(state.seats).filter((seat) => aboveTheLine(seat) && seat.seat !== state.seat);
  const speaking = useSpeaking(call, others);
  const sharer = others.find((seat) => inByBrowser(seat) && mediaOf(seat).screen && call.remote(seat.seat)?.screen);
  const layout = sharer ? "stage-shared" : `stage-${Math.min(others.length + 1, 12)}`;
  return (
    <div class={`stage ${layout}`}>
      {sharer && <SharedScreen call={call} sharer={sharer} />}
      <ul class="tiles" aria-label={words.call.stage}>
        {others.map((seat) => (
          <Tile key={seat.seat} call={call} seat={seat} speaking={speaking.has(seat.seat)} />
        ))}
        <SelfTile call={call} state={state} speaking={speaking.has(state.seat)} />
      </ul>
      {others.length === 0 && <Alone />}
    </div>
  );
}

function SharedScreen({ call, sharer }: { call: Call; sharer: Participant }) {
  const track = call.remote(sharer.seat)?.screen;
  const name = words.call.sharing(sharer.name);
  return (
    <figure class="shared">
      {track && <Video track={track} label={name} />}
      <figcaption class="tile-name">{name}</figcaption>
    </figure>
  );
}

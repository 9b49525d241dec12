import { Component } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ArrowUp } from "lucide-preact";
import { Button } from "../../ui/index.ts";
import { openVisit, place } from "../address.ts";
import { dayText } from "../times.ts";
import { words } from "../words.ts";
import type { Board } from "./board.ts";
import { isSame, type Line } from "./order.ts";
import { useWindow } from "./useWindow.ts";
import type { RoomView } from "./view.ts";
import { VisitRow } from "./VisitRow.tsx";

const COLUMNS = ["time", "patient", "provider", "option", "guests", "state", "actions"] as const;

/** How many rows stand in for those that are still to come. */
const SKELETONS = 6;

/** Put the keyboard on a visit's row, if it is shown. */
export function focusRow(visit: string): void {
  document.querySelector<HTMLElement>(`[data-visit="${CSS.escape(visit)}"]`)?.focus();
}

/**
 * The visits of the day, a heading for each room. Its rows do not move while the pointer is over them.
 *
 * Of a long day only what is in sight is drawn, and the rows of the keyboard and of the open visit wherever they are.
 */
export function Table({ board, view }: { board: Board; view: RoomView }) {
  const { lines, above } = view.shown.value;
  const frame = useRef<HTMLDivElement>(null);
  const kept = [view.current.value, place.value.visit];
  const parts = useWindow({ frame, lines, kept, under: () => view.under ?? lineAt(document.activeElement), fromTheTop: view.fromTheTop.value });
  useFocusKept(view);
  if (!board.loaded.value) return <Skeleton />;
  if (!lines.length) return <Empty board={board} view={view} />;
  return (
    <div class="table-frame" ref={frame}>
      {above > 0 && (
        <div class="table-above">
          <Button kind="primary" size="dense" icon={ArrowUp} onClick={() => view.release()}>
            {words.room.above(above)}
          </Button>
        </div>
      )}
      <p class="unseen" id="table-keys">
        {words.room.keys}
      </p>
      <div
        class="table"
        role="grid"
        aria-label={words.room.table(dayText(board.day.value))}
        aria-describedby="table-keys"
        aria-rowcount={lines.length + 1}
        onPointerOver={(event) => event.pointerType === "mouse" && view.point(lineAt(event.target))}
        onPointerLeave={() => view.point(null)}
        onFocusIn={(event) => {
          const visit = lineAt(event.target);
          if (visit) view.active.value = visit;
        }}
        onKeyDown={(event) => onKey(event, view)}
      >
        <div role="row" aria-rowindex={1} class="row head-row">
          {COLUMNS.map((column) => (
            <div key={column} role="columnheader" class={`cell cell-${column}`}>
              {words.column[column]}
            </div>
          ))}
        </div>
        {parts.map((part) => {
          if (part.kind === "gap") return <div key={part.key} role="presentation" style={{ height: `${part.height}px` }} />;
          const line = lines[part.index];
          return line && <TableLine key={line.key} line={line} index={part.index + 2} board={board} view={view} />;
        })}
      </div>
    </div>
  );
}

interface LineProps {
  line: Line;
  /** Its row in the grid; the head is the first one. */
  index: number;
  board: Board;
  view: RoomView;
}

/** A line is drawn anew when it is another one; its visit's own changes it draws by itself. */
class TableLine extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const { line, index, board, view } = this.props;
    return !isSame(line, next.line) || index !== next.index || board !== next.board || view !== next.view;
  }

  override render({ line, index, board, view }: LineProps) {
    if (line.kind === "room") return <RoomRow line={line} index={index} />;
    const live = board.find(line.visit);
    return live ? <VisitRow live={live} view={view} index={index} /> : null;
  }
}

function RoomRow({ line, index }: { line: Line & { kind: "room" }; index: number }) {
  return (
    <div role="row" aria-rowindex={index} class="row room-row" data-line={line.key}>
      <div role="rowheader" aria-colspan={COLUMNS.length} class="cell room-name">
        {line.room || words.room.noRoom} <span class="soft figures">{words.room.visits(line.visits)}</span>
      </div>
    </div>
  );
}

function lineAt(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-visit]")?.dataset["visit"] ?? null) : null;
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function onKey(event: KeyboardEvent, view: RoomView): void {
  const by = STEPS[event.key];
  if (by !== undefined) {
    event.preventDefault();
    const visit = view.step(by);
    const grid = event.currentTarget as HTMLElement;
    requestAnimationFrame(() => {
      focusRow(visit); // its line may have to be drawn first
      grid.parentElement?.dispatchEvent(new Event("scroll")); // what is kept in sight is where the keyboard is from now on
    });
  } else if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.dataset["visit"]) {
    openVisit(event.target.dataset["visit"]);
  }
}

/** A row that moves in the document loses the keyboard: give it back. */
function useFocusKept(view: RoomView): void {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  const lines = view.shown.value.lines;
  useEffect(() => {
    if (focused?.closest("[role=grid]") && document.activeElement === document.body) focused.focus();
  }, [lines]);
}

function Skeleton() {
  return (
    <div class="table-frame" role="status">
      <span class="unseen">{words.room.loading}</span>
      <div class="table" aria-hidden="true">
        {Array.from({ length: SKELETONS }, (_, index) => (
          <div key={index} class="row visit-row">
            {COLUMNS.slice(0, -1).map((column) => (
              <div key={column} class={`cell cell-${column}`}>
                <span class="bone" />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function Empty({ board, view }: { board: Board; view: RoomView }) {
  const search = view.search.value;
  const filter = view.filter.value;
  const isWhole = !search && filter === "all" && !view.provider.value;
  return (
    <div class="empty" role="status">
      <p class="empty-title">{emptyText(view)}</p>
      {!isWhole && board.rows.size > 0 && <Button onClick={() => view.showAll()}>{words.room.showAll}</Button>}
    </div>
  );
}

function emptyText({ search, filter, provider }: RoomView): string {
  if (search.value) return words.room.notFound(search.value);
  if (filter.value !== "all") return words.room.noneHere[filter.value];
  return provider.value ? words.room.noneOf(provider.value) : noVisits();
}

function noVisits(): string {
  return place.value.day ? words.room.none : words.room.noneToday;
}

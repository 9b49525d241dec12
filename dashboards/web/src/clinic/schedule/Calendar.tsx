import { useEffect, useRef } from "preact/hooks";
import { Calendar as FullCalendar, type CalendarOptions, type EventDisplayInfo, type EventInput } from "fullcalendar";
import interaction from "fullcalendar/interaction";
import timeGrid from "fullcalendar/timegrid";
import "fullcalendar/skeleton.css";
import { language, locale } from "../../ui/language.ts";
import { clock } from "../../wire/index.ts";
import type { Visit, Weekday } from "../clinic.ts";
import { dayOf, timeOf as wallTime } from "../day.ts";
import { Block } from "./Block.tsx";
import { type BlockState, isPlanned } from "./block.ts";
import type { Slot } from "./form/draft.ts";
import { look } from "./look.ts";
import { daysOf, headOf, isWithin, type View } from "./shown.ts";
import { STEP_MS } from "./slots.ts";
import { words } from "./words.ts";

/** A visit as the calendar draws it. */
export interface Drawn {
  readonly visit: Visit;
  readonly state: BlockState;
}

interface Props {
  zone: string;
  /** `YYYY-MM-DD`: the calendar shows it, or the week that it is in. */
  day: string;
  view: View;
  /** The day with which weeks begin, 0 is Sunday. */
  weekStarts: Weekday;
  drawn: readonly Drawn[];
  slot: Slot | null;
  mayPlan: boolean;
  onSlot: (slot: Slot) => void;
  onOpen: (visit: string) => void;
  /** A visit was dragged to another time; it is drawn there when `drawn` says so. */
  onMove: (visit: Visit, to: Slot) => void;
  onDay: (day: string) => void;
}

const VIEWS: Readonly<Record<View, string>> = { week: "timeGridWeek", day: "timeGridDay" };
/** A finger that rests so long takes hold; sooner it scrolls. Milliseconds. */
const LONG_PRESS_MS = 400;
/** Half an hour's height: a quarter holds two lines. */
const SLOT_PX = 56;
/** When the clinic's day is scrolled to on days that are not today. */
const MORNING = "08:00:00";

/** FullCalendar as a component: it keeps its own instance, and is told what changes. */
export function Calendar(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const calendar = useRef<FullCalendar | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { zone, day, view, weekStarts, drawn, slot, mayPlan } = props;
  useEffect(() => {
    if (!box.current) return;
    const made = new FullCalendar(box.current, optionsFor(latest));
    calendar.current = made;
    made.render();
    return () => made.destroy();
  }, [zone, weekStarts, language.value]);
  const { first } = daysOf(day, view, weekStarts);
  useEffect(() => {
    calendar.current?.changeView(VIEWS[view], first);
    calendar.current?.scrollToTime(scrollTime(latest.current));
  }, [first, view, zone, weekStarts, language.value]);
  useEffect(() => {
    const events = drawn.map((one) => eventOf(one, mayPlan));
    calendar.current?.setOption("events", events);
  }, [drawn, zone, weekStarts, mayPlan, language.value]);
  useEffect(() => {
    if (slot) calendar.current?.select(slot.start, slot.end);
    else calendar.current?.unselect();
  }, [slot?.start, slot?.end, first, view, weekStarts, language.value]);
  return <div ref={box} class="calendar" data-calendar />;
}

function optionsFor(latest: { readonly current: Props }): CalendarOptions {
  const { zone, day, view, weekStarts, mayPlan } = latest.current;
  return {
    ...look,
    plugins: [timeGrid, interaction],
    initialView: VIEWS[view],
    initialDate: day,
    timeZone: zone,
    locale: locale(),
    now: () => clock.now(),
    nowIndicator: true,
    firstDay: weekStarts,
    headerToolbar: false,
    allDaySlot: false,
    timedText: words.schedule.visits,
    height: "100%",
    slotDuration: "00:30:00",
    snapDuration: { milliseconds: STEP_MS },
    slotHeaderInterval: "01:00:00",
    slotHeaderFormat: { hour: "numeric" },
    slotHeaderContent: ({ text }) => text.replace(/(\d)([ap]\.?m)/i, "$1 $2"),
    slotMinHeight: SLOT_PX,
    dayHeaderContent: ({ date }) => headOf(dayOf(date.getTime(), zone)),
    navLinkHint: (_, date) => words.schedule.showDay(headOf(dayOf(date.getTime(), zone))),
    scrollTime: scrollTime(latest.current),
    scrollTimeReset: false,
    navLinks: true,
    navLinkDayClick: (date) => latest.current.onDay(dayOf(date.getTime(), zone)),
    moreLinkClick: ({ date }) => {
      latest.current.onDay(dayOf(date.getTime(), zone));
    },
    moreLinkText: (visits) => words.schedule.more(visits),
    moreLinkHint: (visits) => words.schedule.morePeople(visits),
    views: { timeGridWeek: { eventMaxStack: 3 }, timeGridDay: { eventMaxStack: 8 } },
    slotEventOverlap: false,
    eventTimeFormat: { hour: "numeric", minute: "2-digit" },
    eventContent: content,
    eventDidMount: ({ el, event }) => {
      if (event.id) el.dataset["visit"] = event.id;
    },
    eventClick: ({ event }) => latest.current.onOpen(event.id),
    eventStartEditable: true,
    eventDurationEditable: false,
    eventAllow: ({ start }) => start.getTime() >= clock.now(),
    eventDrop: ({ event, revert }) => {
      const { visit } = event.extendedProps as Drawn;
      const [start, end] = [event.start?.getTime() ?? visit.start, event.end?.getTime() ?? visit.end];
      revert(); // what is drawn where is not the calendar's to know
      latest.current.onMove(visit, { start, end });
    },
    selectable: mayPlan,
    selectMirror: true,
    selectMinDistance: 0,
    unselectAuto: false,
    selectAllow: ({ end }) => end.getTime() > clock.now(),
    select: ({ start, end }) => {
      const slot = { start: start.getTime(), end: end.getTime() };
      const known = latest.current.slot;
      if (slot.start !== known?.start || slot.end !== known.end) latest.current.onSlot(slot);
    },
    longPressDelay: LONG_PRESS_MS,
    events: [],
  };
}

function content(info: EventDisplayInfo) {
  const { visit, state } = info.event.extendedProps as Partial<Drawn>;
  const at = info.event.start?.getTime() ?? 0;
  if (!visit || !state) return <span class="cal-mirror-time figures">{info.timeText}</span>; // the time that is being chosen
  return <Block visit={visit} state={state} start={at} short={info.isShort} />;
}

function eventOf({ visit, state }: Drawn, mayPlan: boolean): EventInput {
  return {
    id: visit.id,
    title: visit.patient.name,
    start: visit.start,
    end: visit.end,
    startEditable: mayPlan && isPlanned(visit),
    className: `block block-${state.tone}${visit.status === "cancelled" ? " block-cancelled" : ""}`,
    extendedProps: { visit, state },
  };
}

/** An hour before now where now is shown, else the morning. */
function scrollTime({ zone, day, view, weekStarts }: Props): string {
  if (!isWithin(dayOf(clock.now(), zone), daysOf(day, view, weekStarts))) return MORNING;
  const hour = Number(wallTime(clock.now(), zone).slice(0, 2));
  return `${String(Math.max(0, hour - 1)).padStart(2, "0")}:00:00`;
}


/** The calendar's parts by the names that schedule.css knows; its own themes are left out. */
import type { CalendarOptions } from "fullcalendar";

export const look: CalendarOptions = {
  className: "cal",
  viewClass: "cal-view",
  tableHeaderClass: "cal-head",
  dayHeaderClass: (info) => (info.isToday ? "cal-day-head cal-today-head" : "cal-day-head"),
  dayHeaderInnerClass: "cal-day-name",
  dayHeaderDividerClass: "cal-head-line",
  dayHeaderAlign: "center",
  navLinkClass: "cal-link",
  slotHeaderClass: "cal-hour",
  slotHeaderInnerClass: "cal-hour-name",
  slotHeaderDividerClass: "cal-hours-line",
  slotLaneClass: (info) => (info.isMinor ? "cal-slot cal-slot-half" : "cal-slot"),
  dayLaneClass: (info) => (info.isToday ? "cal-lane cal-lane-today" : info.isPast ? "cal-lane cal-lane-past" : "cal-lane"),
  dayLaneInnerClass: "cal-lane-in",
  fillerClass: "cal-filler",
  nowIndicatorLineClass: "cal-now",
  nowIndicatorHeaderClass: "cal-now-mark",
  highlightClass: "cal-chosen",
  eventClass: (info) =>
    ["cal-event", info.isMirror && "cal-mirror", info.isDragging && "cal-dragged", info.isSelected && "cal-held"].filter(Boolean).join(" "),
  columnEventInnerClass: "cal-event-in",
  columnMoreLinkClass: "cal-more",
  columnMoreLinkInnerClass: "cal-more-in",
};

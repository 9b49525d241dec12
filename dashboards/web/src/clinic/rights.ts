/** What the pages offer to whom. The server decides; this only spares people what it would refuse. */
import type { StaffRole } from "./clinic.ts";

export function maySeeVisits(role: StaffRole): boolean {
  return role !== "sre";
}

export function mayEnter(role: StaffRole): boolean {
  return role === "provider" || role === "admin";
}

export function mayChangeSettings(role: StaffRole): boolean {
  return role === "admin";
}

/** Whether they make, move, change and cancel visits. */
export function maySchedule(role: StaffRole): boolean {
  return role === "provider" || role === "coordinator" || role === "admin";
}

/** What every pair receives, in numbers: for tests and for support, at `window.vestibule.stats()`. */

import type { Mesh } from "./mesh.ts";
import { sampleOf, type Sample } from "./quality.ts";

export interface PeerStats {
  readonly seat: string;
  /** Names the connection: another one, and the media has started anew. */
  readonly pair: string;
  readonly state: RTCPeerConnectionState;
  readonly audioBytes: number;
  readonly totalAudioEnergy: number;
  readonly videoBytes: number;
  readonly framesDecoded: number;
  /** The kind of our candidate in use: "host", "srflx", "prflx", "relay", or "" before there is one. */
  readonly candidate: string;
  readonly roundTripSeconds: number;
}

export async function statsOf(mesh: Mesh): Promise<readonly PeerStats[]> {
  return Promise.all(mesh.pairs().map(async ({ id, seat, pc }) => summary(id, seat, pc.connectionState, await pc.getStats())));
}

/** What every pair that is connected has counted so far. */
export async function samplesOf(mesh: Mesh): Promise<readonly Sample[]> {
  const connected = mesh.pairs().filter((pair) => pair.connected);
  return Promise.all(connected.map(async ({ id, pc }) => sampleOf(id, rowsOf(await pc.getStats()))));
}

type Row = Record<string, unknown>;

function rowsOf(report: RTCStatsReport): Row[] {
  const rows: Row[] = [];
  report.forEach((row: Row) => rows.push(row));
  return rows;
}

function summary(pair: string, seat: string, state: RTCPeerConnectionState, report: RTCStatsReport): PeerStats {
  const rows = rowsOf(report);
  const inbound = (kind: string) => rows.filter((row) => row["type"] === "inbound-rtp" && row["kind"] === kind);
  const route = rows.find((row) => row["type"] === "candidate-pair" && row["state"] === "succeeded" && row["nominated"] === true);
  const local = rows.find((row) => row["id"] === route?.["localCandidateId"]);
  return {
    seat,
    pair,
    state,
    audioBytes: sum(inbound("audio"), "bytesReceived"),
    totalAudioEnergy: sum(inbound("audio"), "totalAudioEnergy"),
    videoBytes: sum(inbound("video"), "bytesReceived"),
    framesDecoded: sum(inbound("video"), "framesDecoded"),
    candidate: typeof local?.["candidateType"] === "string" ? local["candidateType"] : "",
    roundTripSeconds: sum(route ? [route] : [], "currentRoundTripTime"),
  };
}

function sum(rows: readonly Row[], name: string): number {
  return rows.reduce((total, row) => total + (typeof row[name] === "number" ? row[name] : 0), 0);
}

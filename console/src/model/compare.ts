//! Two executions aligned visit by visit, for servers that do not compare: the first visit of a state with the first, the second with the second.

import type { ComparedVisit, HistoryEvent, Visit } from "../api/shapes";

/** What a visit gave: the output in its last event that has one. */
function outputs(events: HistoryEvent[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { visit, type, details } of events) {
    if (visit === null || !type.endsWith("StateExited")) continue;
    found.set(visit, JSON.stringify((details as { output?: unknown } | null)?.output ?? null));
  }
  return found;
}

/** The visits that have no counterpart stand where they were among their own. Iterations are told apart by their index. */
export function align(a: { visits: Visit[]; events: HistoryEvent[] }, b: { visits: Visit[]; events: HistoryEvent[] }): ComparedVisit[] {
  const keysOf = (visits: Visit[]) => {
    const seen = new Map<string, number>();
    return visits.map((visit) => {
      const place = `${visit.stateId} ${visit.index ?? ""}`;
      const times = seen.get(place) ?? 0;
      seen.set(place, times + 1);
      return `${place} ${times}`;
    });
  };
  const [keysA, keysB] = [keysOf(a.visits), keysOf(b.visits)];
  const [placesA, placesB] = [new Map(keysA.map((key, place) => [key, place])), new Map(keysB.map((key, place) => [key, place]))];
  const [outputsA, outputsB] = [outputs(a.events), outputs(b.events)];
  const rows: ComparedVisit[] = [];
  const row = (visitA: Visit | null, visitB: Visit | null) => {
    const { stateId, stateName } = (visitA ?? visitB)!;
    const took = (visit: Visit) => (visit.exitedAt === null ? null : visit.exitedAt - visit.enteredAt);
    const [tookA, tookB] = [visitA && took(visitA), visitB && took(visitB)];
    const outputDiffers = visitA !== null && visitB !== null && outputsA.get(visitA.id) !== outputsB.get(visitB.id);
    rows.push({ stateId, stateName, visitA, visitB, outputDiffers, deltaMs: tookA !== null && tookB !== null ? tookB - tookA : null });
  };
  let nextB = 0;
  for (const [placeA, key] of keysA.entries()) {
    const placeB = placesB.get(key);
    if (placeB !== undefined) {
      // What only B has and came before.
      for (; nextB < placeB; nextB++) if (!placesA.has(keysB[nextB]!)) row(null, b.visits[nextB]!);
      nextB = Math.max(nextB, placeB + 1);
    }
    row(a.visits[placeA]!, placeB === undefined ? null : b.visits[placeB]!);
  }
  for (; nextB < keysB.length; nextB++) if (!placesA.has(keysB[nextB]!)) row(null, b.visits[nextB]!);
  return rows;
}

//! The data of a visit as its events tell it, for servers that do not say more: what went in, what was asked for, what came back, what went on.

import type { DataStep, HistoryEvent, Payload, VisitData } from "../api/shapes";

type Details = Record<string, unknown>;

/** A text of an event's details, or the beginning of one. */
function payload(value: unknown): Payload | null {
  if (typeof value === "string") return { text: value };
  if (typeof value === "object" && value !== null && "ref" in value) return value as Payload;
  return null;
}

/** `events` are those of the visit, oldest first. Of several attempts the last counts. */
export function dataOf(events: HistoryEvent[]): VisitData {
  const steps = new Map<string, Payload>();
  const assigned: Record<string, unknown> = {};
  const put = (name: string, value: unknown) => {
    const found = payload(value);
    if (found !== null) steps.set(name, found);
  };
  for (const { type, details } of events) {
    const known = (details ?? {}) as Details;
    if (type.endsWith("StateEntered")) put("input", known["input"]);
    else if (type.endsWith("Scheduled")) {
      put("arguments", known["parameters"] ?? known["input"]);
      steps.delete("result");
    } else if (/^(Task|LambdaFunction|Activity)Succeeded$/.test(type)) put("result", known["output"]);
    else if (type.endsWith("StateExited")) {
      put("output", known["output"]);
      Object.assign(assigned, known["assignedVariables"] as Details | undefined);
    }
  }
  const order: DataStep[] = ["input", "arguments", "result", "output"].flatMap((name) => {
    const found = steps.get(name);
    return found === undefined ? [] : [{ name, expression: null, payload: found }];
  });
  const texts = Object.entries(assigned).flatMap(([name, text]) => (typeof text === "string" ? [`${JSON.stringify(name)}:${text}`] : []));
  return { steps: order, variablesBefore: null, variablesAfter: texts.length === 0 ? null : { text: `{${texts.join(",")}}` }, logs: null };
}

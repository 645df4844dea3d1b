//! Each attempt of a task: how long it waited, worked, why it failed, and the pause before the next.

import type { Attempt, Visit } from "../../api/shapes";
import { Fact, Facts } from "../../components/Facts";
import { StatusGlyph } from "../../components/StatusGlyph";
import { isOpen, look } from "../../model/status";
import { clock, duration, exactly } from "../../model/time";
import { Cause } from "./RootCauseCard";

export function Attempts({ visit }: { visit: Visit }) {
  return (
    <ol>
      {visit.attempts.map((attempt, place) => (
        <li key={place} className="flex flex-col gap-2 border-b border-line px-4 py-3">
          <div className="flex items-center gap-2">
            <StatusGlyph status={statusOf(visit, attempt, place)} />
            <h3 className="font-medium">Attempt {place + 1}</h3>
            <span className="text-meta text-muted">{look(statusOf(visit, attempt, place)).word}</span>
            <time className="tabular ml-auto text-meta text-muted" title={exactly(attempt.scheduledAt)} dateTime={new Date(attempt.scheduledAt).toISOString()}>
              {clock(attempt.scheduledAt)}
            </time>
          </div>
          <Facts>
            {attempt.startedAt !== null && <Fact name="Waited">{duration(attempt.startedAt - attempt.scheduledAt)}</Fact>}
            {attempt.startedAt !== null && attempt.endedAt !== null && <Fact name="Worked">{duration(attempt.endedAt - attempt.startedAt)}</Fact>}
            {attempt.error !== null && (
              <Fact name="Error">
                <code className="break-all text-danger">{attempt.error}</code>
              </Fact>
            )}
            {attempt.backoffUntil !== null && attempt.endedAt !== null && <Fact name="Then paused">{duration(attempt.backoffUntil - attempt.endedAt)}</Fact>}
            {attempt.events.length > 0 && <Fact name="Events">{[...new Set(attempt.events)].join("–")}</Fact>}
          </Facts>
          {attempt.error !== null && <Cause text={attempt.cause} />}
        </li>
      ))}
    </ol>
  );
}

function statusOf(visit: Visit, attempt: Attempt, place: number): string {
  const isLast = place === visit.attempts.length - 1;
  if (attempt.error !== null) return isLast && isOpen(visit.status) ? "RETRYING" : "FAILED";
  if (attempt.endedAt === null) return isLast ? visit.status : "ABORTED";
  return "SUCCEEDED";
}

//! What the execution began with and what it ended with.

import type { Execution, Payload } from "../../api/shapes";
import { PayloadTools, PayloadView, bytesOf } from "../../components/PayloadView";
import { isFailure, isOpen } from "../../model/status";
import { size } from "../../model/time";
import { Cause } from "./RootCauseCard";
import type { ReactNode } from "react";

/** What AWS allows. */
const LIMIT_BYTES = 262_144;

export function InputOutput({ execution }: { execution: Execution }) {
  return (
    <div className="grid min-h-0 grow grid-cols-2 gap-px overflow-auto bg-line max-lg:grid-cols-1">
      <Side title="Input" payload={execution.input} />
      <Side title="Output" payload={execution.output}>
        {execution.output === null && (
          <div className="px-4">
            {isFailure(execution.status) || execution.error !== null ? (
              <>
                <p className="font-semibold text-danger">{execution.error ?? "No error name was given."}</p>
                <Cause text={execution.cause} />
              </>
            ) : (
              <p className="text-muted">{isOpen(execution.status) ? "Still running: there is no output yet." : "There is no output."}</p>
            )}
          </div>
        )}
      </Side>
    </div>
  );
}

function Side({ title, payload, children }: { title: string; payload: Payload | null; children?: ReactNode }) {
  const bytes = bytesOf(payload);
  return (
    <section className="min-w-0 bg-canvas" aria-label={title}>
      <div className="sticky top-0 flex h-10 items-center justify-between gap-3 border-b border-line bg-canvas px-4">
        <h2 className="font-semibold">{title}</h2>
        <span className="flex items-center gap-3">
          {bytes !== null && <Meter bytes={bytes} />}
          <PayloadTools payload={payload} />
        </span>
      </div>
      <div className="py-2">{payload !== null ? <PayloadView payload={payload} openTo={3} /> : children}</div>
    </section>
  );
}

function Meter({ bytes }: { bytes: number }) {
  const share = Math.min(1, bytes / LIMIT_BYTES);
  if (share < 0.05) return null;
  return (
    <span
      role="meter"
      aria-label="Share of the largest payload that AWS takes"
      aria-valuenow={bytes}
      aria-valuemin={0}
      aria-valuemax={LIMIT_BYTES}
      title={`${Math.round(100 * share)} % of ${size(LIMIT_BYTES)}`}
      className="block h-1.5 w-20 overflow-hidden rounded-full bg-line"
    >
      <span data-status={share > 0.8 ? "CAUGHT" : "RUNNING"} className="block h-full bg-status" style={{ width: `${100 * share}%` }} />
    </span>
  );
}

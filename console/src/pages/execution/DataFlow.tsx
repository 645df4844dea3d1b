//! What became of the data in one visit: from the state's input, through each field that changed it, to its output, and the variables.

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useVisitData } from "../../api/queries";
import type { DataStep, Visit } from "../../api/shapes";
import { JsonTree } from "../../components/JsonTree";
import { PayloadTools, PayloadView, bytesOf, hasMembers, jsonOf } from "../../components/PayloadView";
import { Failure, Loading } from "../../components/states";
import { equal } from "../../model/json";
import { Cause } from "./RootCauseCard";
import type { ExecutionView } from "./useExecutionView";

/** In AWS's words. `of` is the field of the definition. */
const NAMES: Record<string, { title: string; root?: string }> = {
  input: { title: "State input", root: "$states.input" },
  afterInputPath: { title: "After InputPath" },
  arguments: { title: "Arguments" },
  afterItemSelector: { title: "After ItemSelector (first item)" },
  afterParameters: { title: "After Parameters" },
  items: { title: "Items" },
  result: { title: "Result", root: "$states.result" },
  afterResultSelector: { title: "After ResultSelector" },
  afterResultPath: { title: "After ResultPath" },
  afterOutputPath: { title: "After OutputPath" },
  output: { title: "State output" },
  error: { title: "Error output", root: "$states.errorOutput" },
};

export function titleOf(name: string): string {
  return NAMES[name]?.title ?? name.replace(/([A-Z])/g, " $1").replace(/^./, (first) => first.toUpperCase());
}

export function DataFlow({ view, visit }: { view: ExecutionView; visit: Visit }) {
  const data = useVisitData(view.arn, visit.id, visit.lastEvent);
  if (data.isPending) return <Loading rows={6} label="Loading the data" />;
  if (data.isError) return <Failure error={data.error} retry={() => void data.refetch()} />;
  const { steps, variablesBefore, variablesAfter, logs } = data.data;
  const before = jsonOf(variablesBefore);
  const after = jsonOf(variablesAfter);
  const hasVariables = hasMembers(variablesBefore) || hasMembers(variablesAfter);
  return (
    <div>
      {steps.map((step, place) => (
        <Step key={`${visit.id} ${place} ${step.name}`} step={step} before={place === 0 ? null : (steps[place - 1] ?? null)} isFirst={place === 0} />
      ))}
      {visit.error !== null && (
        <Block title={<span className="text-danger">{visit.error}</span>} isOpen>
          <div className="px-4 pb-1">
            <Cause text={visit.cause} />
          </div>
        </Block>
      )}
      {hasVariables && (
        <Block
          title="Variables"
          note={after === undefined ? undefined : equal(before, after) ? "unchanged" : "before → after"}
          isOpen={after === undefined || !equal(before, after)}
          tools={<PayloadTools payload={variablesAfter ?? variablesBefore} />}
        >
          {after !== undefined ? <JsonTree value={after} before={before ?? {}} root="" /> : <PayloadView payload={variablesAfter ?? variablesBefore} root="" />}
        </Block>
      )}
      {logs && logs.length > 0 && (
        <Block title="Log of the function" note={logs.length === 1 ? "1 line" : `${logs.length} lines`} isOpen={visit.error !== null}>
          <pre className="overflow-x-auto px-4 pb-1 leading-[18px]">{logs.join("\n")}</pre>
        </Block>
      )}
      {steps.length === 0 && !hasVariables && <p className="px-4 py-6 text-center text-muted">There is no data to show for this visit.</p>}
    </div>
  );
}

function Step({ step, before, isFirst }: { step: DataStep; before: DataStep | null; isFirst: boolean }) {
  const value = jsonOf(step.payload);
  const earlier = jsonOf(before?.payload);
  const isSame = value !== undefined && earlier !== undefined && equal(earlier, value);
  // A result replaces everything: what is "new" in it would be all of it.
  const compares = comparable(step.name) && earlier !== undefined && !isSame;
  return (
    <Block
      title={titleOf(step.name)}
      note={isSame ? "as before" : undefined}
      isOpen={!isSame && (isFirst || (bytesOf(step.payload) ?? 0) < 20_000)}
      tools={<PayloadTools payload={step.payload} />}
    >
      {step.expression !== null && step.expression !== undefined && <Expression value={step.expression} />}
      <PayloadView payload={step.payload} before={compares ? earlier : undefined} root={NAMES[step.name]?.root ?? "$"} />
    </Block>
  );
}

function comparable(name: string): boolean {
  return name === "afterResultPath" || name === "afterOutputPath" || name === "afterInputPath" || name === "output";
}

/** Characters of a field that needs no heading of its own. */
const SHORT = 80;

function Expression({ value }: { value: unknown }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const isLong = text.length > 600;
  if (text.length <= SHORT && !text.includes("\n")) {
    return (
      <p className="mx-4 mb-1.5 rounded-control border border-line bg-sunken px-2 py-0.5">
        <span className="sr-only">as the definition says: </span>
        <code className="break-words">{text}</code>
      </p>
    );
  }
  return (
    <details className="group/expression mx-4 mb-1.5 rounded-control border border-line bg-sunken" open={!isLong}>
      <summary className="px-2 py-0.5 text-caption text-muted">as the definition says</summary>
      <pre className="max-h-60 overflow-auto px-2 pb-1.5 break-words whitespace-pre-wrap">{text}</pre>
    </details>
  );
}

export function Block({
  title,
  note,
  isOpen: isOpenFirst = false,
  tools,
  children,
}: {
  title: ReactNode;
  note?: string | undefined;
  isOpen?: boolean;
  tools?: ReactNode;
  children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(isOpenFirst);
  return (
    <section className="border-b border-line">
      <div className="flex h-8 items-center justify-between gap-2 pr-3 pl-2">
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="ring-inset flex h-7 min-w-0 grow items-center gap-1.5 rounded-control px-1 text-left font-medium hover:bg-hover">
          <ChevronRight size={13} aria-hidden className={`shrink-0 text-muted ${isOpen ? "rotate-90" : ""}`} />
          <span className="truncate">{title}</span>
          {note && <span className="font-normal text-muted">{note}</span>}
        </button>
        {tools}
      </div>
      {isOpen && <div className="pb-2">{children}</div>}
    </section>
  );
}


//! The column beside the views: one visit of the selected state, or the execution as a whole.

import { GitFork } from "lucide-react";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { useMapRun, useVisits } from "../../api/queries";
import type { SceneNode, Visit } from "../../api/shapes";
import { Button } from "../../components/controls";
import { Section } from "../../components/Facts";
import { PayloadTools, PayloadView, hasMembers } from "../../components/PayloadView";
import { StatusWord } from "../../components/StatusGlyph";
import { Empty, Failure, Loading } from "../../components/states";
import { TabCount, Tabs } from "../../components/tabs";
import { Took } from "../../components/When";
import { executionPath, nameOf } from "../../model/arn";
import { isOpen, look } from "../../model/status";
import { clock, count } from "../../model/time";
import { Progress } from "../MapRunPage";
import { Choice } from "../StartDialog";
import { Attempts } from "./Attempts";
import { DataFlow } from "./DataFlow";
import { eventsOf } from "./EventsView";
import { ForkDialog } from "./ForkDialog";
import { isImported } from "./Head";
import { Iterations } from "./Iterations";
import { StateDefinition } from "./StateDefinition";
import { VisitEvents } from "./VisitEvents";
import type { ExecutionView } from "./useExecutionView";

export function Details({ view }: { view: ExecutionView }) {
  const node = (view.execution.scene?.nodes ?? []).find((each) => each.id === view.state);
  if (view.state === "" || node === undefined) return <Whole view={view} />;
  return <OfState key={node.id} view={view} node={node} />;
}

/** Nothing is selected: the execution itself. */
function Whole({ view }: { view: ExecutionView }) {
  const { execution, moment } = view;
  return (
    <div className="min-h-0 grow overflow-auto">
      <Section title={view.at === "latest" ? "Variables" : `Variables at event ${view.at}`} beside={<PayloadTools payload={moment?.variables ?? null} />}>
        {moment?.variables && hasMembers(moment.variables) ? (
          <div className="-mx-4">
            <PayloadView payload={moment.variables} root="" />
          </div>
        ) : (
          <p className="text-muted">No variables are assigned.</p>
        )}
      </Section>
      {execution.children.length > 0 && (
        <Section title={`Child executions (${execution.children.length})`}>
          <ul className="flex flex-col gap-1">
            {execution.children.map((child) => (
              <li key={child.arn}>
                <Link href={executionPath(child.arn)} className="rounded-control font-mono text-meta text-accent hover:underline">
                  {nameOf(child.arn)}
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {execution.redriveReason && !execution.redrivable && !isOpen(execution.status) && execution.status !== "SUCCEEDED" && (
        <Section title="Redrive">
          <p className="text-muted">{execution.redriveReason}</p>
        </Section>
      )}
      {execution.traceHeader && (
        <Section title="Trace">
          <code className="break-all">{execution.traceHeader}</code>
        </Section>
      )}
      <Section title="How to read this">
        <p className="text-muted">
          Select a state to see its data, step by step. Arrow keys walk along the lines, <kbd>[</kbd> and <kbd>]</kbd> go through the events.
        </p>
      </Section>
    </div>
  );
}

function OfState({ view, node }: { view: ExecutionView; node: SceneNode }) {
  const visits = useVisits(view.arn, { state: node.id });
  const before = view.at === "latest" ? Infinity : view.at;
  const all = useMemo(() => visits.data?.pages.flatMap((page) => page.items) ?? [], [visits.data]);
  const seen = useMemo(() => all.filter((visit) => visit.firstEvent <= before), [all, before]);
  const visit = seen.find((each) => each.id === view.visit) ?? seen.at(-1);
  const place = visit === undefined ? -1 : seen.indexOf(visit);
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2.5">
        <h2 className="min-w-0 truncate text-label font-semibold" title={node.name ?? ""}>
          {node.name}
        </h2>
        <span className="text-meta text-muted">
          {node.subtitle?.startsWith(node.kind) ? node.subtitle : [node.kind, node.subtitle].filter(Boolean).join(" · ")}
        </span>
        {seen.length > 1 && visit && (
          <span className="ml-auto flex items-center gap-2">
            <Choice
              label="Visit"
              isLabelHidden
              value={visit.id}
              onChange={view.setVisit}
              choices={seen.map((each, index) => ({ id: each.id, name: nameOfVisit(each, index) }))}
            />
            <span className="tabular text-meta text-muted">
              {place + 1} of {visits.hasNextPage ? `${seen.length}+` : seen.length}
            </span>
          </span>
        )}
      </div>
      {visits.isPending ? (
        <Loading rows={5} label="Loading the visits" />
      ) : visit === undefined ? (
        <Tabs
          label="Details of the state"
          className="min-h-0 grow"
          panelClassName="overflow-auto"
          selected={view.tab}
          onSelect={view.setTab}
          items={[
            {
              id: "data",
              label: "Data",
              content: () => <Empty title={view.at === "latest" ? "Not entered" : `Not entered by event ${view.at}`}>The execution {isOpen(view.execution.status) ? "has not come" : "did not come"} here.</Empty>,
            },
            { id: "definition", label: "Definition", content: () => <StateDefinition view={view} node={node} /> },
          ]}
        />
      ) : (
        <OfVisit view={view} node={node} visit={visit} />
      )}
    </>
  );
}

function nameOfVisit(visit: Visit, index: number): string {
  const where = visit.index === null ? "" : ` · item ${visit.index}`;
  return `${index + 1}. ${look(visit.status).word}${where} · ${clock(visit.enteredAt)}`;
}

function OfVisit({ view, node, visit }: { view: ExecutionView; node: SceneNode; visit: Visit }) {
  const [isForking, setForking] = useState(false);
  const isMap = node.kind === "Map" && !node.isDistributed;
  const children = view.execution.children.filter((child) => child.visit === visit.id || (child.visit === null && child.stateId === visit.stateId));
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-1.5 text-meta">
        <StatusWord status={visit.status} />
        <span title={`Entered ${clock(visit.enteredAt)}`}>
          <Took from={visit.enteredAt} to={visit.exitedAt} isOpen={isOpen(visit.status)} />
        </span>
        <span className="tabular text-muted">
          {visit.firstEvent === visit.lastEvent ? "event" : "events"} {eventsOf(visit)}
        </span>
        {visit.index !== null && <span className="text-muted">item {visit.index}</span>}
        {children.map((child) => (
          <Link
            key={child.arn}
            href={executionPath(child.arn)}
            className="truncate rounded-control text-accent hover:underline"
          >
            child {nameOf(child.arn)}
          </Link>
        ))}
        {!isImported(view.arn) && (
          <span className="ml-auto">
            <Button kind="quiet" icon={<GitFork size={13} aria-hidden />} onPress={() => setForking(true)}>
              Fork from here
            </Button>
          </span>
        )}
        {isForking && <ForkDialog execution={view.execution} from={{ visit: visit.id }} onClose={() => setForking(false)} />}
      </div>
      <Tabs
        label="Details of the visit"
        className="min-h-0 grow"
        panelClassName="overflow-auto"
        selected={view.tab}
        onSelect={view.setTab}
        items={[
          { id: "data", label: "Data", content: () => <DataFlow view={view} visit={visit} /> },
          ...(visit.mapRunArn === null ? [] : [{ id: "maprun", label: "Map Run", content: () => <MapRunSummary arn={visit.mapRunArn ?? ""} /> }]),
          ...(isMap ? [{ id: "iterations", label: "Iterations", content: () => <Iterations view={view} visit={visit} /> }] : []),
          ...(visit.attempts.length > 0
            ? [
                {
                  id: "attempts",
                  label: (
                    <>
                      Attempts {visit.attempts.length > 1 && <TabCount>{visit.attempts.length}</TabCount>}
                    </>
                  ),
                  content: () => <Attempts visit={visit} />,
                },
              ]
            : []),
          { id: "definition", label: "Definition", content: () => <StateDefinition view={view} node={node} /> },
          { id: "events", label: "Events", content: () => <VisitEvents view={view} visit={visit} /> },
        ]}
      />
    </>
  );
}

/** How far the Map Run of a visit is, and the way to its items. */
function MapRunSummary({ arn }: { arn: string }) {
  const run = useMapRun(arn);
  if (run.isPending) return <Loading rows={3} label="Loading the Map Run" />;
  if (run.isError) return <Failure error={run.error} retry={() => void run.refetch()} />;
  return (
    <Section title="Items" beside={<span className="tabular text-muted">{count(run.data.itemCounts.total)}</span>}>
      <Progress counts={run.data.itemCounts} />
      <Link href={`/mapruns/${encodeURIComponent(arn)}`} className="self-start rounded-control text-accent hover:underline">
        Child executions and limits
      </Link>
    </Section>
  );
}

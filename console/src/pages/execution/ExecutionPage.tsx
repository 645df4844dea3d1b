//! One execution: why it failed, where it has been, when, with which data.

import { useState } from "react";
import { useDefaultLayout } from "./useNarrow";
import type { Execution } from "../../api/shapes";
import { Splitter, useWidth } from "../../components/Splitter";
import { Failed, Loading } from "../../components/states";
import { TabCount, Tabs } from "../../components/tabs";
import { machinePath, nameOf } from "../../model/arn";
import { count } from "../../model/time";
import { useSetCrumbs } from "../../store/crumbs";
import { Details } from "./Details";
import { EventsView } from "./EventsView";
import { GraphView } from "./GraphView";
import { Head, isImported } from "./Head";
import { InputOutput } from "./InputOutput";
import { RootCauseCard } from "./RootCauseCard";
import { Scrubber } from "./Scrubber";
import { TimelineView } from "./TimelineView";
import { useExecutionView, useLiveExecution } from "./useExecutionView";

const RANGE: [number, number] = [320, 760];
/** In a lower window the cause is opened by hand: its first line says enough. */
const LOW_PX = 720;

export default function ExecutionPage({ arn }: { arn: string }) {
  const execution = useLiveExecution(arn);
  const machine = execution.data?.machine;
  useSetCrumbs([
    { name: "Executions", to: "/executions" },
    ...(machine && !isImported(arn) ? [{ name: machine, to: machinePath(machine) }] : []),
    { name: execution.data?.name ?? (execution.isError ? nameOf(arn) : "…") },
  ]);
  if (execution.isPending) return <Loading rows={10} label="Loading the execution" />;
  if (execution.isError && execution.data === undefined) return <Failed title={nameOf(arn)} error={execution.error} retry={() => void execution.refetch()} />;
  return <Loaded execution={execution.data} />;
}

function Loaded({ execution }: { execution: Execution }) {
  const view = useExecutionView(execution);
  const [width, setWidth] = useWidth("stepwell.details", 0.3 * window.innerWidth, RANGE);
  const isNarrow = useDefaultLayout() === "narrow";
  const [isCardOpen, setCardOpen] = useState(() => window.innerHeight >= LOW_PX);
  return (
    <>
      <Head view={view} />
      {execution.rootCause && <RootCauseCard view={view} cause={execution.rootCause} isOpen={isCardOpen} onToggle={() => setCardOpen(!isCardOpen)} />}
      <div className={`flex min-h-0 grow border-t border-line bg-canvas ${isNarrow ? "flex-col" : ""}`}>
        <div className={`flex min-w-0 grow flex-col ${isNarrow ? "min-h-[420px]" : "min-h-0"}`}>
          <Tabs
            label="Views"
            className="min-h-0 grow bg-raised"
            panelClassName="flex flex-col bg-canvas"
            selected={view.view}
            onSelect={view.setView}
            items={[
              { id: "graph", label: "Graph", content: () => <GraphView view={view} /> },
              { id: "timeline", label: "Timeline", content: () => <TimelineView view={view} /> },
              {
                id: "events",
                label: (
                  <>
                    Events <TabCount>{count(execution.events)}</TabCount>
                  </>
                ),
                content: () => <EventsView view={view} />,
              },
              { id: "io", label: "Input and output", content: () => <InputOutput execution={execution} /> },
            ]}
          />
          <Scrubber view={view} />
        </div>
        <aside
          aria-label="Details"
          style={isNarrow ? {} : { width: `${width}px` }}
          className={`relative flex shrink-0 flex-col bg-raised ${isNarrow ? "min-h-[480px] border-t border-line" : "min-h-0 border-l border-line"}`}
        >
          {!isNarrow && <Splitter label="Width of the details" width={width} range={RANGE} onChange={setWidth} />}
          <Details view={view} />
        </aside>
      </div>
    </>
  );
}

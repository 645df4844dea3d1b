//! One state machine: its picture with what its executions did, its definition, its executions, its versions and aliases.

import { Play, TriangleAlert } from "lucide-react";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { useExecutions, useLive, useMachine, useMachines, useOverlay, useRefresher } from "../api/queries";
import type { Diagnostic, Machine, MachineDetails, SceneNode } from "../api/shapes";
import { Canvas } from "../canvas/Canvas";
import { Code } from "../components/Code";
import { Copy } from "../components/Copy";
import { Button } from "../components/controls";
import { Fact, Facts, Section } from "../components/Facts";
import { OutcomeStrip } from "../components/OutcomeStrip";
import { PageHead } from "../components/PageHead";
import { StatusGlyph } from "../components/StatusGlyph";
import { Failed, Loading } from "../components/states";
import { TabCount, Tabs } from "../components/tabs";
import { Ago } from "../components/When";
import { executionPath } from "../model/arn";
import { byteAt, unitAt } from "../model/offsets";
import { look } from "../model/status";
import { OVERLAYS, overlayLooks, type OverlayKind } from "../model/overlay";
import { count, duration, exactly } from "../model/time";
import { useUrlState } from "../model/useUrlState";
import { isState } from "../model/walk";
import { useOffer } from "../store/commands";
import { useSetCrumbs } from "../store/crumbs";
import { ExecutionList } from "./ExecutionList";
import { FailureRate } from "./MachinesPage";
import { Metrics } from "./Metrics";
import { Choice, StartDialog } from "./StartDialog";
import { Versions } from "./Versions";

const DEFAULTS = { tab: "overview", overlay: "outcomes", state: "" };
const SAMPLE = 100;
/** px: what the choice of an overlay takes of the graph, which on a phone stands above it. */
const CORNER: [number, number] = window.innerWidth < 640 ? [0, 0] : [300, 52];
const REFRESH_MS = 2_000;

export default function MachinePage({ name }: { name: string }) {
  useSetCrumbs([{ name: "State machines", to: "/machines" }, { name }]);
  const machine = useMachine(name);
  const refresh = useRefresher(REFRESH_MS);
  useLive({ topic: "machines" }, (frame) => {
    const changed = frame.changed;
    if (!Array.isArray(changed) || changed.includes(name)) refresh(["machine", name], ["overlay", name], ["metrics", name], ["machines"]);
  });
  if (machine.isPending) return <Loading rows={10} label="Loading the state machine" />;
  if (machine.isError) return <Failed title={name} error={machine.error} retry={() => void machine.refetch()} />;
  return <Loaded machine={machine.data} />;
}

function Loaded({ machine }: { machine: MachineDetails }) {
  const [{ tab }, change] = useUrlState(DEFAULTS);
  const [isStarting, setStarting] = useState(false);
  useOffer("machine", [{ id: "start", title: `Start an execution of ${machine.name}`, group: "Here", run: () => setStarting(true) }]);
  return (
    <>
      <PageHead
        title={machine.name}
        beside={
          <span className="flex items-center gap-2 text-meta text-muted">
            <span className="rounded-control border border-line px-1.5 font-medium">{machine.type === "EXPRESS" ? "Express" : "Standard"}</span>
            <span>{machine.queryLanguage}</span>
            <Copy text={machine.arn} label="Copy the ARN" />
          </span>
        }
      >
        <Button kind="primary" icon={<Play size={13} aria-hidden />} onPress={() => setStarting(true)}>
          Start execution
        </Button>
      </PageHead>
      <Tabs
        label="State machine"
        className="grow"
        panelClassName="flex flex-col"
        selected={tab}
        onSelect={(id) => change({ tab: id }, { push: true })}
        items={[
          { id: "overview", label: "Overview", content: () => <Overview machine={machine} /> },
          { id: "definition", label: "Definition", content: () => <Definition machine={machine} /> },
          {
            id: "executions",
            label: "Executions",
            content: () => (
              <div className="flex min-h-0 grow flex-col pt-2.5">
                <ExecutionList machine={machine.name} />
              </div>
            ),
          },
          { id: "metrics", label: "Metrics", content: () => <Metrics name={machine.name} /> },
          {
            id: "versions",
            label: (
              <>
                Versions and aliases
                {machine.versions.length + machine.aliases.length > 0 && <TabCount>{machine.versions.length + machine.aliases.length}</TabCount>}
              </>
            ),
            content: () => <Versions machine={machine} />,
          },
        ]}
      />
      {isStarting && <StartDialog machine={machine} onClose={() => setStarting(false)} />}
    </>
  );
}

function Overview({ machine }: { machine: MachineDetails }) {
  const [{ overlay: kind, state }, change] = useUrlState(DEFAULTS);
  const overlay = useOverlay(machine.name, SAMPLE);
  const looks = useMemo(() => overlayLooks(machine.scene, overlay.data, kind as OverlayKind), [machine.scene, overlay.data, kind]);
  const taken = kind === "outcomes" && overlay.data && overlay.data.sampled > 0 ? overlay.data.edges : null;
  return (
    <div className="grid min-h-0 grow grid-cols-[minmax(0,1fr)_340px] max-lg:grid-cols-1 max-lg:grid-rows-[minmax(360px,1fr)_auto] max-lg:overflow-auto">
      <div className="relative flex min-h-0 flex-col">
        <div className="absolute top-3 left-3 z-1 flex items-center gap-2 rounded-control border border-line bg-raised px-2 py-1 max-sm:static max-sm:rounded-none max-sm:border-x-0 max-sm:border-t-0 max-sm:px-4">
          <span className="text-meta text-muted">Overlay</span>
          <Choice label="Overlay" isLabelHidden choices={OVERLAYS.map(({ id, name }) => ({ id, name }))} value={kind} onChange={(id) => change({ overlay: id })} />
          {overlay.data && (
            <span className="tabular text-meta text-muted">
              {overlay.data.sampled === 0 ? "no executions yet" : overlay.data.sampled === 1 ? "last execution" : `last ${count(overlay.data.sampled)} executions`}
            </span>
          )}
        </div>
        <div className="min-h-0 grow">
          <Canvas corner={CORNER} label={machine.name} scene={machine.scene} looks={looks} taken={taken} selected={state || null} onSelect={(id) => change({ state: id ?? "" })} />
        </div>
      </div>
      <aside aria-label="About this machine" className="min-h-0 overflow-auto border-l border-line bg-raised max-lg:border-t max-lg:border-l-0">
        {state !== "" && <SelectedState machine={machine} id={state} />}
        <Health machine={machine} />
        <FailedExecutions machine={machine.name} />
        <Problems machine={machine} />
        <About machine={machine} />
      </aside>
    </div>
  );
}

function SelectedState({ machine, id }: { machine: MachineDetails; id: string }) {
  const [, change] = useUrlState(DEFAULTS);
  const overlay = useOverlay(machine.name, SAMPLE);
  const node = machine.scene.nodes.find((each) => each.id === id);
  if (node === undefined) return null;
  const seen = overlay.data?.states[id];
  return (
    <Section title={node.name ?? ""}>
      <Facts>
        <Fact name="Type">{node.kind}</Fact>
        {node.subtitle && <Fact name="Does">{node.subtitle}</Fact>}
        {seen && (
          <>
            <Fact name="Entered">{count(seen.entered)}</Fact>
            <Fact name="Outcomes">
              {count(seen.succeeded)} succeeded, {count(seen.failed)} failed, {count(seen.caught)} caught
            </Fact>
            <Fact name="Retries">{count(seen.retried)}</Fact>
            <Fact name="Duration">
              p50 {duration(seen.p50Ms)}, p95 {duration(seen.p95Ms)}
            </Fact>
          </>
        )}
      </Facts>
      <Button className="self-start" onPress={() => change({ tab: "definition" }, { push: true })}>
        Show in the definition
      </Button>
    </Section>
  );
}

/** The list's row has what the details lack while nothing changes. */
function useRow(machine: MachineDetails): Machine {
  const machines = useMachines("");
  return machines.data?.pages.flatMap((page) => page.items).find((row) => row.arn === machine.arn) ?? machine;
}

function Health({ machine }: { machine: MachineDetails }) {
  const row = useRow(machine);
  return (
    <Section title="Health">
      <OutcomeStrip recent={row.recent} />
      <Facts>
        <Fact name="Running">{row.running === null ? "–" : count(row.running)}</Fact>
        <Fact name="Failing">
          <FailureRate rate={row.failureRate} />
        </Fact>
        <Fact name="Duration p95">{duration(row.p95Ms)}</Fact>
      </Facts>
    </Section>
  );
}

const FAILED_FILTER = { status: "FAILED,TIMED_OUT", q: "", kind: "", from: "", to: "" };
const FAILED_SHOWN = 5;

function FailedExecutions({ machine }: { machine: string }) {
  const filter = useMemo(() => ({ ...FAILED_FILTER, machine }), [machine]);
  const failed = useExecutions(filter);
  const refresh = useRefresher(REFRESH_MS);
  useLive({ topic: "executions", filter: { machine } }, () => refresh(["executions", filter]));
  const rows = failed.data?.pages[0]?.items.slice(0, FAILED_SHOWN) ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title="Failed lately">
      <ul className="-mx-2 flex flex-col">
        {rows.map((row) => (
          <li key={row.arn}>
            <Link href={executionPath(row.arn)} className="ring-inset flex items-center gap-2 rounded-control px-2 py-1 hover:bg-hover">
              <StatusGlyph status={row.status} label={look(row.status).word} />
              <span className="min-w-0 grow">
                <span className="block truncate font-mono text-meta" title={row.name}>
                  {row.name}
                </span>
                <span className="block truncate text-meta text-danger">{row.error ?? "no error name"}</span>
              </span>
              <span className="shrink-0 text-meta text-muted">
                <Ago at={row.startedAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Problems({ machine }: { machine: MachineDetails }) {
  if (machine.problems.length === 0) return null;
  return (
    <Section title={`Advice (${machine.problems.length})`}>
      <ul className="flex flex-col gap-2">
        {machine.problems.map((problem, place) => (
          <ProblemLine key={place} problem={problem} />
        ))}
      </ul>
    </Section>
  );
}

function ProblemLine({ problem }: { problem: Diagnostic }) {
  return (
    <li className="flex gap-2">
      <span data-status="CAUGHT" className="mt-0.5 shrink-0 text-status">
        <TriangleAlert size={14} aria-label={problem.severity} />
      </span>
      <span className="min-w-0 break-words">
        {problem.message}
        <span className="block text-meta text-muted">
          <code className="whitespace-nowrap">{problem.code}</code>
          {problem.location && <span className="ml-1.5 break-words">{problem.location}</span>}
        </span>
      </span>
    </li>
  );
}

function About({ machine }: { machine: MachineDetails }) {
  return (
    <Section title="About">
      {machine.comment && <p className="text-muted">{machine.comment}</p>}
      <Facts>
        <Fact name="ARN">
          <span className="inline-flex items-start gap-1">
            <code className="break-all">{machine.arn}</code>
            <Copy text={machine.arn} />
          </span>
        </Fact>
        <Fact name="Role">{machine.roleArn ? <code className="break-all">{machine.roleArn}</code> : "–"}</Fact>
        <Fact name="Created">
          <time dateTime={new Date(machine.createdAt).toISOString()}>{exactly(machine.createdAt)}</time>
        </Fact>
        <Fact name="Updated">
          <time dateTime={new Date(machine.updatedAt).toISOString()}>{exactly(machine.updatedAt)}</time>
        </Fact>
        <Fact name="States">{count(machine.states)}</Fact>
        <Fact name="Uses">{machine.services.join(", ") || "no services"}</Fact>
        {machine.revision && (
          <Fact name="Revision">
            <code className="break-all">{machine.revision}</code>
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function Definition({ machine }: { machine: MachineDetails }) {
  const [{ state }, change] = useUrlState(DEFAULTS);
  const [hovered, setHovered] = useState<string | null>(null);
  const node = machine.scene.nodes.find((each) => each.id === (hovered ?? state));
  const marked = useMemo<[number, number] | null>(
    () => (node?.span ? [unitAt(machine.definition, node.span[0]), unitAt(machine.definition, node.span[1])] : null),
    [node, machine.definition],
  );
  const [under, setUnder] = useState<string | null>(null);
  const looks = useMemo(() => new Map(under === null ? [] : [[under, { status: "RUNNING" as const }]]), [under]);
  return (
    <div className="grid min-h-0 grow grid-cols-2 max-lg:grid-cols-1">
      <div className="relative min-h-0 border-r border-line">
        <Code
          label={`Definition of ${machine.name}`}
          text={machine.definition}
          marked={marked}
          onHover={(offset) => setUnder(offset === null ? null : (stateAt(machine.scene.nodes, byteAt(machine.definition, offset))?.id ?? null))}
        />
        <div className="absolute top-2 right-4 rounded-control border border-line bg-raised">
          <Copy text={machine.definition} label="Copy the definition" />
        </div>
      </div>
      <div className="min-h-0 max-lg:hidden">
        <Canvas
          label={machine.name}
          scene={machine.scene}
          looks={looks}
          taken={null}
          selected={state || null}
          onSelect={(id) => change({ state: id ?? "" })}
          onHover={setHovered}
        />
      </div>
    </div>
  );
}

/** The innermost state whose text has a byte. */
function stateAt(nodes: SceneNode[], byte: number): SceneNode | undefined {
  return nodes.filter((node) => isState(node) && node.span !== undefined && node.span[0] <= byte && byte < node.span[1]).at(-1);
}

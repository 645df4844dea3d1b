//! All state machines and how each has been doing.

import { Play, Workflow } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { useBootstrap, useLive, useMachines, useRefresher } from "../api/queries";
import type { Machine } from "../api/shapes";
import { DataTable, type Column } from "../components/DataTable";
import { IconButton, SearchField } from "../components/controls";
import { OutcomeStrip } from "../components/OutcomeStrip";
import { PageHead } from "../components/PageHead";
import { Empty, Failure, Loading } from "../components/states";
import { Ago } from "../components/When";
import { machinePath } from "../model/arn";
import { atLeast, count, duration, percent } from "../model/time";
import { useUrlState } from "../model/useUrlState";
import { useSetCrumbs } from "../store/crumbs";
import { useShortcut } from "../store/shortcuts";
import { StartDialog } from "./StartDialog";

const DEFAULTS = { q: "" };
const REFRESH_MS = 1_000;

export function MachinesPage() {
  useSetCrumbs([{ name: "State machines" }]);
  const [{ q }, change] = useUrlState(DEFAULTS);
  const [, navigate] = useLocation();
  const machines = useMachines(q);
  const refresh = useRefresher(REFRESH_MS);
  useLive({ topic: "machines" }, () => refresh(["machines"]));
  const [starting, setStarting] = useState<Machine | null>(null);
  const search = useRef<HTMLInputElement>(null);
  useShortcut("/", () => search.current?.focus());
  const items = useMemo(() => machines.data?.pages.flatMap((page) => page.items) ?? [], [machines.data]);
  const columns = useMemo(() => columnsOf(setStarting), []);
  return (
    <>
      <PageHead title="State machines">
        <SearchField label="Find by name or service" value={q} onChange={(text) => change({ q: text })} className="w-64 max-sm:w-[calc(100vw-32px)]" inputRef={search} />
      </PageHead>
      {machines.isPending ? (
        <Loading rows={10} label="Loading state machines" />
      ) : machines.isError ? (
        <Failure error={machines.error} retry={() => void machines.refetch()} />
      ) : items.length === 0 && q === "" ? (
        <None />
      ) : (
        <div className="flex min-h-0 grow flex-col border-t border-line">
          <DataTable
            label="State machines"
            columns={columns}
            items={items}
            keyOf={keyOf}
            rowHeight={36}
            onOpen={(machine) => navigate(machinePath(machine.name))}
            onMore={machines.hasNextPage ? () => void machines.fetchNextPage() : undefined}
            isLoadingMore={machines.isFetchingNextPage}
            empty={<Empty title={`No state machine matches “${q}”`}>Names, ARNs, services such as “lambda” and query languages are searched.</Empty>}
          />
        </div>
      )}
      {starting && <StartDialog machine={starting} onClose={() => setStarting(null)} />}
    </>
  );
}

const keyOf = (machine: Machine) => machine.arn;

function columnsOf(start: (machine: Machine) => void): Column<Machine>[] {
  return [
    {
      id: "name",
      name: "Name",
      width: "2fr",
      minWidth: 130,
      isRowHeader: true,
      cell: (machine) => (
        <Link href={machinePath(machine.name)} title={machine.name} className="rounded-control font-medium hover:underline">
          {machine.name}
        </Link>
      ),
    },
    { id: "type", name: "Type", width: 92, from: 700, cell: (machine) => <TypeWord type={machine.type} /> },
    { id: "recent", name: "Last 20 outcomes", width: 226, from: 560, cell: (machine) => <OutcomeStrip recent={machine.recent} /> },
    { id: "running", name: "Running", width: 80, align: "end", from: 380, cell: (machine) => <Running machine={machine} /> },
    { id: "failing", name: "Failing", width: 76, align: "end", cell: (machine) => <FailureRate rate={machine.failureRate} /> },
    { id: "p95", name: "p95", width: 88, align: "end", from: 800, cell: (machine) => duration(machine.p95Ms) },
    {
      id: "last",
      name: "Last start",
      width: 110,
      from: 1000,
      cell: (machine) => (machine.recent[0] ? <Ago at={machine.recent[0].startedAt} /> : <span className="text-muted">never</span>),
    },
    { id: "states", name: "States", width: 68, align: "end", from: 1200, cell: (machine) => count(machine.states) },
    {
      id: "services",
      name: "Uses",
      width: "1fr",
      minWidth: 100,
      from: 1100,
      cell: (machine) => (
        <span className="text-muted" title={machine.services.join(", ")}>
          {machine.services.join(", ") || "–"}
        </span>
      ),
    },
    {
      id: "start",
      name: "Start",
      width: 56,
      cell: (machine) => (
        <IconButton label={`Start an execution of ${machine.name}`} onPress={() => start(machine)}>
          <Play size={14} aria-hidden />
        </IconButton>
      ),
    },
  ];
}

export function TypeWord({ type }: { type: string }) {
  return <span className="text-muted">{type === "EXPRESS" ? "Express" : "Standard"}</span>;
}

function Running({ machine }: { machine: Machine }) {
  const most = useBootstrap().data?.limits?.["counts"];
  if (machine.running === null || machine.running === 0) return <span className="text-muted">{machine.running === null ? "–" : "0"}</span>;
  return (
    <Link href={`/executions?machine=${encodeURIComponent(machine.name)}&status=RUNNING`} className="rounded-control font-medium text-accent hover:underline">
      {atLeast(machine.running, most)}
    </Link>
  );
}

export function FailureRate({ rate }: { rate: number | null }) {
  if (rate === null) return <span className="text-muted">–</span>;
  return <span className={rate > 0 ? "font-medium text-danger" : "text-muted"}>{percent(rate)}</span>;
}

function None() {
  return (
    <Empty title="No state machines yet" icon={<Workflow size={28} strokeWidth={1.5} aria-hidden />}>
      <p>Create one with any AWS client, or let Stepwell read a directory that has definitions and functions:</p>
      <pre className="panel w-full overflow-auto px-3 py-2 text-left text-fg">
        {`stepwell dev path/to/project\n\naws stepfunctions create-state-machine \\\n  --endpoint-url ${location.origin} \\\n  --name order --definition file://order.asl.json \\\n  --role-arn arn:aws:iam::123456789012:role/any`}
      </pre>
    </Empty>
  );
}

//! The definition as a picture with what this execution has done in it so far, or had done by the moment that the scrubber shows.

import { useMemo, useState } from "react";
import { useMapRuns, useVisits } from "../../api/queries";
import type { MapRun, Moment, Scene, StateMoment, Status, Visit } from "../../api/shapes";
import { Canvas, type StateLook } from "../../canvas/Canvas";
import { IconButton } from "../../components/controls";
import { Empty, Failure } from "../../components/states";
import { ListTree, X } from "lucide-react";
import { ToggleButton } from "react-aria-components";
import { count } from "../../model/time";
import { isState } from "../../model/walk";
import { useOffer } from "../../store/commands";
import { Outline } from "./Outline";
import type { ExecutionView } from "./useExecutionView";

export function GraphView({ view }: { view: ExecutionView }) {
  const { execution, moment, iteration, visit } = view;
  const scene = execution.scene as Scene | null;
  const [hasOutline, setOutline] = useOutline();
  useOffer("outline", [{ id: "outline", title: hasOutline ? "Hide the outline" : "Show the outline of the states", group: "Here", run: () => setOutline(!hasOutline) }]);
  const inside = useVisits(view.arn, { parent: visit, index: iteration ?? undefined, enabled: iteration !== null && visit !== "" });
  const visits = useMemo(() => inside.data?.pages.flatMap((page) => page.items), [inside.data]);
  const runs = useMapRuns(Object.values(moment?.states ?? {}).flatMap((state) => state.mapRunArn ?? []));
  const looks = useMemo(() => {
    if (scene === null) return new Map<string, StateLook>();
    const all = looksOf(scene, moment, runs);
    return iteration !== null && visits !== undefined ? withIteration(scene, all, view.state, visits) : all;
  }, [scene, moment, runs, iteration, visits, view.state]);
  const taken = useMemo(() => (scene === null || moment?.edges === undefined ? null : withMarks(scene, moment, moment.edges)), [scene, moment]);
  if (scene === null || scene.nodes.length === 0) return <Empty title="There is no picture">The definition of this execution is not known, or has no states.</Empty>;
  if (view.momentError && moment === undefined) return <Failure error={view.momentError} />;
  return (
    <div className="relative flex h-full min-h-0">
      {hasOutline && (
        <nav aria-label="Outline" className="flex w-60 shrink-0 flex-col border-r border-line bg-raised pt-12 max-sm:w-44">
          <Outline label={`States of ${execution.name}`} scene={scene} looks={looks} selected={view.state || null} onSelect={(id) => view.select(id)} />
        </nav>
      )}
      <div className="relative min-w-0 grow">
        <Canvas
          label={`Graph of ${execution.name}`}
          scene={scene}
          looks={looks}
          taken={taken}
          selected={view.state || null}
          onSelect={(id) => view.select(id)}
          focus={view.state || (execution.rootCause?.stateId ?? null)}
        />
      </div>
      <div className="absolute top-2.5 left-3 flex items-center gap-2">
        <ToggleButton
          isSelected={hasOutline}
          onChange={setOutline}
          className="inline-flex h-7 items-center gap-1.5 rounded-control border border-line bg-raised px-2 text-meta hover:bg-hover selected:border-accent selected:bg-accent-fill"
        >
          <ListTree size={13} aria-hidden /> <span className="max-sm:sr-only">Outline</span>
        </ToggleButton>
        {iteration !== null && (
          <div className="flex items-center gap-1 rounded-control border border-accent bg-accent-fill py-0.5 pr-0.5 pl-2.5">
            Iteration {count(iteration)} alone
            <IconButton label="Show all iterations" onPress={() => view.setIteration(null)} className="size-6!">
              <X size={13} aria-hidden />
            </IconButton>
          </div>
        )}
      </div>
    </div>
  );
}

const KEY = "stepwell.outline";

/** Whether the outline is open: as it was left. */
function useOutline(): [boolean, (isOpen: boolean) => void] {
  const [isOpen, set] = useState(() => localStorage.getItem(KEY) === "on");
  return [
    isOpen,
    (open) => {
      localStorage.setItem(KEY, open ? "on" : "off");
      set(open);
    },
  ];
}

/** How far a Map is, by its iterations here or the items of its Map Run. */
function progressOf(state: StateMoment, runs: ReadonlyMap<string, MapRun>): StateLook["progress"] {
  if (state.items) return { done: state.items.ended, failed: state.items.failed, total: state.items.total };
  const counts = runs.get(state.mapRunArn ?? "")?.itemCounts;
  if (counts === undefined) return undefined;
  const failed = counts.failed + counts.timedOut + counts.aborted;
  return { done: counts.succeeded + failed, failed, total: counts.total };
}

function looksOf(scene: Scene, moment: Moment | undefined, runs: ReadonlyMap<string, MapRun>): Map<string, StateLook> {
  const looks = new Map<string, StateLook>();
  for (const node of scene.nodes) {
    if (!isState(node)) continue;
    const state = moment?.states[node.id];
    if (state === undefined) {
      looks.set(node.id, { status: "IDLE" });
      continue;
    }
    const notes: string[] = [];
    const words: string[] = [];
    if (state.visits > 1) {
      notes.push(`×${count(state.visits)}`);
      words.push(`${state.visits} visits`);
    }
    if (state.visits > 1 && state.failed) notes.push(`✕ ${count(state.failed)}`);
    if (state.failed) words.push(`${state.failed} failed`);
    if (state.retries) {
      notes.push(`↻ ${count(state.retries)}`);
      words.push(`${state.retries} retries`);
    }
    const progress = node.isContainer ? progressOf(state, runs) : undefined;
    if (progress !== undefined) {
      notes.unshift(`${count(progress.done)} / ${count(progress.total)}`);
      words.push(`${progress.done} of ${progress.total} items, ${progress.failed} failed`);
    }
    looks.set(node.id, {
      status: state.status,
      ...(progress === undefined ? {} : { progress }),
      ...(notes.length > 0 ? { note: notes.join("  ") } : {}),
      ...(words.length > 0 ? { words: words.join(", ") } : {}),
    });
  }
  return looks;
}

/** Lines that begin at a mark are no transitions: they were taken if the state was entered. */
function withMarks(scene: Scene, moment: Moment, edges: Record<string, number>): Record<string, number> {
  const all = { ...edges };
  for (const edge of scene.edges) {
    if (edge.kind === "start" && all[edge.id] === undefined) all[edge.id] = Math.min(1, moment.states[scene.nodes[edge.to]?.id ?? ""]?.visits ?? 0);
  }
  return all;
}

/** Inside a Map, only what one iteration did. */
function withIteration(scene: Scene, looks: Map<string, StateLook>, map: string, visits: Visit[]): Map<string, StateLook> {
  const latest = new Map<string, Status>();
  for (const visit of visits) latest.set(visit.stateId, visit.status);
  const mixed = new Map(looks);
  for (const node of scene.nodes) {
    if (isState(node) && node.id.startsWith(`${map}/`)) mixed.set(node.id, { status: latest.get(node.id) ?? "IDLE" });
  }
  return mixed;
}

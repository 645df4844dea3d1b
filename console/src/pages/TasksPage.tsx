//! What waits for somebody: task tokens and activities, answered by hand if need be.

import { Check, HeartPulse, Inbox, UserCheck, X } from "lucide-react";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { aws } from "../api/client";
import { queryClient, useActivities, useLive, useMachines, useRefresher, useTasks } from "../api/queries";
import type { Activity, WaitingTask } from "../api/shapes";
import { Code } from "../components/Code";
import { Copy } from "../components/Copy";
import { Button, Dialog, IconButton, More, TextField } from "../components/controls";
import { PageHead } from "../components/PageHead";
import { PayloadView } from "../components/PayloadView";
import { Empty, Failure, Loading, Problem } from "../components/states";
import { TabCount, Tabs } from "../components/tabs";
import { toast, toastProblem } from "../components/toasts";
import { Took, useNow } from "../components/When";
import { executionPath, machinePath, nameOf } from "../model/arn";
import { parseJson } from "../model/json";
import { count, duration, exactly } from "../model/time";
import { useUrlState } from "../model/useUrlState";
import { useSetCrumbs } from "../store/crumbs";
import { rememberInput, rememberedInputs } from "../store/inputs";
import { Choice } from "./StartDialog";

type Pages = Parameters<typeof More>[0]["pages"];

const DEFAULTS = { tab: "waiting", machine: "", execution: "" };
const REFRESH_MS = 500;
const ALMOST_MS = 10_000;
/** What a worker of ours is called: whoever looks at the history sees that somebody took the task by hand. */
const WORKER = "console";

export default function TasksPage() {
  useSetCrumbs([{ name: "Tasks" }]);
  const [{ tab, machine, execution }, change] = useUrlState(DEFAULTS);
  const tasks = useTasks({ machine, execution });
  const activities = useActivities();
  const refresh = useRefresher(REFRESH_MS);
  useLive({ topic: "tasks" }, () => refresh(["tasks"], ["activities"]));
  const items = useMemo(() => tasks.data?.pages.flatMap((page) => page.items) ?? [], [tasks.data]);
  const known = activities.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHead title="Tasks" />
      <Tabs
        label="Tasks"
        className="grow"
        panelClassName="overflow-auto"
        selected={tab}
        onSelect={(id) => change({ tab: id })}
        items={[
          {
            id: "waiting",
            label: (
              <>
                Waiting {items.length > 0 && <TabCount>{tasks.hasNextPage ? `${count(items.length)}+` : count(items.length)}</TabCount>}
              </>
            ),
            content: () => (
              <>
                <Filters machine={machine} execution={execution} onChange={change} />
                {tasks.isPending ? (
                  <Loading label="Loading the tasks" />
                ) : tasks.isError ? (
                  <Failure error={tasks.error} retry={() => void tasks.refetch()} />
                ) : items.length === 0 ? (
                  <Nothing isFiltered={machine !== "" || execution !== ""} onClear={() => change({ machine: "", execution: "" })} />
                ) : (
                  <Waiting items={items} pages={tasks} />
                )}
              </>
            ),
          },
          {
            id: "activities",
            label: <>Activities {known.length > 0 && <TabCount>{count(known.length)}</TabCount>}</>,
            content: () =>
              activities.isPending ? (
                <Loading label="Loading the activities" />
              ) : activities.isError ? (
                <Failure error={activities.error} retry={() => void activities.refetch()} />
              ) : known.length === 0 ? (
                <Empty title="No activities">An activity is a queue that workers of yours poll with GetActivityTask. Create one with CreateActivity.</Empty>
              ) : (
                <Activities items={known} pages={activities} />
              ),
          },
        ]}
      />
    </>
  );
}

function Filters({ machine, execution, onChange }: { machine: string; execution: string; onChange: (change: { machine?: string; execution?: string }) => void }) {
  const machines = useMachines("");
  const names = new Set(machines.data?.pages.flatMap((page) => page.items.filter((each) => each.type === "STANDARD").map((each) => each.name)));
  if (machine !== "") names.add(machine);
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pt-3" role="search" aria-label="Filters">
      <Choice
        label="State machine"
        isLabelHidden
        value={machine}
        onChange={(name) => onChange({ machine: name })}
        choices={[{ id: "", name: "Any state machine" }, ...[...names].map((name) => ({ id: name, name }))]}
      />
      {execution !== "" && (
        <span className="inline-flex h-7 max-w-80 items-center gap-1 rounded-control border border-accent bg-accent-fill pl-2">
          <span className="truncate font-mono text-meta">{nameOf(execution)}</span>
          <IconButton label="Tasks of all executions" onPress={() => onChange({ execution: "" })} className="size-6!">
            <X size={13} aria-hidden />
          </IconButton>
        </span>
      )}
    </div>
  );
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <Empty title="Nothing is waiting here">
        <Button onPress={onClear}>Show all that wait</Button>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing is waiting" icon={<Inbox size={28} strokeWidth={1.5} aria-hidden />}>
      <p>
        Here is every task with <code>.waitForTaskToken</code> whose token nobody has answered, and every task of an activity. You can answer them by hand.
      </p>
    </Empty>
  );
}

function Waiting({ items, pages }: { items: WaitingTask[]; pages: Pages }) {
  const [answering, setAnswering] = useState<{ task: WaitingTask; kind: "success" | "failure" } | null>(null);
  return (
    <div className="flex flex-col gap-3 p-4">
      {items.map((task) => (
        <Card key={task.id} task={task} onAnswer={(kind) => setAnswering({ task, kind })} />
      ))}
      <More pages={pages}>More</More>
      {answering?.kind === "success" && <SuccessDialog task={answering.task} onClose={() => setAnswering(null)} />}
      {answering?.kind === "failure" && <FailureDialog task={answering.task} onClose={() => setAnswering(null)} />}
    </div>
  );
}

function Card({ task, onAnswer }: { task: WaitingTask; onAnswer: (kind: "success" | "failure") => void }) {
  const name = task.stateName;
  const beat = async () => {
    try {
      await aws("SendTaskHeartbeat", { taskToken: task.token });
      toast(`Heartbeat sent for ${name}`);
      await queryClient.invalidateQueries({ queryKey: ["tasks"] });
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <article className="panel" aria-label={`${name} of ${nameOf(task.executionArn)}`}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 max-sm:px-3">
        <span className="rounded-control border border-line px-1.5 text-meta text-muted" title={task.resource}>
          {task.kind === "token" ? "Token" : "Activity"}
        </span>
        <h2 className="font-semibold">{name}</h2>
        <Link href={`${executionPath(task.executionArn)}?state=${encodeURIComponent(name)}`} className="rounded-control font-mono text-meta text-accent hover:underline">
          {nameOf(task.executionArn)}
        </Link>
        <Link href={machinePath(task.machine)} className="rounded-control text-muted hover:underline">
          {task.machine}
        </Link>
        {task.activityArn !== null && <span className="text-muted">{nameOf(task.activityArn)}</span>}
        <span className="text-meta text-muted">
          waiting for <Took from={task.since} to={null} isOpen />
        </span>
        <Countdown label="times out" at={task.timeoutAt} />
        <Countdown label="heartbeat due" at={task.heartbeatAt} />
        <span className="ml-auto flex flex-wrap items-center gap-2 max-sm:ml-0 max-sm:gap-1">
          {task.token ? (
            <>
              <Button kind="primary" icon={<Check size={13} aria-hidden />} onPress={() => onAnswer("success")}>
                Succeed…
              </Button>
              <Button kind="danger" icon={<X size={13} aria-hidden />} onPress={() => onAnswer("failure")}>
                Fail…
              </Button>
              <Button icon={<HeartPulse size={13} aria-hidden />} onPress={() => void beat()}>
                Heartbeat
              </Button>
              <Copy label="Copy the task token" text={task.token} />
            </>
          ) : (
            <span className="text-meta text-muted">no worker has taken it yet</span>
          )}
        </span>
      </div>
      <div className="max-h-80 overflow-auto border-t border-line py-1.5">
        <PayloadView payload={task.payload} openTo={3} />
      </div>
    </article>
  );
}

function Countdown({ label, at }: { label: string; at: number | null }) {
  const now = useNow();
  if (at === null) return null;
  const left = at - now;
  return (
    <span className={`tabular text-meta ${left < ALMOST_MS ? "font-medium text-danger" : "text-muted"}`} title={exactly(at)}>
      {label} {left > 0 ? `in ${duration(left)}` : "now"}
    </span>
  );
}

function SuccessDialog({ task, onClose }: { task: WaitingTask; onClose: () => void }) {
  const key = `task.${task.machine}.${task.stateName}`;
  const [text, setText] = useState(() => rememberedInputs(key)[0] ?? "{}");
  const [problem, setProblem] = useState<unknown>(null);
  const isJson = parseJson(text) !== undefined;
  const send = async () => {
    try {
      await aws("SendTaskSuccess", { taskToken: task.token, output: text });
      rememberInput(key, text);
      toast(`${task.stateName} succeeded`);
      await queryClient.invalidateQueries({ queryKey: ["tasks"] });
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog
      title={`Succeed ${task.stateName}`}
      onClose={onClose}
      footer={
        <>
          <span role="status" className="mr-auto text-meta text-danger">
            {isJson ? "" : "The output must be JSON."}
          </span>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" isDisabled={!isJson} onPress={() => void send()}>
            Send success
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2">
        <Problem error={problem} />
        <span className="text-meta font-medium">Output</span>
        <div className="h-48 overflow-hidden rounded-control border border-line-strong">
          <Code label="Output" text={text} onChange={setText} autoFocus />
        </div>
      </div>
    </Dialog>
  );
}

function FailureDialog({ task, onClose }: { task: WaitingTask; onClose: () => void }) {
  const [error, setError] = useState("");
  const [cause, setCause] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const send = async () => {
    try {
      await aws("SendTaskFailure", { taskToken: task.token, ...(error === "" ? {} : { error }), ...(cause === "" ? {} : { cause }) });
      toast(`${task.stateName} failed`);
      await queryClient.invalidateQueries({ queryKey: ["tasks"] });
      onClose();
    } catch (failure) {
      setProblem(failure);
    }
  };
  return (
    <Dialog
      title={`Fail ${task.stateName}`}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="danger" onPress={() => void send()}>
            Send failure
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Problem error={problem} />
        <TextField label="Error" value={error} onChange={setError} help="What Retry and Catch look at." autoFocus />
        <TextField label="Cause" value={cause} onChange={setCause} lines={3} />
      </div>
    </Dialog>
  );
}

function Activities({ items, pages }: { items: Activity[]; pages: Pages }) {
  const take = async (activity: Activity) => {
    try {
      const { taskToken } = await aws<{ taskToken?: string | null }>("GetActivityTask", { activityArn: activity.arn, workerName: WORKER });
      toast(taskToken ? "Taken: it can be answered now" : "Somebody else took it");
      await Promise.all([["tasks"], ["activities"]].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
    } catch (error) {
      toastProblem(error);
    }
  };
  const cell = "border-t border-line px-3 py-1.5";
  return (
    <div className="flex flex-col gap-3 p-4">
      <table className="panel w-full border-separate border-spacing-0 text-left">
        <thead className="text-meta text-muted">
          <tr>
            <th className="px-3 py-1.5 font-medium">Activity</th>
            <th className="px-3 py-1.5 text-right font-medium">Waiting tasks</th>
            <th className="px-3 py-1.5 text-right font-medium">Pollers</th>
            <th className="px-3 py-1.5">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((activity) => (
            <tr key={activity.arn}>
              <th scope="row" className={`${cell} font-medium`}>
                <span className="inline-flex items-center gap-1">
                  {activity.name}
                  <Copy text={activity.arn} label="Copy the ARN" />
                </span>
              </th>
              <td className={`tabular text-right ${cell}`}>{count(activity.waitingTasks)}</td>
              <td className={`tabular text-right ${cell}`}>{count(activity.pollers)}</td>
              <td className={`text-right ${cell}`}>
                <Button isDisabled={activity.waitingTasks === 0} onPress={() => void take(activity)} icon={<UserCheck size={13} aria-hidden />}>
                  Take a task
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <More pages={pages}>More</More>
    </div>
  );
}

//! What waits for somebody: task tokens and activities, answered by hand if need be.

import { Check, HeartPulse, Inbox, X } from "lucide-react";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { ApiError, aws } from "../api/client";
import { queryClient, useActivities, useLive, useRefresher, useTasks } from "../api/queries";
import type { WaitingTask } from "../api/shapes";
import { Code } from "../components/Code";
import { Copy } from "../components/Copy";
import { Button, Dialog, TextField } from "../components/controls";
import { PageHead } from "../components/PageHead";
import { PayloadView } from "../components/PayloadView";
import { Empty, Failure, Loading, Problem } from "../components/states";
import { TabCount, Tabs } from "../components/tabs";
import { toast, toastProblem } from "../components/toasts";
import { Ago, useNow } from "../components/When";
import { executionPath, nameOf } from "../model/arn";
import { parseJson } from "../model/json";
import { count, duration, exactly } from "../model/time";
import { useUrlState } from "../model/useUrlState";
import { useSetCrumbs } from "../store/crumbs";
import { rememberInput, rememberedInputs } from "../store/inputs";

const DEFAULTS = { tab: "waiting" };
const REFRESH_MS = 500;

export default function TasksPage() {
  useSetCrumbs([{ name: "Tasks" }]);
  const [{ tab }, change] = useUrlState(DEFAULTS);
  const tasks = useTasks();
  const activities = useActivities();
  const refresh = useRefresher(REFRESH_MS);
  useLive({ topic: "tasks" }, () => refresh(["tasks"], ["activities"]));
  const items = useMemo(() => tasks.data?.pages.flatMap((page) => page.items) ?? [], [tasks.data]);
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
            content: () =>
              tasks.isPending ? (
                <Loading label="Loading the tasks" />
              ) : tasks.error instanceof ApiError && tasks.error.status === 404 ? (
                <Empty title="This server does not list what waits">Tokens are answered with SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat of AWS's API or the command line.</Empty>
              ) : tasks.isError ? (
                <Failure error={tasks.error} retry={() => void tasks.refetch()} />
              ) : items.length === 0 ? (
                <Empty title="Nothing is waiting" icon={<Inbox size={28} strokeWidth={1.5} aria-hidden />}>
                  <p>
                    Here is every task with <code>.waitForTaskToken</code> whose token nobody has answered, and every task of an activity. You can answer them by hand.
                  </p>
                </Empty>
              ) : (
                <Waiting items={items} onMore={tasks.hasNextPage ? () => void tasks.fetchNextPage() : null} />
              ),
          },
          {
            id: "activities",
            label: (
              <>
                Activities {activities.data && activities.data.items.length > 0 && <TabCount>{count(activities.data.items.length)}</TabCount>}
              </>
            ),
            content: () => <Activities />,
          },
        ]}
      />
    </>
  );
}

function Waiting({ items, onMore }: { items: WaitingTask[]; onMore: (() => void) | null }) {
  const [answering, setAnswering] = useState<{ task: WaitingTask; kind: "success" | "failure" } | null>(null);
  return (
    <div className="flex flex-col gap-3 p-4">
      {items.map((task) => (
        <Card key={`${task.executionArn} ${task.stateId} ${task.since} ${task.token}`} task={task} onAnswer={(kind) => setAnswering({ task, kind })} />
      ))}
      {onMore && (
        <Button className="self-center" onPress={onMore}>
          More
        </Button>
      )}
      {answering?.kind === "success" && <SuccessDialog task={answering.task} onClose={() => setAnswering(null)} />}
      {answering?.kind === "failure" && <FailureDialog task={answering.task} onClose={() => setAnswering(null)} />}
    </div>
  );
}

function Card({ task, onAnswer }: { task: WaitingTask; onAnswer: (kind: "success" | "failure") => void }) {
  const name = task.stateName ?? stateOf(task.stateId);
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
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5">
        <span className="rounded-control border border-line px-1.5 text-meta text-muted">{task.kind === "token" ? "Token" : "Activity"}</span>
        <h2 className="font-semibold">{name}</h2>
        <Link href={`${executionPath(task.executionArn)}?state=${encodeURIComponent(task.stateId ?? "")}`} className="rounded-control font-mono text-meta text-accent hover:underline">
          {nameOf(task.executionArn)}
        </Link>
        <span className="text-muted">{task.machine}</span>
        <span className="text-meta text-muted">
          waiting since <Ago at={task.since} />
        </span>
        <Countdown label="times out" at={task.timeoutAt} />
        <Countdown label="heartbeat due" at={task.heartbeatAt} />
        <span className="ml-auto flex items-center gap-2">
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
      {task.payload && (
        <div className="max-h-56 overflow-auto border-t border-line py-1.5">
          <PayloadView payload={task.payload} openTo={1} />
        </div>
      )}
    </article>
  );
}

function stateOf(stateId: string | null): string {
  return stateId?.split("/States/").pop() ?? "task";
}

function Countdown({ label, at }: { label: string; at: number | null }) {
  const now = useNow();
  if (at === null) return null;
  const left = at - now;
  return (
    <span className={`tabular text-meta ${left < 10_000 ? "font-medium text-danger" : "text-muted"}`} title={exactly(at)}>
      {label} {left > 0 ? `in ${duration(left)}` : "now"}
    </span>
  );
}

function SuccessDialog({ task, onClose }: { task: WaitingTask; onClose: () => void }) {
  const key = `task.${task.machine}.${stateOf(task.stateId)}`;
  const [text, setText] = useState(() => rememberedInputs(key)[0] ?? "{}");
  const [problem, setProblem] = useState<unknown>(null);
  const isJson = parseJson(text) !== undefined;
  const send = async () => {
    try {
      await aws("SendTaskSuccess", { taskToken: task.token, output: text });
      rememberInput(key, text);
      toast(`${stateOf(task.stateId)} succeeded`);
      await queryClient.invalidateQueries({ queryKey: ["tasks"] });
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog
      title={`Succeed ${stateOf(task.stateId)}`}
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
      toast(`${stateOf(task.stateId)} failed`);
      await queryClient.invalidateQueries({ queryKey: ["tasks"] });
      onClose();
    } catch (failure) {
      setProblem(failure);
    }
  };
  return (
    <Dialog
      title={`Fail ${stateOf(task.stateId)}`}
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

function Activities() {
  const activities = useActivities();
  if (activities.isPending) return <Loading label="Loading the activities" />;
  if (activities.error instanceof ApiError && activities.error.status === 404) return <Empty title="This server does not list activities" />;
  if (activities.isError) return <Failure error={activities.error} retry={() => void activities.refetch()} />;
  if (activities.data.items.length === 0) {
    return <Empty title="No activities">An activity is a queue that workers of yours poll with GetActivityTask. Create one with CreateActivity.</Empty>;
  }
  return (
    <div className="p-4">
      <table className="panel w-full border-separate border-spacing-0 text-left">
        <thead className="text-meta text-muted">
          <tr>
            <th className="px-3 py-1.5 font-medium">Activity</th>
            <th className="px-3 py-1.5 text-right font-medium">Waiting tasks</th>
            <th className="px-3 py-1.5 text-right font-medium">Pollers</th>
          </tr>
        </thead>
        <tbody>
          {activities.data.items.map((activity) => (
            <tr key={activity.arn}>
              <th scope="row" className="border-t border-line px-3 py-1.5 font-medium">
                <span className="inline-flex items-center gap-1">
                  {activity.name}
                  <Copy text={activity.arn} label="Copy the ARN" />
                </span>
              </th>
              <td className="tabular border-t border-line px-3 py-1.5 text-right">{activity.waitingTasks === null ? "–" : count(activity.waitingTasks)}</td>
              <td className="tabular border-t border-line px-3 py-1.5 text-right">{activity.pollers === null ? "–" : count(activity.pollers)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

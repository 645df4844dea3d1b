//! One WebSocket for the tab. It says what has changed; what that means is for the subscriber.
//! A socket that breaks is opened again with growing pauses, and every topic is told to read again.

import { create } from "zustand";
import { ROOT } from "./root";

export type Topic = "executions" | "execution" | "machines" | "tasks";

export interface Subscription {
  topic: Topic;
  arn?: string;
  filter?: Record<string, string>;
  after?: number;
}

/** What a frame may have. `lost` says that some were left out: read again. */
export interface Frame {
  id: number;
  lost?: boolean;
  events?: unknown[];
  execution?: unknown;
  rows?: unknown[];
  changed?: unknown;
  lastEvent?: number;
  error?: unknown;
}

type Listener = (frame: Frame) => void;

export type Connection = "connecting" | "live" | "polling";

/** Whether changes arrive by themselves or must be asked for. */
export const useConnection = create<{ state: Connection; since: number }>(() => ({ state: "connecting", since: Date.now() }));

const subscriptions = new Map<number, { subscription: Subscription; listener: Listener }>();
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 10_000;
let socket: WebSocket | null = null;
let ids = 0;
let pause = PAUSE_MS;
let timer: ReturnType<typeof setTimeout> | undefined;
let wasOpen = false;

function setState(state: Connection) {
  if (useConnection.getState().state !== state) useConnection.setState({ state, since: Date.now() });
}

function open() {
  clearTimeout(timer);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const opened = new WebSocket(`${scheme}//${location.host}${ROOT}/live`);
  socket = opened;
  opened.onopen = () => {
    pause = PAUSE_MS;
    setState("live");
    for (const [id, { subscription, listener }] of subscriptions) {
      opened.send(JSON.stringify({ subscribe: { id, ...subscription } }));
      if (wasOpen) listener({ id, lost: true });
    }
    wasOpen = true;
  };
  opened.onmessage = (message: MessageEvent<string>) => {
    const frame = JSON.parse(message.data) as Frame;
    subscriptions.get(frame.id)?.listener(frame);
  };
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = null;
    setState("polling");
    timer = setTimeout(open, pause);
    pause = Math.min(2 * pause, PAUSE_MS_MAX);
  };
}

/** Listens until the function it gives is called. */
export function subscribe(subscription: Subscription, listener: Listener): () => void {
  const id = ++ids;
  subscriptions.set(id, { subscription, listener });
  if (socket === null && timer === undefined) open();
  else if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ subscribe: { id, ...subscription } }));
  return () => {
    subscriptions.delete(id);
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ unsubscribe: id }));
  };
}

if (typeof window !== "undefined") {
  // A machine that wakes up, or finds its network again, need not wait for the pause.
  window.addEventListener("online", () => socket === null && open());
}

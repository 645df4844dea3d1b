//! Short messages about what was done, at the corner of the page, read aloud politely.

import { X } from "lucide-react";
import { create } from "zustand";
import { IconButton } from "./controls";
import { words } from "./states";

interface Toast {
  id: number;
  text: string;
  isProblem: boolean;
}

const SHOWN_MS = 6_000;
const MOST = 4;
let ids = 0;

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));

function remove(id: number) {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

export function toast(text: string, isProblem = false) {
  const id = ++ids;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(1 - MOST), { id, text, isProblem }] }));
  if (!isProblem) setTimeout(() => remove(id), SHOWN_MS);
}

export function toastProblem(error: unknown) {
  const { code, message } = words(error);
  toast(code ? `${code}: ${message}` : message, true);
}

export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <section aria-label="Messages" aria-live="polite" className="pointer-events-none fixed right-4 bottom-4 z-40 flex w-96 max-w-[calc(100vw-2rem)] flex-col gap-2">
      {toasts.map((toast) => (
        <div
          key={toast.id}
          className={`enter pointer-events-auto flex items-start gap-2 rounded-panel border bg-raised py-2 pr-1.5 pl-3 text-body shadow-pop ${toast.isProblem ? "border-danger" : "border-line"}`}
        >
          <span className="min-w-0 grow py-1 break-words">{toast.text}</span>
          <IconButton label="Dismiss" onPress={() => remove(toast.id)}>
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
    </section>
  );
}

//! A JSON value that can be opened and closed, searched with the eye, and copied from: values and the paths that lead to them.

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Change, type Json, change, isBranch, jsonPath, jsonataPath, member, members, removed } from "../model/json";
import { Menu, MenuItem } from "./controls";
import { Button as AriaButton } from "react-aria-components";

/** So many members at first, and so many more each time. */
const SHOWN = 100;
const TEXT_SHOWN = 400;

interface Place {
  steps: (string | number)[];
  /** What JSONata calls the whole, such as `$states.input`. */
  root: string;
}

/** `before`: what is new against it is marked. */
export function JsonTree({ value, before, root = "$states.input", openTo = 2 }: { value: Json; before?: Json | undefined; root?: string; openTo?: number }) {
  return (
    <div className="json overflow-x-auto font-mono text-meta leading-[18px]">
      <Node name={null} value={value} mark={null} before={before} place={{ steps: [], root }} openTo={openTo} isCompared={before !== undefined} />
    </div>
  );
}

const MARKS: Record<Change | "removed", { sign: string; word: string; status: string } | null> = {
  added: { sign: "+", word: "added", status: "SUCCEEDED" },
  changed: { sign: "~", word: "changed", status: "CAUGHT" },
  removed: { sign: "−", word: "removed", status: "FAILED" },
  within: null,
  same: null,
};

function Node({
  name,
  value,
  mark,
  before,
  place,
  openTo,
  isCompared,
}: {
  name: string | null;
  value: Json;
  mark: Change | "removed" | null;
  before: Json | undefined;
  place: Place;
  openTo: number;
  isCompared: boolean;
}) {
  const [isOpen, setOpen] = useState(place.steps.length < openTo || mark === "within");
  const [shown, setShown] = useState(SHOWN);
  const sign = mark === null ? null : MARKS[mark];
  const indent = { paddingLeft: `${14 * place.steps.length}px` };
  const label = name !== null && <Name name={name} place={place} value={value} />;
  if (!isBranch(value) || members(value).length === 0) {
    return (
      <Line sign={sign} indent={indent}>
        <span className="inline-block w-4" />
        {label}
        <Leaf value={value} />
      </Line>
    );
  }
  const all = members(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const gone = isCompared && mark !== "removed" ? removed(before, value) : [];
  return (
    <>
      <Line sign={sign} indent={indent}>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`${name ?? "value"}, ${all.length} ${Array.isArray(value) ? "items" : "members"}`}
          onClick={() => setOpen(!isOpen)}
          className="ring-inset inline-flex h-[18px] w-4 items-center justify-center rounded-control text-muted hover:bg-hover"
        >
          <ChevronRight size={12} aria-hidden className={isOpen ? "rotate-90" : ""} />
        </button>
        {label}
        <span className="text-muted">
          {open}
          {!isOpen && (
            <>
              {" "}
              {all.length} {close}
            </>
          )}
        </span>
      </Line>
      {isOpen && (
        <>
          {all.slice(0, shown).map(([key, item]) => {
            const earlier = member(before, key);
            return (
              <Node
                key={key}
                name={key}
                value={item}
                mark={isCompared ? (mark === "added" || mark === "removed" ? null : change(earlier, item)) : null}
                before={earlier}
                place={{ ...place, steps: [...place.steps, Array.isArray(value) ? Number(key) : key] }}
                openTo={openTo}
                isCompared={isCompared && mark !== "added"}
              />
            );
          })}
          {gone.map(([key, item]) => (
            <Node key={`gone ${key}`} name={key} value={item} mark="removed" before={undefined} place={{ ...place, steps: [...place.steps, key] }} openTo={0} isCompared={false} />
          ))}
          <Line sign={null} indent={indent}>
            {all.length > shown && (
              <button type="button" onClick={() => setShown(shown + SHOWN)} className="ml-8 rounded-control px-1 text-accent underline">
                {all.length - shown} more
              </button>
            )}
            <span className="ml-4 text-muted">{close}</span>
          </Line>
        </>
      )}
    </>
  );
}

function Line({ sign, indent, children }: { sign: { sign: string; word: string; status: string } | null; indent: { paddingLeft: string }; children: ReactNode }) {
  return (
    <div data-status={sign?.status} className={`group flex min-w-max items-start pr-2 ${sign ? "bg-status-fill" : ""}`}>
      <span className="w-3 shrink-0 text-center font-semibold select-none">
        {sign && (
          <>
            <span aria-hidden>{sign.sign}</span>
            <span className="sr-only">{sign.word}</span>
          </>
        )}
      </span>
      <span style={indent} className="flex items-start whitespace-pre">
        {children}
      </span>
    </div>
  );
}

function Name({ name, place, value }: { name: string; place: Place; value: Json }) {
  const copy = (key: string) => {
    const texts: Record<string, () => string> = {
      value: () => (typeof value === "string" ? value : JSON.stringify(value, null, 2)),
      path: () => jsonPath(place.steps),
      jsonata: () => `{% ${jsonataPath(place.root, place.steps)} %}`,
    };
    const text = texts[key]?.();
    if (text !== undefined) void navigator.clipboard.writeText(text);
  };
  return (
    <span className="text-(--code-key)">
      <Menu
        label={`Copy from ${name}`}
        onAction={copy}
        trigger={
          <AriaButton excludeFromTabOrder className="rounded-control hover:bg-hover hover:underline">
            {name}
          </AriaButton>
        }
      >
        <MenuItem id="value">Copy the value</MenuItem>
        <MenuItem id="path">
          Copy <code>{jsonPath(place.steps)}</code>
        </MenuItem>
        <MenuItem id="jsonata">
          Copy <code>{jsonataPath(place.root, place.steps)}</code>
        </MenuItem>
      </Menu>
      <span className="text-muted">: </span>
    </span>
  );
}

function Leaf({ value }: { value: Json }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value === "string") {
    const isLong = value.length > TEXT_SHOWN;
    return (
      <span className="json-text whitespace-pre-wrap text-(--code-string)">
        "{isLong && !isWhole ? value.slice(0, TEXT_SHOWN) : value}"
        {isLong && (
          <button type="button" onClick={() => setWhole(!isWhole)} className="ml-1 rounded-control px-1 text-accent underline">
            {isWhole ? "less" : `${value.length - TEXT_SHOWN} more characters`}
          </button>
        )}
      </span>
    );
  }
  if (typeof value === "number") return <span className="text-(--code-number)">{String(value)}</span>;
  if (isBranch(value)) return <span className="text-muted">{Array.isArray(value) ? "[]" : "{}"}</span>;
  return <span className="text-(--code-word)">{String(value)}</span>;
}

//! A payload: as a tree if it is all here, otherwise its beginning, and the rest on demand.

import { useState } from "react";
import { get, path, withQuery } from "../api/client";
import type { Payload } from "../api/shapes";
import { type Json, isBranch, members, parseJson } from "../model/json";
import { size } from "../model/time";
import { Copy } from "./Copy";
import { Button } from "./controls";
import { JsonTree } from "./JsonTree";
import { Problem } from "./states";

const PIECE_BYTES = 65_536;

/** `to` may be less than was asked for. */
function range(reference: string, from: number, to: number) {
  return get<{ text: string; to: number }>(withQuery(path`/payload/${reference}`, { from, to }));
}

/** All of a payload's text. */
export async function wholeText(payload: Payload): Promise<string> {
  if ("text" in payload) return payload.text;
  let text = "";
  for (let from = 0; from < payload.bytes; ) {
    const piece = await range(payload.ref, from, payload.bytes);
    if (piece.to <= from) break;
    text += piece.text;
    from = piece.to;
  }
  return text;
}

export function bytesOf(payload: Payload | null): number | null {
  if (payload === null) return null;
  return "text" in payload ? new TextEncoder().encode(payload.text).length : payload.bytes;
}

export function hasMembers(payload: Payload | null | undefined): boolean {
  if (!payload) return false;
  const value = jsonOf(payload);
  // Of one that is cut there is something.
  return value === undefined || (isBranch(value) && members(value).length > 0);
}

export function jsonOf(payload: Payload | null | undefined): Json | undefined {
  return payload && "text" in payload ? parseJson(payload.text) : undefined;
}

export function PayloadView({ payload, before, root, openTo }: { payload: Payload | null; before?: Json | undefined; root?: string; openTo?: number }) {
  if (payload === null) return <p className="px-3 text-muted">nothing</p>;
  if ("text" in payload) return <Whole text={payload.text} before={before} root={root} openTo={openTo} />;
  return <Cut key={payload.ref} payload={payload} root={root} />;
}

function Whole({ text, before, root, openTo }: { text: string; before?: Json | undefined; root?: string | undefined; openTo?: number | undefined }) {
  const value = parseJson(text);
  if (value === undefined) return <pre className="px-3 break-words whitespace-pre-wrap">{text}</pre>;
  return <JsonTree value={value} before={before} {...(root === undefined ? {} : { root })} {...(openTo === undefined ? {} : { openTo })} />;
}

function Cut({ payload, root }: { payload: { cut: string; bytes: number; ref: string }; root?: string | undefined }) {
  const [text, setText] = useState("");
  const [loaded, setLoaded] = useState(0);
  const [problem, setProblem] = useState<unknown>(null);
  const load = async () => {
    try {
      const piece = await range(payload.ref, loaded, Math.min(payload.bytes, loaded + PIECE_BYTES));
      setText(text + piece.text);
      setLoaded(piece.to);
    } catch (error) {
      setProblem(error);
    }
  };
  if (loaded >= payload.bytes) return <Whole text={text} root={root} />;
  return (
    <div className="flex flex-col gap-2">
      <pre className="max-h-96 overflow-auto px-3 break-words whitespace-pre-wrap">{text || payload.cut}…</pre>
      <div className="flex items-center gap-2 px-3 text-muted">
        <Button onPress={() => void load()}>{payload.bytes - loaded <= PIECE_BYTES ? "Load all" : `Load ${loaded === 0 ? "" : "the next "}64 KB`}</Button>
        <span className="text-meta">
          {size(loaded || payload.cut.length)} of {size(payload.bytes)}
        </span>
      </div>
      <Problem error={problem} />
    </div>
  );
}

/** Size, and copy if there is something to. */
export function PayloadTools({ payload }: { payload: Payload | null }) {
  if (payload === null) return null;
  return (
    <span className="flex items-center gap-1">
      <span className="tabular text-meta text-muted">{size(bytesOf(payload))}</span>
      <Copy label="Copy the JSON" text={() => wholeText(payload)} />
    </span>
  );
}

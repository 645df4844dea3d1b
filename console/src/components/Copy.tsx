//! Puts a text on the clipboard and says so.

import { Check, Copy as CopyPicture } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./controls";

const SHOWN_MS = 1_500;

export function Copy({ text, label = "Copy" }: { text: string | (() => string | Promise<string>); label?: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(typeof text === "string" ? text : await text());
    setDone(true);
    setTimeout(() => setDone(false), SHOWN_MS);
  };
  return (
    <IconButton label={isDone ? "Copied" : label} onPress={() => void copy()} className="size-6">
      {isDone ? <Check size={13} aria-hidden /> : <CopyPicture size={13} aria-hidden />}
    </IconButton>
  );
}

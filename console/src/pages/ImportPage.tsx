//! An execution of AWS, looked at here: its history and its definition are dropped or pasted, and nothing is kept on disk.

import { FileJson, Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { useLocation } from "wouter";
import { post } from "../api/client";
import type { ImportAnswer } from "../api/shapes";
import { Button, TextField } from "../components/controls";
import { PageHead } from "../components/PageHead";
import { Problem } from "../components/states";
import { type Json, isBranch, member, parseJson } from "../model/json";
import { executionPath } from "../model/arn";
import { count, size } from "../model/time";
import { useSetCrumbs } from "../store/crumbs";

type Part = "history" | "definition" | "describe";

/** Which of the three a file is, by what it has. */
export function recognise(value: Json): Part | null {
  if (!isBranch(value)) return null;
  if (Array.isArray(value)) return "history";
  if (member(value, "events") !== undefined) return "history";
  if (member(value, "States") !== undefined && member(value, "StartAt") !== undefined) return "definition";
  if (member(value, "executionArn") !== undefined || member(value, "startDate") !== undefined) return "describe";
  // DescribeStateMachine and what our export writes have the definition as a text.
  if (typeof member(value, "definition") === "string") return "definition";
  return null;
}

export default function ImportPage() {
  useSetCrumbs([{ name: "Executions", to: "/executions" }, { name: "Import" }]);
  const [, navigate] = useLocation();
  const [texts, setTexts] = useState<Record<Part, string>>({ history: "", definition: "", describe: "" });
  const [problem, setProblem] = useState<unknown>(null);
  const [isOver, setOver] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const take = async (files: Iterable<File>) => {
    setProblem(null);
    for (const file of files) {
      const text = await file.text();
      const value = parseJson(text);
      const part = value === undefined ? null : recognise(value);
      if (part === null || value === undefined) {
        setProblem(new Error(`${file.name} is neither a history, a definition, nor what DescribeExecution answers.`));
        continue;
      }
      const inner = part === "definition" ? member(value, "definition") : undefined;
      const definition = member(value, "definition");
      setTexts((known) => ({
        ...known,
        [part]: typeof inner === "string" ? inner : text,
        // Stepwell's own export has the definition beside the events.
        ...(part === "history" && typeof definition === "string" ? { definition } : {}),
      }));
    }
  };
  const load = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const parse = (part: Part) => {
        const value = parseJson(texts[part]);
        if (value === undefined) throw new Error(`The ${part} is not JSON.`);
        return value;
      };
      const history = parse("history");
      const body = {
        history,
        ...(texts.definition.trim() === "" ? {} : { definition: texts.definition }),
        ...(texts.describe.trim() === "" ? {} : { describe: parse("describe") }),
      };
      const { id } = await post<ImportAnswer>("/import", body);
      navigate(executionPath(id));
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };
  return (
    <div className="min-h-0 grow overflow-auto">
      <PageHead title="Import an execution" />
      <div className="flex max-w-4xl flex-col gap-4 px-4 pb-8">
        <p className="text-muted">
          See an execution that ran on AWS as if it had run here: graph, timeline, data. Nothing is sent anywhere but to this server, which keeps it in memory, read-only.
        </p>
        <div
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
          className={`panel flex flex-col items-center gap-2 border-dashed! px-6 py-8 text-center ${isOver ? "border-accent! bg-accent-fill!" : "border-line-strong!"}`}
        >
          <FileJson size={26} strokeWidth={1.5} aria-hidden className="text-muted" />
          <p className="font-medium">Drop the history and the definition here</p>
          <Button onPress={() => picker.current?.click()} icon={<Upload size={13} aria-hidden />}>
            Choose files
          </Button>
          <input
            ref={picker}
            type="file"
            multiple
            accept=".json,.asl"
            aria-label="Files of the history and the definition"
            className="hidden"
            onChange={(event) => void take(event.target.files ?? [])}
          />
        </div>
        <Problem error={problem} />
        <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
          <TextField
            label="History"
            mono
            lines={9}
            value={texts.history}
            onChange={(history) => setTexts({ ...texts, history })}
            placeholder={'{"events": [{"id": 1, "type": "ExecutionStarted", …'}
            help={summary(texts.history)}
          />
          <TextField
            label="Definition"
            mono
            lines={9}
            value={texts.definition}
            onChange={(definition) => setTexts({ ...texts, definition })}
            placeholder={'{"StartAt": "…", "States": {…}}'}
            help={texts.definition === "" ? "What DescribeStateMachineForExecution has as definition. Without it there is no graph." : size(texts.definition.length)}
          />
        </div>
        <div className="flex items-center justify-between gap-4">
          <details className="text-muted">
            <summary>How to get them</summary>
            <pre className="panel mt-2 overflow-auto px-3 py-2 text-fg">
              {`aws stepfunctions get-execution-history --execution-arn ARN \\\n  --include-execution-data > history.json\naws stepfunctions describe-state-machine-for-execution \\\n  --execution-arn ARN > definition.json`}
            </pre>
          </details>
          <Button kind="primary" isDisabled={isBusy || texts.history.trim() === ""} onPress={() => void load()}>
            Show the execution
          </Button>
        </div>
      </div>
    </div>
  );
}

function summary(text: string): string {
  if (text === "") return "What get-execution-history prints, all pages.";
  const value = parseJson(text);
  const events = Array.isArray(value) ? value : member(value, "events");
  return Array.isArray(events) ? `${count(events.length)} events, ${size(text.length)}` : "This has no events.";
}

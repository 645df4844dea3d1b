//! Forks an execution: a new one begins at a visit of a state, with what that had or with something else.

import { useQuery } from "@tanstack/react-query";
import { GitFork } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { get, path, post, withQuery } from "../../api/client";
import { queryClient } from "../../api/queries";
import type { Execution, ForkAnswer, ForkDraft } from "../../api/shapes";
import { Code } from "../../components/Code";
import { Button, Dialog, TextField } from "../../components/controls";
import { wholeText } from "../../components/PayloadView";
import { Failure, Loading, Problem } from "../../components/states";
import { executionPath } from "../../model/arn";
import { isBranch, parseJson, whyNotJson } from "../../model/json";
import { Choice } from "../StartDialog";

/** A visit by its id, or the last one of a state. */
export type ForkFrom = { visit: string } | { state: string };

interface Draft extends ForkDraft {
  inputText: string;
  variablesText: string;
}

export function ForkDialog({ execution, from, onClose }: { execution: Execution; from: ForkFrom; onClose: () => void }) {
  const draft = useQuery({
    queryKey: ["fork", execution.arn, from],
    queryFn: async ({ signal }): Promise<Draft> => {
      const draft = await get<ForkDraft>(withQuery(path`/executions/${execution.arn}/fork`, { ...from }), signal);
      const [inputText, variablesText] = await Promise.all([draft.input, draft.variables].map(async (payload) => laidOut(await wholeText(payload))));
      return { ...draft, inputText: inputText ?? "", variablesText: variablesText ?? "" };
    },
    // What is being edited is not exchanged.
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  if (draft.data) return <Form key={draft.data.visit} execution={execution} draft={draft.data} onClose={onClose} />;
  return (
    <Dialog title={`Fork ${execution.name}`} onClose={onClose} wide footer={<Button onPress={onClose}>Cancel</Button>}>
      {draft.isError ? <Failure error={draft.error} retry={() => void draft.refetch()} /> : <Loading rows={6} label="Loading what the state had" />}
    </Dialog>
  );
}

function Form({ execution, draft, onClose }: { execution: Execution; draft: Draft; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [input, setInput] = useState(draft.inputText);
  const [variables, setVariables] = useState(draft.variablesText);
  const [name, setName] = useState("");
  const [definition, setDefinition] = useState("origin");
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const wrong = whatIsWrong("The input", input, false) ?? whatIsWrong("The variables", variables, true);
  const fork = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await post<ForkAnswer>(path`/executions/${execution.arn}/fork`, {
        visit: draft.visit,
        definition,
        // What was not edited is taken byte for byte.
        ...(input === draft.inputText ? {} : { input }),
        ...(variables === draft.variablesText ? {} : { variables }),
        ...(name === "" ? {} : { name }),
      });
      void queryClient.invalidateQueries({ queryKey: ["executions"] });
      onClose();
      navigate(executionPath(answer.executionArn));
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={`Fork ${execution.name}`}
      onClose={onClose}
      wide
      footer={
        <>
          <span className="mr-auto text-meta text-danger" role="status">
            {wrong}
          </span>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" isDisabled={isBusy || wrong !== null} onPress={() => void fork()} icon={<GitFork size={13} aria-hidden />}>
            Fork execution
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Problem error={problem} />
        <p>
          A new execution begins at <strong className="font-semibold">{draft.stateName}</strong>, as it was entered in visit {draft.number}. Everything before it counts as done.
        </p>
        {draft.inside !== null && (
          <p role="note" className="rounded-control border border-line bg-sunken px-3 py-2 text-meta">
            {draft.inside} is inside {draft.stateName}: a fork begins at the outermost Parallel or Map state around it.
          </p>
        )}
        <Editor label="State input" text={input} onChange={setInput} height="h-48" autoFocus />
        <Editor label="Variables" text={variables} onChange={setVariables} height="h-28" />
        <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
          <TextField label="Name" value={name} onChange={setName} placeholder="Generated if empty" />
          {draft.isChanged && draft.isInCurrent ? (
            <Choice
              label="Definition"
              value={definition}
              onChange={setDefinition}
              choices={[
                { id: "origin", name: "the one this execution ran" },
                { id: "current", name: "current definition" },
              ]}
            />
          ) : (
            draft.isChanged && <p className="self-end text-meta text-muted">It runs the definition that this execution ran: the current one has no state {draft.stateName}.</p>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Editor({ label, text, onChange, height, autoFocus = false }: { label: string; text: string; onChange: (text: string) => void; height: string; autoFocus?: boolean }) {
  return (
    <div className="flex flex-col gap-1">
      <span className="text-meta font-medium">{label}</span>
      <div className={`overflow-hidden rounded-control border border-line-strong ${height}`}>
        <Code label={label} text={text} onChange={onChange} autoFocus={autoFocus} />
      </div>
    </div>
  );
}

function laidOut(text: string): string {
  const value = parseJson(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

function whatIsWrong(what: string, text: string, isObject: boolean): string | null {
  const wrong = whyNotJson(text);
  if (wrong !== null) return `${what}: not JSON: ${wrong}`;
  if (!isObject) return null;
  const value = parseJson(text);
  const isOne = value !== undefined && isBranch(value) && !Array.isArray(value);
  return isOne ? null : `${what} must be an object`;
}

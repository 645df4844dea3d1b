//! Starts an execution. What was used before is offered again: inputs from this browser and those of executions that failed.

import { useQuery } from "@tanstack/react-query";
import { Play, Wand2 } from "lucide-react";
import { useState } from "react";
import { Label, ListBox, ListBoxItem, Popover, Select, SelectValue, Button as AriaButton } from "react-aria-components";
import { useLocation } from "wouter";
import { aws, get, path, withQuery } from "../api/client";
import { queryClient, useMachine } from "../api/queries";
import type { Execution, ExecutionPage, Machine } from "../api/shapes";
import { Code } from "../components/Code";
import { Button, Dialog, TextField } from "../components/controls";
import { Problem } from "../components/states";
import { executionPath } from "../model/arn";
import { whyNotJson } from "../model/json";
import { rememberInput, rememberedInputs } from "../store/inputs";
import { toast } from "../components/toasts";
import { duration } from "../model/time";

const FAILED_SHOWN = 5;

interface Offer {
  id: string;
  title: string;
  text: string;
}

/** `input` is what the editor begins with instead of what was used last. */
export function StartDialog({ machine, input, onClose }: { machine: Pick<Machine, "name" | "arn" | "type">; input?: string; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [remembered] = useState(() => rememberedInputs(machine.name));
  const [text, setText] = useState(input ?? remembered[0] ?? "{}");
  const [name, setName] = useState("");
  const [qualifier, setQualifier] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const details = useMachine(machine.name);
  const failed = useFailedInputs(machine.name);
  const offers: Offer[] = [
    ...remembered.map((each, place) => ({ id: `r${place}`, title: short(each), text: each })),
    ...(failed.data ?? []).map(({ row, text }) => ({ id: row.arn, title: `failed: ${row.name}  ${short(text)}`, text })),
  ];
  const wrong = whyNotJson(text);
  const jsonProblem = wrong === null ? null : `Not JSON: ${wrong}`;
  const isExpress = machine.type === "EXPRESS";
  const start = async (wait: boolean) => {
    setBusy(true);
    setProblem(null);
    try {
      const body = {
        stateMachineArn: qualifier === "" ? machine.arn : `${machine.arn}:${qualifier}`,
        input: text,
        ...(name === "" ? {} : { name }),
      };
      const began = performance.now();
      const answer = await aws<{ executionArn: string; status?: string }>(wait ? "StartSyncExecution" : "StartExecution", body);
      rememberInput(machine.name, text);
      if (wait) toast(`Ended after ${duration(performance.now() - began)}`);
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
      title={`Start ${machine.name}`}
      onClose={onClose}
      wide
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          {isExpress && (
            <Button isDisabled={isBusy || jsonProblem !== null} onPress={() => void start(true)}>
              Start and wait
            </Button>
          )}
          <Button
            kind="primary"
            isDisabled={isBusy || jsonProblem !== null}
            onPress={() => void start(false)}
            icon={<Play size={13} aria-hidden />}
          >
            Start execution
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Problem error={problem} />
        <div className="flex flex-col gap-1">
          <div className="flex items-center justify-between gap-2">
            <span className="text-meta font-medium">Input</span>
            <span className="flex items-center gap-1">
              {offers.length > 0 && <OfferMenu offers={offers} onPick={setText} />}
              <Button
                kind="quiet"
                isDisabled={jsonProblem !== null}
                onPress={() => setText(JSON.stringify(JSON.parse(text), null, 2))}
                icon={<Wand2 size={13} aria-hidden />}
              >
                Format
              </Button>
            </span>
          </div>
          <div className="h-[clamp(96px,34vh,256px)] overflow-hidden rounded-control border border-line-strong">
            <Code label="Input" text={text} onChange={setText} autoFocus />
          </div>
          <span className="text-meta break-words text-danger" role="status">
            {jsonProblem}
          </span>
        </div>
        <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
          <TextField label="Name" value={name} onChange={setName} placeholder="Generated if empty" />
          <Qualifier details={details.data} value={qualifier} onChange={setQualifier} />
        </div>
      </div>
    </Dialog>
  );
}

function Qualifier({
  details,
  value,
  onChange,
}: {
  details: { versions: { version: number | string }[]; aliases: { name: string }[] } | undefined;
  value: string;
  onChange: (value: string) => void;
}) {
  const choices = [
    { id: "", name: "Current definition" },
    ...(details?.aliases ?? []).map((alias) => ({ id: alias.name, name: `Alias ${alias.name}` })),
    ...(details?.versions ?? []).map(({ version }) => ({ id: String(version), name: `Version ${version}` })),
  ];
  return (
    <Choice label="Version or alias" choices={choices} value={value} onChange={onChange} />
  );
}

/** One of a few. */
export function Choice({
  label,
  choices,
  value,
  onChange,
  isLabelHidden,
}: {
  label: string;
  choices: { id: string; name: string }[];
  value: string;
  onChange: (value: string) => void;
  isLabelHidden?: boolean;
}) {
  return (
    <Select
      value={value}
      onChange={(key) => onChange(String(key))}
      className="flex flex-col gap-1"
      {...(isLabelHidden ? { "aria-label": label } : {})}
    >
      {!isLabelHidden && <Label className="text-meta font-medium">{label}</Label>}
      <AriaButton className="flex h-7 items-center justify-between gap-2 rounded-control border border-line-strong bg-raised px-2.5 text-body hover:bg-hover">
        <SelectValue className="truncate" />
        <span aria-hidden className="text-caption text-muted">
          ▾
        </span>
      </AriaButton>
      <Popover className="enter max-h-72 min-w-(--trigger-width) overflow-auto rounded-panel border border-line bg-raised p-1 shadow-pop">
        <ListBox items={choices} className="outline-none">
          {(choice) => (
            <ListBoxItem
              id={choice.id}
              textValue={choice.name}
              className="flex h-7 items-center rounded-control px-2 text-body outline-none focus:bg-hover selected:font-medium"
            >
              {choice.name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

function OfferMenu({ offers, onPick }: { offers: Offer[]; onPick: (text: string) => void }) {
  return (
    <Select
      aria-label="Earlier inputs"
      value={null}
      onChange={(key) => {
        const offer = offers.find((each) => each.id === key);
        if (offer) onPick(offer.text);
      }}
    >
      <AriaButton className="flex h-7 items-center gap-2 rounded-control px-2 text-body hover:bg-hover">
        Earlier inputs <span aria-hidden className="text-caption text-muted">▾</span>
      </AriaButton>
      <Popover placement="bottom end" className="enter max-h-72 w-96 overflow-auto rounded-panel border border-line bg-raised p-1 shadow-pop">
        <ListBox items={offers} className="outline-none">
          {(offer) => (
            <ListBoxItem
              id={offer.id}
              textValue={offer.title}
              className="flex h-7 items-center rounded-control px-2 font-mono text-meta outline-none focus:bg-hover"
            >
              <span className="truncate">{offer.title}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

function useFailedInputs(machine: string) {
  return useQuery({
    queryKey: ["failed-inputs", machine],
    queryFn: async ({ signal }) => {
      const filter = { machine, status: "FAILED,TIMED_OUT", limit: FAILED_SHOWN };
      const { items } = await get<ExecutionPage>(withQuery("/executions", filter), signal);
      const executions = await Promise.all(items.map((row) => get<Execution>(path`/executions/${row.arn}`, signal)));
      return executions.flatMap((row) => (row.input && "text" in row.input ? [{ row, text: row.input.text }] : []));
    },
    retry: false,
  });
}

function short(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, 80);
}

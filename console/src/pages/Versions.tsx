//! Versions of a machine and the aliases that lead to them.

import { Pencil, Plus, Tag, Trash2 } from "lucide-react";
import { useState } from "react";
import { aws } from "../api/client";
import { queryClient } from "../api/queries";
import type { Alias, MachineDetails } from "../api/shapes";
import { Button, Dialog, IconButton, TextField } from "../components/controls";
import { Problem } from "../components/states";
import { toast, toastProblem } from "../components/toasts";
import { exactly } from "../model/time";
import { Choice } from "./StartDialog";

const refresh = (name: string) => queryClient.invalidateQueries({ queryKey: ["machine", name] });

export function Versions({ machine }: { machine: MachineDetails }) {
  const [isPublishing, setPublishing] = useState(false);
  const [edited, setEdited] = useState<Alias | "new" | null>(null);
  const versions = [...machine.versions].sort((a, b) => Number(b.version) - Number(a.version));
  return (
    <div className="grid grow grid-cols-2 content-start gap-6 overflow-auto p-4 max-lg:grid-cols-1">
      <section aria-labelledby="versions">
        <div className="mb-2 flex items-center justify-between">
          <h2 id="versions" className="text-section font-semibold">
            Versions
          </h2>
          <Button icon={<Tag size={13} aria-hidden />} onPress={() => setPublishing(true)}>
            Publish a version
          </Button>
        </div>
        <div className="panel overflow-hidden">
          {versions.length === 0 ? (
            <p className="px-4 py-6 text-center text-muted">No versions. A published version stays as it is when the machine is updated.</p>
          ) : (
            <ul>
              {versions.map((version) => (
                <li key={version.version} className="flex items-center gap-3 border-b border-line px-3 py-2 last:border-b-0">
                  <span className="tabular w-8 font-semibold">{version.version}</span>
                  <span className="min-w-0 grow truncate">{version.description || <span className="text-muted">no description</span>}</span>
                  {version.createdAt !== undefined && <span className="tabular shrink-0 text-meta text-muted">{exactly(version.createdAt)}</span>}
                  <Delete label={`Delete version ${version.version}`} deletion={() => aws("DeleteStateMachineVersion", { stateMachineVersionArn: `${machine.arn}:${version.version}` })} machine={machine} />
                </li>
              ))}
            </ul>
          )}
        </div>
      </section>
      <section aria-labelledby="aliases">
        <div className="mb-2 flex items-center justify-between">
          <h2 id="aliases" className="text-section font-semibold">
            Aliases
          </h2>
          <Button icon={<Plus size={13} aria-hidden />} isDisabled={versions.length === 0} onPress={() => setEdited("new")}>
            New alias
          </Button>
        </div>
        <div className="panel overflow-hidden">
          {machine.aliases.length === 0 ? (
            <p className="px-4 py-6 text-center text-muted">No aliases. An alias leads to one version, or to two by weight.</p>
          ) : (
            <ul>
              {machine.aliases.map((alias) => (
                <li key={alias.name} className="flex items-center gap-3 border-b border-line px-3 py-2 last:border-b-0">
                  <span className="w-28 shrink-0 truncate font-semibold">{alias.name}</span>
                  <Routes alias={alias} />
                  <IconButton label={`Edit alias ${alias.name}`} onPress={() => setEdited(alias)}>
                    <Pencil size={14} aria-hidden />
                  </IconButton>
                  <Delete label={`Delete alias ${alias.name}`} deletion={() => aws("DeleteStateMachineAlias", { stateMachineAliasArn: `${machine.arn}:${alias.name}` })} machine={machine} />
                </li>
              ))}
            </ul>
          )}
        </div>
      </section>
      {isPublishing && <PublishDialog machine={machine} onClose={() => setPublishing(false)} />}
      {edited !== null && <AliasDialog machine={machine} alias={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </div>
  );
}

function Delete({ label, deletion, machine }: { label: string; deletion: () => Promise<unknown>; machine: MachineDetails }) {
  return (
    <IconButton label={label} onPress={() => void deletion().then(() => refresh(machine.name)).catch(toastProblem)}>
      <Trash2 size={14} aria-hidden />
    </IconButton>
  );
}

function Routes({ alias }: { alias: Alias }) {
  return (
    <span className="flex min-w-0 grow items-center gap-2" aria-label={alias.routes.map((route) => `version ${route.version}: ${route.weight} %`).join(", ")}>
      <svg aria-hidden width="120" height="8" className="shrink-0">
        <rect width="120" height="8" rx="4" className="fill-line" />
        <rect width={1.2 * (alias.routes[0]?.weight ?? 0)} height="8" rx="4" className="fill-accent" />
      </svg>
      <span className="tabular truncate text-meta">{alias.routes.map((route) => `v${route.version} ${route.weight} %`).join("  ·  ")}</span>
    </span>
  );
}

function PublishDialog({ machine, onClose }: { machine: MachineDetails; onClose: () => void }) {
  const [description, setDescription] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const publish = async () => {
    try {
      const body = { stateMachineArn: machine.arn, ...(description === "" ? {} : { description }) };
      const answer = await aws<{ stateMachineVersionArn: string }>("PublishStateMachineVersion", body);
      toast(`Published version ${answer.stateMachineVersionArn.split(":").pop()}`);
      await refresh(machine.name);
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog
      title="Publish a version"
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" onPress={() => void publish()}>
            Publish
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Problem error={problem} />
        <p className="text-muted">The current definition and role get a number and never change under it.</p>
        <TextField label="Description" value={description} onChange={setDescription} autoFocus />
      </div>
    </Dialog>
  );
}

function AliasDialog({ machine, alias, onClose }: { machine: MachineDetails; alias: Alias | null; onClose: () => void }) {
  const [name, setName] = useState(alias?.name ?? "");
  const [first, setFirst] = useState(String(alias?.routes[0]?.version ?? machine.versions[0]?.version ?? ""));
  const [second, setSecond] = useState(String(alias?.routes[1]?.version ?? ""));
  const [weight, setWeight] = useState(String(alias?.routes[0]?.weight ?? 100));
  const [problem, setProblem] = useState<unknown>(null);
  const versions = machine.versions.map(({ version }) => ({ id: String(version), name: `version ${version}` }));
  const save = async () => {
    const share = second === "" ? 100 : Number(weight);
    const routingConfiguration = [
      { stateMachineVersionArn: `${machine.arn}:${first}`, weight: share },
      ...(second === "" ? [] : [{ stateMachineVersionArn: `${machine.arn}:${second}`, weight: 100 - share }]),
    ];
    try {
      if (alias === null) await aws("CreateStateMachineAlias", { name, routingConfiguration });
      else await aws("UpdateStateMachineAlias", { stateMachineAliasArn: `${machine.arn}:${alias.name}`, routingConfiguration });
      await refresh(machine.name);
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog
      title={alias === null ? "New alias" : `Alias ${alias.name}`}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" isDisabled={name === ""} onPress={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Problem error={problem} />
        {alias === null && <TextField label="Name" value={name} onChange={setName} autoFocus />}
        <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
          <Choice label="Leads to" choices={versions} value={first} onChange={setFirst} />
          <Choice label="And to" choices={[{ id: "", name: "No other" }, ...versions]} value={second} onChange={setSecond} />
          {second !== "" && <TextField label={`Share of version ${first}, %`} value={weight} onChange={setWeight} type="number" />}
        </div>
      </div>
    </Dialog>
  );
}

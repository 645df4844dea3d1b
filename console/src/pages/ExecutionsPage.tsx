//! The executions of all state machines.

import { Upload } from "lucide-react";
import { useMemo } from "react";
import { Link } from "wouter";
import { useMachines } from "../api/queries";
import { PageHead } from "../components/PageHead";
import { useSetCrumbs } from "../store/crumbs";
import { ExecutionList } from "./ExecutionList";

export function ExecutionsPage() {
  useSetCrumbs([{ name: "Executions" }]);
  const machines = useMachines("");
  const names = useMemo(() => machines.data?.pages.flatMap((page) => page.items.map((machine) => machine.name)) ?? [], [machines.data]);
  return (
    <>
      <PageHead title="Executions">
        <Link
          href="/import"
          className="inline-flex h-7 items-center gap-1.5 rounded-control border border-line-strong bg-raised px-2.5 whitespace-nowrap hover:bg-hover"
        >
          <Upload size={13} aria-hidden /> Import
        </Link>
      </PageHead>
      <ExecutionList machines={names} />
    </>
  );
}

//! The executions of all state machines.

import { useMemo } from "react";
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
      <PageHead title="Executions" />
      <ExecutionList machines={names} />
    </>
  );
}

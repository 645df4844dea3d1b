//! The part of the definition that is the selected state.

import { useMemo } from "react";
import type { SceneNode } from "../../api/shapes";
import { Code } from "../../components/Code";
import { unitAt } from "../../model/offsets";
import type { ExecutionView } from "./useExecutionView";

export function StateDefinition({ view, node }: { view: ExecutionView; node: SceneNode }) {
  const { definition } = view.execution;
  const marked = useMemo<[number, number] | null>(
    () => (node.span ? [unitAt(definition, node.span[0]), unitAt(definition, node.span[1])] : null),
    [definition, node],
  );
  return (
    <div className="h-full min-h-80">
      <Code label={`Definition, at ${node.name}`} text={definition} marked={marked} />
    </div>
  );
}

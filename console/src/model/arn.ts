//! Names in ARNs, and where the pages of what they name are.

/** The last part: an execution's name, a machine's. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}

/** The machine of an execution's ARN. */
export function machineOf(executionArn: string): string {
  const parts = executionArn.split(":");
  return parts[6]?.split("/")[0] ?? "";
}

export function executionPath(arn: string): string {
  return `/e/${encodeURIComponent(arn)}`;
}

export function machinePath(name: string): string {
  return `/machines/${encodeURIComponent(name)}`;
}

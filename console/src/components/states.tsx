//! What a place shows while it has nothing: because there is nothing, not yet, or something went wrong.

import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { Button } from "./controls";
import { PageHead } from "./PageHead";

export function Empty({ title, children, icon }: { title: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col items-center justify-center gap-2 px-6 py-14 text-center">
      {icon && <div className="mb-1 text-muted">{icon}</div>}
      <p className="text-label font-semibold">{title}</p>
      {children && <div className="flex w-full max-w-xl flex-col items-center gap-3 text-body text-muted">{children}</div>}
    </div>
  );
}

export function Failure({ error, retry, title }: { error: unknown; retry?: () => void; title?: string }) {
  const { code, message } = words(error);
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <CircleAlert size={22} aria-hidden className="text-danger" />
      <p className="text-label font-semibold">{title ?? (code !== null && /DoesNotExist|NotFound/.test(code) ? "Not found" : "This could not be read")}</p>
      <p className="max-w-xl text-body break-words text-muted">
        {message} {code && <code className="text-fg">{code}</code>}
      </p>
      {retry && (
        <Button onPress={retry} icon={<RotateCw size={14} aria-hidden />}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A page of which nothing can be shown. */
export function Failed({ title, error, retry }: { title: string; error: unknown; retry: () => void }) {
  return (
    <>
      <PageHead title={title} />
      <Failure error={error} retry={retry} />
    </>
  );
}

export function words(error: unknown): { code: string | null; message: string } {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  return { code: null, message: error instanceof Error ? error.message : String(error) };
}

/** A line that says what is wrong with what somebody did. */
export function Problem({ error }: { error: unknown }) {
  if (!error) return null;
  const { code, message } = words(error);
  return (
    // Where the button was pressed may be far below.
    <p ref={(line) => line?.scrollIntoView({ block: "nearest" })} role="alert" className="rounded-control border border-danger bg-danger-fill px-2.5 py-1.5 text-body break-words">
      {code && <strong className="font-semibold">{code}: </strong>}
      {message}
    </p>
  );
}

/** Grey bars in the place of rows that are on their way. */
export function Loading({ rows = 6, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={`pulse h-3 rounded-control bg-hover ${["w-3/4", "w-1/2", "w-2/3", "w-5/6"][row % 4]}`} />
      ))}
    </div>
  );
}

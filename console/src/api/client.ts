//! Requests to the server that the page came from. Nothing here asks any other origin.

import { takeEarly } from "./early";
import { ROOT } from "./root";

/** What the server said no to. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly field: string | null;

  constructor(status: number, code: string, message: string, field: string | null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

/** A path below the API with its parameters; empty ones are left out. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce((text, part, index) => text + encodeURIComponent(String(values[index - 1] ?? "")) + part);
}

export function withQuery(target: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "" && value !== false) search.set(name, value === true ? "1" : String(value));
  }
  const text = search.toString();
  return text === "" ? target : `${target}?${text}`;
}

async function failure(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as { error?: { code?: string; message?: string; field?: string }; __type?: string; message?: string };
    if (body.error) {
      return new ApiError(response.status, body.error.code ?? "Error", body.error.message ?? text, body.error.field ?? null);
    }
    const code = (body.__type ?? "Error").split("#").pop() ?? "Error";
    return new ApiError(response.status, code, body.message ?? code, null);
  } catch {
    return new ApiError(response.status, `HTTP ${response.status}`, text.slice(0, 400) || response.statusText, null);
  }
}

async function send(target: string, init: RequestInit, early?: Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await (early ?? fetch(ROOT + target, { ...init, credentials: "same-origin", redirect: "error" }));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "Unreachable", "The server does not answer. Is it still running?", null);
  }
  if (!response.ok) throw await failure(response);
  return response;
}

export async function get<Answer>(target: string, signal?: AbortSignal): Promise<Answer> {
  const response = await send(target, { headers: { Accept: "application/json" }, signal: signal ?? null }, takeEarly(target));
  return (await response.json()) as Answer;
}

export async function post<Answer>(target: string, body: unknown): Promise<Answer> {
  const headers = { "Content-Type": "application/json", "X-Stepwell-Console": "1" };
  const response = await send(target, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  return (text === "" ? {} : JSON.parse(text)) as Answer;
}

/** An operation of the Step Functions API with its own request and answer. */
export function aws<Answer>(operation: string, body: unknown): Promise<Answer> {
  return post<Answer>(path`/aws/${operation}`, body);
}

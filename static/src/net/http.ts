/** The HTTP calls of the site: JSON both ways, the origin's secret in a header, answers checked by shapes.
 *
 * Each part of the page keeps its own calls beside it; docs/protocol-http.md has them all. */

import { checkerOf, type Shapes } from "./shapes";

const SECRET = "sagews.secret";
/** Milliseconds that a call may take; a server that has stopped answers never. */
const LONGEST = 60_000;

/** A refusal of the server, `unreachable`, or `bad-answer` for one that is not what it should be. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export function keepSecret(secret: string | null): void {
  if (secret === null) localStorage.removeItem(SECRET);
  else localStorage.setItem(SECRET, secret);
}

export function hasSecret(): boolean {
  return localStorage.getItem(SECRET) !== null;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A function that calls and gives what has the named shape; without a shape nothing is taken from the answer. */
export function callsWith(shapes: Shapes): <Result = void>(method: Method, path: string, shape: string | null, body?: unknown) => Promise<Result> {
  const fits = checkerOf(shapes);
  return async <Result>(method: Method, path: string, shape: string | null, body?: unknown): Promise<Result> => {
    const answer = await ask(method, path, body);
    if (shape !== null && !fits(shape, answer)) throw new ApiError("bad-answer", "", 0);
    return answer as Result;
  };
}

async function ask(method: Method, path: string, body: unknown): Promise<unknown> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const secret = localStorage.getItem(SECRET);
  if (secret !== null) headers["X-Sagews-Secret"] = secret;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    const data = body === undefined ? {} : { body: JSON.stringify(body) };
    response = await fetch(path, { method, headers, credentials: "same-origin", signal: AbortSignal.timeout(LONGEST), ...data });
  } catch {
    throw new ApiError("unreachable", "", 0);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  const { code, message } = refusalIn(answer);
  throw new ApiError(code, message ?? response.statusText, response.status);
}

/** What the server says of a refusal; something between us and it may answer anything. */
function refusalIn(answer: unknown): { code: string; message: string | null } {
  const error = typeof answer === "object" && answer !== null && "error" in answer ? answer.error : null;
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown; message?: unknown };
  return { code: typeof code === "string" ? code : "internal", message: typeof message === "string" ? message : null };
}

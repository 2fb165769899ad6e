import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, callsWith, hasSecret, keepSecret } from "client/net/http";

const call = callsWith({ Name: "name" });

function answering(status: number, body: unknown, heard: RequestInit[] = []): void {
  globalThis.fetch = (async (_path: string, options: RequestInit) => {
    heard.push(options);
    return { ok: status < 400, status, statusText: "status", json: async () => (body === undefined ? JSON.parse("<") : body) };
  }) as never;
}

const refusal = (promise: Promise<unknown>) => promise.then(() => assert.fail("no refusal"), (error: ApiError) => [error.code, error.message, error.status]);

test("an answer of the right shape is given, with the secret and the body sent along", async () => {
  const heard: RequestInit[] = [];
  answering(200, { name: "a", more: 1 }, heard);
  keepSecret("s1");
  assert.ok(hasSecret());
  assert.deepEqual(await call("POST", "/api/x", "Name", { b: 2 }), { name: "a", more: 1 });
  assert.deepEqual(heard[0]!.headers, { Accept: "application/json", "X-Sagews-Secret": "s1", "Content-Type": "application/json" });
  assert.equal(heard[0]!.body, '{"b":2}');
  keepSecret(null);
  assert.ok(!hasSecret());
  await call("GET", "/api/x", "Name");
  assert.deepEqual(heard[1]!.headers, { Accept: "application/json" });
});

test("an answer of another shape is refused, unless nothing is taken from it", async () => {
  answering(200, { name: 3 });
  assert.equal((await refusal(call("GET", "/api/x", "Name")))[0], "bad-answer");
  answering(200, undefined);
  assert.equal((await refusal(call("GET", "/api/x", "Name")))[0], "bad-answer");
  await call("GET", "/api/x", null);
});

test("a refusal has the server's code and sentence, and what is no refusal of ours the status", async () => {
  answering(403, { error: { code: "forbidden", message: "No." } });
  assert.deepEqual(await refusal(call("GET", "/api/x", null)), ["forbidden", "No.", 403]);
  for (const odd of [undefined, null, "x", { error: 3 }, { error: { code: 7, message: {} } }]) {
    answering(502, odd);
    assert.deepEqual(await refusal(call("GET", "/api/x", null)), ["internal", "status", 502]);
  }
});

test("a server out of reach says so", async () => {
  globalThis.fetch = (async () => Promise.reject(new TypeError("failed"))) as never;
  assert.deepEqual(await refusal(call("GET", "/api/x", null)), ["unreachable", "", 0]);
});

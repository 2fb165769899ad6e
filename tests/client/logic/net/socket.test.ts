import "../page";
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { ApiError } from "client/net/http";
import type { FromServer } from "client/net/messages";
import { Socket } from "client/net/socket";
import { WELCOME } from "../link";

/** A WebSocket whose other end is the test. */
class FakeWebSocket {
  static last: FakeWebSocket;
  readonly sent: Record<string, any>[] = [];
  onopen?: () => void;
  onclose?: () => void;
  onmessage?: (frame: { data: unknown }) => void;

  constructor(readonly url: string) {
    FakeWebSocket.last = this;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.onclose?.();
  }

  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

Object.assign(globalThis, { WebSocket: FakeWebSocket });
globalThis.fetch = (async () => ({ ok: true, status: 200, json: async () => ({ ticket: "ticket", url: "wss://b/ws" }) })) as never;

/** A socket that has come as far as the welcome. */
async function connected(): Promise<{ socket: Socket; other: FakeWebSocket; heard: FromServer[] }> {
  const heard: FromServer[] = [];
  const socket = new Socket("w", (message) => void heard.push(message));
  socket.start();
  await new Promise(setImmediate);
  const other = FakeWebSocket.last;
  other.onopen!();
  other.say(WELCOME);
  return { socket, other, heard };
}

/** End it: its timers would keep the test's process alive. */
function end(socket: Socket): void {
  socket.stop();
}

test("a connection says hello with its ticket, and is open after the welcome, which everybody hears", async () => {
  const { socket, other, heard } = await connected();
  assert.deepEqual(other.sent[0], { type: "hello", protocol: 2, client: "page", ticket: "ticket" });
  assert.deepEqual([socket.open, socket.welcome.value, heard[0]], [true, WELCOME, WELCOME]);
  end(socket);
});

test("an answer goes to who asked, an error as a refusal", async () => {
  const { socket, other } = await connected();
  const first = socket.ask<"documents">({ type: "documents" });
  const second = socket.ask<"removed">({ type: "remove", document: "d" });
  const [one, two] = other.sent.filter((message) => "request" in message);
  other.say({ type: "error", code: "not-found", parameters: {}, message: "Gone.", request: two!["request"] });
  other.say({ type: "documents", request: one!["request"], documents: [] });
  assert.deepEqual((await first).documents, []);
  await assert.rejects(second, (error: ApiError) => error.code === "not-found" && error.message === "Gone.");
  end(socket);
});

test("what is asked without a connection, or when it is lost, is refused as out of reach", async () => {
  const { socket, other } = await connected();
  const asked = socket.ask<"documents">({ type: "documents" });
  other.close();
  await assert.rejects(asked, (error: ApiError) => error.code === "unreachable");
  await assert.rejects(socket.ask<"documents">({ type: "documents" }), (error: ApiError) => error.code === "unreachable");
  assert.equal(socket.send({ type: "ping", sent: 1 }), false);
  end(socket);
});

test("frames that are no messages are nobody's, and rights that change hold at once", async () => {
  const { socket, other, heard } = await connected();
  for (const data of ["", "{", "null", '{"type":"saved"}', '{"type":"unheard-of"}', new ArrayBuffer(2)]) other.onmessage!({ data });
  assert.equal(heard.length, 1);
  other.say({ type: "rights", role: "viewer", may_run: false });
  assert.deepEqual([socket.welcome.value!.role, socket.welcome.value!.may_run], ["viewer", false]);
  end(socket);
});

test("a message that is too large for the server is not sent", async () => {
  const { socket, other } = await connected();
  const before = other.sent.length;
  assert.equal(socket.send({ type: "edit", document: "d", edit: 1, update: "x".repeat(2 ** 20) }), false);
  assert.equal(other.sent.length, before);
  end(socket);
});

test("a connection on which nothing is heard any more is lost after ten seconds, whether or not the other side closes it", async () => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  let now = performance.now();
  mock.method(performance, "now", () => now);
  try {
    const { socket, other } = await connected();
    other.close = () => undefined;
    const pass = (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        now += 1000;
        mock.timers.tick(1000);
      }
    };
    pass(1);
    other.say({ type: "pong", sent: now });
    pass(8);
    assert.deepEqual([socket.state.value.phase, socket.silent.value > 3], ["open", true]);
    let more = 0;
    for (; socket.state.value.phase === "open" && more < 30; more += 1) pass(1);
    assert.deepEqual([socket.state.value.phase, socket.silent.value], ["waiting", 0]);
    assert.ok(more <= 7);
    end(socket);
  } finally {
    mock.timers.reset();
    mock.restoreAll();
  }
});

test("the way to the server is the quickest of the last pongs: slow ones waited for the page", async () => {
  const { socket, other } = await connected();
  for (const delay of [400, 30, 900]) other.say({ type: "pong", sent: performance.now() - delay });
  assert.ok(socket.milliseconds.value! >= 30 && socket.milliseconds.value! < 400);
  end(socket);
});

test("a greeting that never comes is given up", async () => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const socket = new Socket("w", () => undefined);
  socket.start();
  await new Promise(setImmediate);
  FakeWebSocket.last.onopen!();
  FakeWebSocket.last.close = () => undefined;
  assert.equal(socket.state.value.phase, "handshake");
  mock.timers.tick(20_000);
  assert.equal(socket.state.value.phase, "waiting");
  end(socket);
  mock.timers.reset();
});

test("the workspace is called what the server calls it, from the moment on at which it has another name", async () => {
  const { socket, other } = await connected();
  other.say({ type: "workspace_named", name: "Bridges" });
  assert.deepEqual(socket.welcome.value?.workspace, { ...WELCOME.workspace, name: "Bridges" });
  end(socket);
});

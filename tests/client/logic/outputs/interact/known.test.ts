import "../../page";
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Worksheet } from "client/document/worksheet";
import { Hearing } from "client/net/hearing";
import type { Json } from "client/net/json";
import { comesAnew, followed, fresh, isLive } from "client/outputs/interact/known";
import { FakeLink, linkOf, WELCOME } from "../../link";

const BODY = {
  area: 1, layout: null, auto: true, values: { n: 1 }, errors: {}, busy: false, serial: 0, by: "",
  controls: [{ name: "n", kind: "slider", label: "n", min: 0, max: 9, step: 1 }],
};
const EVENT = { document: "d", epoch: 1, run: "1", cell: "c" };

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

function sheet() {
  const link = new FakeLink();
  const worksheet = new Worksheet("d", linkOf(link));
  const hearing = new Hearing();
  worksheet.hearers.forEach((hearers) => hearing.add(hearers));
  let sequence = 0;
  const over = () => hearing.hear({ type: "channel_closed", ...EVENT, sequence: (sequence += 1), channel: 1, stays: true });
  const said = (values: Record<string, Json>, by: string, serial: number, busy = false) =>
    hearing.hear({ type: "channel_state", ...EVENT, sequence: (sequence += 1), channel: 1, state: { values, by, serial, busy } });
  hearing.hear({ type: "run_state", ...EVENT, sequence: (sequence += 1), number: 1, state: "done", hash: "h", queued: "" });
  hearing.hear({ type: "channel_opened", ...EVENT, sequence: (sequence += 1), opened: { channel: 1, kind: "interact", body: BODY } });
  return { link, worksheet, over, said, ...followed(worksheet, "c", "1", 1) };
}

test("what is set goes over the channel, and every state is heard, even those that are overtaken at once", () => {
  const { link, said, interact } = sheet();
  interact.set("n", 5);
  const [message] = link.take("channel_message");
  assert.deepEqual(message!["body"].values, { n: 5 });
  assert.deepEqual([message!["run"], message!["channel"], message!["document"]], ["1", 1, "d"]);
  interact.set("n", 6);
  said({ n: 5 }, "mine", message!["body"].serial);
  said({ n: 3 }, "other", 1);
  assert.deepEqual(link.take("channel_message").map(({ body }) => body.values), [{ n: 6 }]);
});

test("after a reconnect what was under way is said again, once the document was asked for", () => {
  const { link, interact, stop } = sheet();
  interact.set("n", 5);
  link.take("channel_message");
  link.welcome.value = { ...WELCOME, connection: "another" };
  assert.equal(link.sent.length, 0);
  mock.timers.tick(1);
  assert.deepEqual(link.take("channel_message").map(({ body }) => body.values), [{ n: 5 }]);
  stop();
  link.welcome.value = { ...WELCOME, connection: "third" };
  mock.timers.tick(1);
  assert.equal(link.sent.length, 0);
});

test("controls are live while a session holds them and the cell is not about to run again", () => {
  const { worksheet, over } = sheet();
  const known = () => worksheet.runs.results.value.get("c");
  assert.ok(isLive(known(), "1", 1));
  assert.ok(!isLive(known(), "1", 2) && !isLive(known(), "0", 1) && !isLive(undefined, "1", 1));
  assert.ok(!isLive({ ...known()!, optimistic: true }, "1", 1) && comesAnew({ ...known()!, optimistic: true }));
  over();
  assert.ok(!isLive(known(), "1", 1) && !comesAnew(known()));
});

test("what of a body is still the same is not read again", () => {
  assert.deepEqual(Object.keys(fresh({ ...BODY, values: { n: 2 } }, BODY)), ["area", "auto", "values", "busy", "serial", "by"]);
  assert.equal(fresh(BODY, null), BODY);
});

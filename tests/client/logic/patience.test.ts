import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { missing, patiently } from "client/patience";

test("a part that can't be loaded is asked for again with growing pauses, and known to be missing meanwhile", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const part = patiently(async () => {
    asked += 1;
    if (asked < 4) throw new Error("cut");
    return "part";
  });
  const settle = () => new Promise((done) => setImmediate(done));
  for (const pause of [500, 1000, 2000]) {
    await settle();
    assert.equal(missing.value, 1);
    const before = asked;
    mock.timers.tick(pause - 1);
    await settle();
    assert.equal(asked, before);
    mock.timers.tick(1);
  }
  assert.equal(await part, "part");
  assert.deepEqual([asked, missing.value], [4, 0]);
  mock.timers.reset();
});

// Says how each test of a file went, one JSON line for each; node's test runner calls it with its events.
export default async function* lines(events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    // The file as a whole is reported as a test too, one level out; a test within a test belongs to its outer one.
    if (data.nesting > 0 || data.name === data.file) continue;
    const error = data.details?.error;
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const problem = type === "test:fail" ? String(error?.cause?.stack ?? error?.stack ?? error) : null;
    yield `${JSON.stringify({ name: data.name, problem, skipped })}\n`;
  }
}

/** Checks what arrives against shapes, the short form of the server's types (scripts/client_types.py has its grammar).
 *
 * A field that nobody knows is let through: a newer server may say more. A field that is missing or of another type is
 * not, so that past this border a value is what its type says. */

type Check = (value: unknown) => boolean;
export type Shapes = Readonly<Record<string, string>>;

const SIMPLE: Readonly<Record<string, Check>> = {
  s: (value) => typeof value === "string",
  n: (value) => typeof value === "number",
  i: Number.isSafeInteger,
  b: (value) => typeof value === "boolean",
  o: isObject,
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A function that says whether a value has the shape of a name; false for a name that is in no table. */
export function checkerOf(shapes: Shapes): (name: string, value: unknown) => boolean {
  // Taken apart once, when the first value of a shape comes: under a flood of output this is the page's hottest path.
  const made = new Map<string, Check>();
  const struct = (name: string): Check => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const fields = (shapes[name] ?? "").split(" ").map(fieldOf);
    const check: Check = (value) => isObject(value) && fields.every((field) => field(value));
    made.set(name, check);
    return check;
  };
  const form = (text: string): Check => {
    const inner = text.slice(1, -1);
    if (text.endsWith("?")) return either(form(text.slice(0, -1)));
    if (text.startsWith("[")) return listOf(form(inner));
    if (text.startsWith("{")) return mapOf(form(inner));
    // By name, and looked up when it is needed: shapes may hold each other.
    return SIMPLE[text] ?? ((value) => struct(text)(value));
  };
  const fieldOf = (text: string): ((value: Record<string, unknown>) => boolean) => {
    const [field = "", rest = "s"] = text.split(":");
    const name = field.replace("?", "");
    const check = form(rest);
    return (value) => (value[name] === undefined ? field !== name : check(value[name]));
  };
  return (name, value) => Object.hasOwn(shapes, name) && struct(name)(value);
}

const either = (check: Check): Check => (value) => value === null || check(value);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const mapOf = (check: Check): Check => (value) => isObject(value) && Object.values(value).every(check);

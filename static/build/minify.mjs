// Makes the files of the first paint smaller: esbuild's minifier looks at each expression once, terser until nothing changes.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { minify } from "terser";

const [folder, ...names] = process.argv.slice(2);
for (const name of names) {
  const path = join(folder, name);
  const options = { module: true, ecma: 2022, compress: { passes: 3, pure_getters: false }, format: { comments: /license information/ } };
  const { code } = await minify(readFileSync(path, "utf8"), options);
  writeFileSync(path, code);
}

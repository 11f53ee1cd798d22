// Bundles index.mjs into ../../codemirror.min.js, collects the licences of everything inside, and prints the lines for
// ../../manifest.json. Run with the exact packages of package-lock.json: npm ci && node build.mjs
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = new URL("./", import.meta.url);
const vendor = new URL("../../", import.meta.url);

const result = await build({
  absWorkingDir: new URL(".", here).pathname,
  entryPoints: ["index.mjs"],
  bundle: true,
  format: "esm",
  minify: true,
  legalComments: "none",
  target: ["chrome111", "firefox114", "safari16.4"],
  metafile: true,
  write: false,
});
const bundle = result.outputFiles[0].contents;
writeFileSync(new URL("codemirror.min.js", vendor), bundle);

const names = [...new Set(Object.keys(result.metafile.inputs).flatMap((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1] ?? []))].sort();
const packages = names.map((name) => {
  const folder = new URL(`node_modules/${name}/`, here);
  const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENCE"].map((f) => new URL(f, folder)).find((f) => existsSync(f));
  if (license !== "MIT" || !file) throw new Error(`${name}: look at its licence`);
  return { name, version, text: readFileSync(file, "utf8").trim() };
});
const texts = new Map();
for (const { name, version, text } of packages) texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`]);
const licences = [...texts].map(([text, of]) => `${of.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(72)}\n\n`);
writeFileSync(new URL("codemirror.LICENSE.txt", vendor), licences);

const sha256 = (file) => createHash("sha256").update(readFileSync(new URL(file, vendor))).digest("hex");
const files = ["codemirror.min.js", "codemirror.LICENSE.txt", ...["build.mjs", "index.mjs", "package.json", "package-lock.json"].map((f) => `codemirror/build/${f}`)];
console.log(JSON.stringify({ from: packages.map((p) => `${p.name}@${p.version}`), files: files.map((file) => ({ file, sha256: sha256(file) })) }, null, 2));
console.error(`${bundle.length} bytes, ${gzipSync(bundle, { level: 9 }).length} gzip`);

// Builds static/vendor/ from the packages in package-lock.json and the sources in this folder:
//   initiate.css   cascade layers tokens, base, vendor, app; only the design tokens that are used
//   initiate.js    htmx and our own script
//   paste.js       what makes clean text of what is pasted: fetched at the first paste
//   icons.svg      one sprite of the icons in icons.txt
//   licences.txt   what the packages are and under which terms
//   *.woff2        the font, by writing system, loaded by the browser when a page needs it
// Run it with `npm run build`. It downloads nothing.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static", "vendor");
const require = createRequire(import.meta.url);
const read = (...parts) => readFileSync(join(...parts), "utf8");
const write = (name, text) => writeFileSync(join(out, name), text);
const packaged = (name) => read(require.resolve(name));

const TOKENS = "@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css";
const FONT = "@fontsource-variable/source-sans-3/files/source-sans-3";

/** All `--name: value` pairs of a style sheet, the last one of a name wins. */
function declarations(css) {
  const pairs = css.replace(/\/\*[^]*?\*\//g, "").matchAll(/(--[\w-]+)\s*:\s*([^;{}]+)/g);
  return new Map([...pairs].map(([, name, value]) => [name, value.trim()]));
}

/** The names that `text` reads with var(), in order of appearance. */
const reads = (text) => [...text.matchAll(/var\(\s*(--[\w-]+)/g)].map(([, name]) => name);

/** The tokens that `css` needs, directly or through other tokens: 2,800 go in, some 500 come out. */
function usedTokens(css, tokens) {
  const used = new Map();
  const todo = reads(css);
  while (todo.length) {
    const name = todo.pop();
    if (used.has(name) || !tokens.has(name)) continue;
    used.set(name, tokens.get(name));
    todo.push(...reads(tokens.get(name)));
  }
  const lines = [...used].sort().map(([name, value]) => `${name}:${value};`);
  return `@layer tokens{:root{${lines.join("")}}}`;
}

async function bundle(options) {
  const result = await esbuild.build({ bundle: true, write: false, legalComments: "none", target: "es2022", ...options });
  return result.outputFiles[0].text;
}

async function buildStyles() {
  const css = await bundle({
    entryPoints: [join(here, "css", "initiate.css")],
    external: ["*.woff2"],
    target: ["chrome115", "firefox115", "safari16.4"],
  });
  const tokens = new Map([...declarations(packaged(TOKENS)), ...declarations(read(here, "css", "theme.css"))]);
  const whole = `@layer tokens,base,vendor,app;${usedTokens(css, tokens)}${css}`;
  const { code } = await esbuild.transform(whole, { loader: "css", minify: true });
  write("initiate.css", code);
}

async function buildScript() {
  const entry = join(here, "js", "initiate.js");
  write("initiate.js", await bundle({ entryPoints: [entry], minify: true, format: "iife" }));
  write("paste.js", await bundle({ entryPoints: [join(here, "js", "paste.js")], minify: true, format: "esm" }));
}

function buildFonts() {
  for (const part of ["latin-wght-normal", "latin-wght-italic", "latin-ext-wght-normal", "latin-ext-wght-italic"]) {
    copyFileSync(require.resolve(`${FONT}-${part}.woff2`), join(out, `source-sans-3-${part}.woff2`));
  }
}

function symbol(name, svg) {
  const shapes = svg.replace(/<\/?svg[^>]*>/g, "").replace(/<path stroke="none"[^>]*>/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`;
}

function buildIcons() {
  const names = read(here, "icons.txt").split(/\s+/).filter(Boolean);
  const symbols = names.map((name) => symbol(name, packaged(`@tabler/icons/outline/${name}.svg`)));
  write("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

/** Each package with its terms, and the text of those terms once. */
function buildLicences() {
  const texts = new Set();
  const lines = Object.keys(JSON.parse(read(here, "..", "package.json")).dependencies).map((name) => {
    const folder = join(here, "..", "node_modules", name);
    const { version, license } = JSON.parse(read(folder, "package.json"));
    readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file)).forEach((file) => texts.add(read(folder, file)));
    return `${name} ${version}: ${license}`;
  });
  write("licences.txt", [lines.join("\n"), ...texts].join("\n\n"));
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await Promise.all([buildStyles(), buildScript()]);
buildFonts();
buildIcons();
buildLicences();
for (const file of readdirSync(out)) {
  const bytes = readFileSync(join(out, file));
  console.log(`${file.padEnd(44)} ${String(bytes.length).padStart(7)} bytes, ${gzipSync(bytes).length} compressed`);
}

// FEEL beside a peer: expressions made from a seed are evaluated by
// `musubi feel` and by @bpmn-io/feelin, and must agree wherever both define a
// result. Every kind of difference that may be is a row of `differences`, with
// its reason; any other is a failure, and so is a row that explains nothing.
//
//   node tests/property/feelin.mjs [--musubi PROGRAM] [--count N] [--seed N] [--show]
//
// Ends with 0, 1 for a difference, 77 when feelin is not installed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { differences } from "./feelin_differences.mjs";
import { facts, makeExpression, seeded } from "./feelin_expressions.mjs";

let feelin;
try {
  feelin = await import("@bpmn-io/feelin");
} catch {
  console.log("feelin is not installed (npm ci): not compared");
  process.exit(77);
}

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const show = process.argv.includes("--show");
const program = option("musubi", new URL("../../build/musubi", import.meta.url).pathname);
const count = Number(option("count", "3000"));
const SEED = "20261121", seed = option("seed", SEED);
const random = seeded(Number(seed));

// ---- both sides -------------------------------------------------------------

// What musubi writes for each line; "!" and the message for a mistake or a limit.
function ours(expressions) {
  const dir = mkdtempSync(join(tmpdir(), "musubi-feelin-"));
  try {
    const file = join(dir, "facts.json");
    writeFileSync(file, JSON.stringify(facts));
    const lines = expressions.flatMap((e, i) => [e, `"<${i}>"`]).join("\n") + "\n";
    const r = spawnSync(program, ["feel", "--context", file, "--at", "2026-11-20"],
      { input: lines, encoding: "utf8", maxBuffer: 1 << 28 });
    if (r.status !== 0) throw new Error(`musubi feel ended with ${r.status}: ${r.stderr.slice(-500)}`);
    const results = [];
    let last = "!";
    for (const line of r.stdout.split("\n")) {
      if (line === `"<${results.length}>"`) {
        results.push(last);
        last = "!";
      } else if (line) {
        last = line;
      }
    }
    if (results.length !== expressions.length) throw new Error("an answer is missing");
    return results;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function theirs(expression) {
  try {
    return write(feelin.evaluate(expression, facts).value);
  } catch {
    return "!";
  }
}

// ---- one way of writing values ----------------------------------------------

const bare = /^[\p{L}_][\p{L}\p{N}_ ]*$/u;

function writeDuration(d) {
  const months = d.years * 12 + d.months;
  if (months || (d.isValid && d.as("milliseconds") === 0 && d.toISO().match(/[YM]$/) && !d.toISO().includes("T"))) {
    const m = Math.abs(Math.trunc(months)), y = Math.floor(m / 12);
    return (months < 0 ? "-P" : "P") + (y ? `${y}Y` : "") + (m % 12 || !y ? `${m % 12}M` : "");
  }
  const ms = d.as("milliseconds");
  let s = Math.abs(ms) / 1000;
  const days = Math.floor(s / 86400);
  s -= days * 86400;
  const h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60);
  s = Math.round((s % 60) * 1e3) / 1e3;
  const time = (h ? `${h}H` : "") + (m ? `${m}M` : "") + (s ? `${s}S` : "");
  if (!days && !time) return "PT0S";
  return (ms < 0 ? "-P" : "P") + (days ? `${days}D` : "") + (time ? `T${time}` : "");
}

function writeMoment(t) {
  const day = t.toFormat("yyyy-MM-dd"), clock = t.toFormat("HH:mm:ss") + (t.millisecond ? `.${String(t.millisecond).padStart(3, "0").replace(/0+$/, "")}` : "");
  const zone = t.zoneName === "UTC" ? "Z" : t.toFormat("ZZ");
  return [`${day}`, `${day}T${clock}`, `${day}T${clock}${zone}`, clock, `${clock}${zone}`];
}

// The text of a value; a moment may be written in several ways, joined by "|".
function write(v) {
  if (v === null || v === undefined) return "null";
  if (typeof v === "number") return Number.isFinite(v) ? plain(v) : "null";
  if (typeof v === "string") return JSON.stringify(v);
  if (typeof v === "boolean") return String(v);
  if (typeof v === "function") return "function";
  if (Array.isArray(v)) return `[${v.map(write).join(", ")}]`;
  if (v.isLuxonDateTime) return `<${writeMoment(v).join("|")}>`;
  if (v.isLuxonDuration) return writeDuration(v);
  if (v.constructor?.name === "Range" || ("start" in v && "end" in v && "map" in v)) return "range";
  if (v.constructor?.name === "FunctionWrapper") return "function";
  return `{${Object.entries(v).map(([k, x]) => `${bare.test(k) ? k : JSON.stringify(k)}: ${write(x)}`).join(", ")}}`;
}

// Numbers to nine digits: feelin computes with doubles.
function plain(x) {
  const n = Number(Number(x).toPrecision(9));
  return Math.abs(n) < 1e-9 ? "0" : String(n);
}

const rounded = text => text.replace(/"(?:[^"\\]|\\.)*"|(?<![\w.:-])-?\d+(?:\.\d+)?(?![\w.:-])/g,
  t => (t[0] === '"' ? t : plain(t)));

// Ours against theirs, where a moment of theirs may be any of its writings.
function same(x, y) {
  if (rounded(x) === y) return true;
  const pattern = y.replace(/[.*+?^${}()[\]\\]/g, "\\$&")
    .replace(/<([^<>]*)>/g, (_, ways) => `(?:${ways})`);
  return new RegExp(`^${pattern}$`).test(rounded(x));
}

// ---- the run -----------------------------------------------------------------

const expressions = Array.from({ length: count }, (_, i) => makeExpression(random, i));
const got = ours(expressions);
const used = new Map(differences.map(d => [d, 0]));
let compared = 0, agreed = 0, failures = 0;
for (const [i, expression] of expressions.entries()) {
  const x = got[i], y = theirs(expression);
  compared++;
  if (same(x, y)) {
    agreed++;
    continue;
  }
  const known = differences.find(d => d.is(expression, x, y));
  if (known) {
    used.set(known, used.get(known) + 1);
    if (!show) continue;
  } else {
    failures++;
  }
  if (failures <= 40 || show)
    console.log(`${known ? known.name : "DIFFERENT"}: ${expression}\n    musubi ${x}\n    feelin ${y}`);
}
for (const [d, n] of used)
  console.log(`${String(n).padStart(5)} ${d.name}: ${d.reason}`);
const idle = count >= 3000 && seed === SEED ? [...used].filter(([, n]) => !n) : [];
if (!failures && !idle.length) console.log(`ok   ${compared} expressions mean the same to feelin`);
else console.log(`FAIL ${failures} expressions differ from feelin`);
for (const [d] of idle)
  console.log(`the difference '${d.name}' explains nothing: take it out`);
console.log(`${compared} expressions: ${agreed} alike, ${compared - agreed - failures} differ for a known reason, ${failures} differ`);
process.exit(failures || idle.length || agreed < compared / 2 ? 1 : 0);

// The expressions of rule_expressions.json with @bpmn-io/feelin: one JSON line
// each, {name, value, result}; value: microseconds per evaluation. feelin has no
// compiled form, so each evaluation reads the text. Ends with 3 when it is not
// installed (npm install).
import { readFileSync } from "node:fs";

let feelin;
try {
  feelin = await import("@bpmn-io/feelin");
} catch {
  process.exit(3);
}

const SECONDS = 0.7;
const { context, expressions } = JSON.parse(
  readFileSync(new URL("rule_expressions.json", import.meta.url), "utf8"));

for (const { name, text } of expressions) {
  const { value: result } = feelin.evaluate(text, context);
  for (let i = 0; i < 300; i++) feelin.evaluate(text, context); // warm
  let n = 0;
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1000) {
    for (let i = 0; i < 20; i++) feelin.evaluate(text, context);
    n += 20;
  }
  console.log(JSON.stringify({ name, value: (performance.now() - start) * 1000 / n,
    result: String(result) }));
}

// Citizen on a phone-sized page, virtual phone and officer, in real browsers:
// the whole scenario in Japanese and in English, the citizen's part also
// without script. Every page visited is checked with axe-core, weighed, and
// kept as a picture. One line per check: "ok   …" or "FAIL …".
//
//   node browser.mjs PORTAL PHONE personas.json PICTURES SCREENSHOTS CHROMIUM
import { readFileSync } from "node:fs";
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [portal, phone, personasFile, pictures, shots, executablePath] = process.argv.slice(2);
const facts = JSON.parse(readFileSync(personasFile, "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGE_MAX = 50 * 1024;
let failed = 0;

function report(fine, what, detail = "") {
  if (!fine) failed++;
  console.log(`${fine ? "ok  " : "FAIL"} ${what}${fine || !detail ? "" : `\n     ${detail}`}`);
}

// RFC 6238, as an officer's authenticator app does it.
function totp(base32, step) {
  let bits = "";
  for (const c of base32) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const h = createHmac("sha1", key).update(counter).digest();
  const at = h[19] & 15;
  return String((h.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}
// A code works once, so nobody uses the same step twice.
const usedSteps = {};
function code(officer) {
  const now = Math.floor(Date.now() / 30000);
  const step = Math.max(now - 1, (usedSteps[officer.id + officer.org] ?? 0) + 1);
  usedSteps[officer.id + officer.org] = step;
  return totp(officer.totp, step);
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu",
  "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"] });

class Person {
  static async open(name, lang, { width, height, script = true, dark = false }) {
    const p = new Person();
    p.name = name; p.lang = lang; p.script = script;
    // axe is put into pages whose policy forbids foreign script: only here.
    p.context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled: script, reducedMotion: "reduce",
      bypassCSP: true, colorScheme: dark ? "dark" : "light", locale: lang === "en" ? "en-GB" : "ja-JP" });
    p.page = await p.context.newPage();
    p.page.setDefaultTimeout(15000);
    p.errors = [];
    p.page.on("pageerror", (e) => p.errors.push(String(e)));
    return p;
  }
  url(path) { return (path.startsWith("http") ? "" : portal) + path; }
  async go(path, shot) { await this.page.goto(this.url(path)); await this.look(shot); }
  // What is true of every page: weight, axe, language, one h1, no script error.
  async look(shot) {
    const label = `${this.lang} ${this.name} ${shot ?? new URL(this.page.url()).pathname.replace(/[0-9a-f]{32}/g, "…")}`;
    const html = await this.page.content();
    report(Buffer.byteLength(html) <= PAGE_MAX, `${label}: at most 50 kB`, `${Buffer.byteLength(html)} bytes`);
    report(!/\{[^{}|<>]+\|[^{}|<>]+\}/.test(html), `${label}: no markup of readings shows`,
      html.match(/\{[^{}|<>]+\|[^{}|<>]+\}/)?.[0]);
    if (this.script) {
      await this.page.evaluate(axe);
      const found = await this.page.evaluate(async () => (await window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations
        .map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 120)).join(" | ")}`));
      report(found.length === 0, `${label}: axe finds nothing`, found.join("\n     "));
      report(this.errors.length === 0, `${label}: no script error`, this.errors.join("; "));
    }
    if (shot) await this.page.screenshot({ path: `${shots}/${this.lang}-${this.name}-${shot}.png`, fullPage: shot !== "case" });
  }
  async press(selector, shot) {
    await Promise.all([this.page.waitForLoadState("load"), this.page.locator(selector).first().click()]);
    await this.page.waitForLoadState("load");
    await this.look(shot);
  }
  async next(shot) { await this.press("main form[method=post] button.btn.primary", shot); }
  async language() { if (this.lang !== "ja") await this.page.goto(`${portal}/settings/lang/${this.lang}?back=%2F`); }
}

// The phone approves what its owner's other screen shows.
async function approve(owner, waiting, secret, shot) {
  const link = await waiting.page.locator(`a[href^="${phone}"]`).first().getAttribute("href");
  const shown = (await waiting.page.locator("#match").innerText()).replace(/\s/g, "");
  await owner.phone.page.goto(link);
  if (await owner.phone.page.locator(`button[name=wallet][value=${owner.id}]`).count()) {
    await owner.phone.look("choose");
    await owner.phone.press(`button[name=wallet][value=${owner.id}]`);
  }
  await owner.phone.look(shot);
  const there = (await owner.phone.page.locator("p.match").first().innerText()).replace(/\s/g, "");
  report(there === shown, `${owner.lang} the two digits agree (${shot})`, `${there} ${shown}`);
  await owner.phone.page.locator("#secret").fill(secret);
  await owner.phone.press("form[action$='/approve'] button.btn", `${shot}-done`);
}

// With script the page goes on by itself; without, the person reloads it.
async function goesOn(person, pattern) {
  if (person.script) await person.page.waitForURL(pattern, { timeout: 20000 }).catch(() => {});
  else await person.page.reload();
}

async function login(c, owner) {
  await c.go("/login", "login");
  await c.next("wait");
  const waiting = c.page.url();
  await approve(owner, c, owner.pin, "login");
  await goesOn(c, (u) => String(u) !== waiting && !u.pathname.startsWith("/login"));
  report(!new URL(c.page.url()).pathname.startsWith("/login"), `${c.lang} ${c.name} is logged in`, c.page.url());
}

async function questions(c, damage) {
  const p = c.page;
  await c.next("contact");                                        // applicant: shown as it stands
  await p.fill("[name='contact.phone']", "０９０ー１２３４ー５６７８");   // full width is fine
  await c.next("property");
  await p.check("[name='property.same'][value=yes]");
  await p.check("[name='property.use'][value=owned]");
  await c.next("damage-empty");
  await c.next("damage-errors");                                  // nothing answered yet
  report(await p.locator(".summary-errors a").count() > 0, `${c.lang} the error summary lists what is missing`);
  if (c.script)
    report(await p.evaluate(() => document.activeElement?.matches("[data-focus]") ?? false), `${c.lang} the error summary has the focus`);
  await p.check("[name='damage.cause'][value=wind]");
  await p.fill("[name='damage.date.year']", damage.slice(0, 4));
  await p.fill("[name='damage.date.month']", damage.slice(5, 7));
  await p.fill("[name='damage.date.day']", damage.slice(8, 10));
  await p.check("[name='damage.parts'][value=roof]");
  await p.screenshot({ path: `${shots}/${c.lang}-${c.name}-damage.png` });
  await c.next("photos");
  const photos = [`${pictures}/one.png`, `${pictures}/two.png`];
  if (c.script) {                                                 // added as soon as they are chosen
    await Promise.all([p.waitForEvent("load"), p.setInputFiles("input[type=file]", photos)]);
    await c.look("photos-added");
  } else {
    await p.setInputFiles("input[type=file]", photos);
    await c.press("button[form^='add-']", "photos-added");
  }
  report(await p.locator("img.thumb").count() === 2, `${c.lang} both photographs are there`);
  for (let i = 0; i < 6 && !p.url().endsWith("/check"); i++) {
    if (await p.locator("[name='copies.count']").count()) await p.fill("[name='copies.count']", "1");
    if (await p.locator("[name='copies.survey'][value=visit]").count()) await p.check("[name='copies.survey'][value=visit]");
    await c.next();
  }
  await c.look("check");
}

async function signAndSend(c, owner) {
  await c.press("form[action$='/sign'] button", "sign");
  const waiting = c.page.url();
  await approve(owner, c, owner.password, "sign");
  if (c.script) await c.page.locator("form[action$='/submit'] button").waitFor();
  else await c.page.goto(waiting);
  await c.look("signed");
  await c.press("form[action$='/submit'] button", "received");
  report(/received=1/.test(c.page.url()), `${c.lang} ${c.name} has a receipt`, c.page.url());
}

async function officerLogin(lang, ident) {
  const who = facts.officers.find((o) => o.org === "172065" && o.id === ident);
  const o = await Person.open(ident === "clerk" ? "officer" : ident, lang, { width: 1280, height: 900 });
  await o.language();
  await o.go("/counter/172065/login", "login");
  await o.page.fill("#officer_id", who.id);
  await o.page.fill("#password", who.password);
  await o.page.fill("#code", code(who));
  await o.next("queue");
  report(/\/counter\/172065$/.test(new URL(o.page.url()).pathname), `${lang} officer ${ident} is logged in`, o.page.url());
  return o;
}

const act = (action) => `button[name=_action][value=${action}]`;

async function scenario(lang, id, damage) {
  const persona = facts.people.find((x) => x.id === id);
  const owner = { ...persona, lang, phone: await Person.open("phone", lang, { width: 390, height: 844 }) };
  const c = await Person.open("citizen", lang, { width: 390, height: 844 });
  await c.language();
  await owner.phone.page.goto(`${phone}/settings/lang/${lang}?back=%2F`).catch(() => {});
  await c.go("/verify", "verify");
  await c.go("/", "welcome");
  await c.page.fill("input[name=q]", lang === "en" ? "earthquake" : "罹災");
  await c.press("form[action='/procedures'] button", "found");
  report(await c.page.locator("a[href^='/procedures/disaster_certificate']").count() > 0, `${lang} the search finds the certificate`);
  await login(c, owner);
  await c.look("home-empty");
  await c.go("/procedures/disaster_certificate?city=172065", "procedure");
  await c.press("form[action$='/start'] button", "applicant");
  report((await c.page.content()).includes(persona.name), `${lang} the applicant stands there already`);
  await questions(c, damage);
  await signAndSend(c, owner);
  const application = c.page.url().split("?")[0];

  const o = await officerLogin(lang, "clerk");
  await o.press(`a[href*='/cases/']:has-text("${persona.name}")`, "case");
  const box = o.page.locator("details.ask:has(textarea[form=act])").nth(0);
  await box.locator("summary").click();
  await box.locator("textarea").fill(lang === "en" ? "Please give a number we can reach." : "日中につながる番号をお願いします。");
  await o.press(act("return"), "returned");

  await c.go("/", "home-returned");
  await c.go(application.replace(portal, ""), "application-returned");
  await c.press("form[action$='/correct'] button", "correct");
  for (let i = 0; i < 4 && !c.page.url().endsWith("/check"); i++) {
    if (await c.page.locator("[name='contact.phone']:not([readonly])").count()) await c.page.fill("[name='contact.phone']", "0761-00-0001");
    await c.next("correction");
  }
  await signAndSend(c, owner);

  await o.go("/counter/172065", "queue-again");
  await o.press(`a[href*='/cases/']:has-text("${persona.name}")`, "case-again");
  await o.press(act("survey"), "survey");
  await o.page.check("[name=grade][value='半壊']");
  const t = new Date(Date.now() + 9 * 3600e3).toISOString();
  await o.page.fill("[name='surveyed.year']", t.slice(0, 4));
  await o.page.fill("[name='surveyed.month']", t.slice(5, 7));
  await o.page.fill("[name='surveyed.day']", t.slice(8, 10));
  await o.press(act("assess"), "assessed");
  const a = await officerLogin(lang, "approver");
  await a.press(`a[href*='/cases/']:has-text("${persona.name}")`, "case");
  await a.press(act("approve"), "approved");

  await c.go("/", "home-decided");
  await c.go("/notices", "notices");
  await c.go("/letters", "letters");
  const pdf = await c.context.request.get(portal + await c.page.locator("main a[href^='/letters/']").first().getAttribute("href"));
  report((await pdf.body()).subarray(0, 5).toString() === "%PDF-", `${lang} the letter is a PDF`);
  await c.go(application.replace(portal, ""), "application-decided");
  await c.go("/my-data", "my-data");
  await report_and_answer(c, o);
  await keys(o);
  await rules(o);
  await o.go("/counter/172065/residents?q=%E5%8A%A0%E8%B3%80", "residents");
  await c.go("/access-log", "access-log");
  await c.press("header form[action='/logout'] button", "goodbye");
  await c.page.goto(application);
  report(new URL(c.page.url()).pathname === "/login", `${lang} after the log-out nothing is left`, c.page.url());
  for (const p of [c, o, a, owner.phone]) await p.context.close();
}

// What she says is wrong, answered at the counter, read by her; and the keys of
// the counter, which an officer can switch off (WCAG 2.2, 2.1.4).
async function report_and_answer(c, o) {
  await c.go("/my-data");
  await c.press("section.record a[href^='/report']", "report");
  await c.press("main form[action='/report'] button", "report-errors");
  await c.page.check("input[name=item][value=address]");
  await c.page.fill("#text", c.lang === "en" ? "The house number is 66." : "番地は66です。");
  await c.press("main form[action='/report'] button", "report-sent");
  await o.go("/counter/172065/reports", "reports");
  await o.press(".report form button", "report-no-answer");
  report(await o.page.locator(".report .wrong").count() === 1, `${o.lang} an answer without words is refused`);
  await o.page.locator(".report textarea").first().fill(c.lang === "en" ? "Corrected today." : "本日、台帳を直しました。");
  await o.press(".report form button", "report-answered");
  report(await o.page.locator(".report .tag.good").count() > 0, `${o.lang} the report is closed`);
  await c.go("/notices", "notice-of-answer");
  await c.press("li.card form[action*='/notices/'] button, li.card a[href^='/my-data']", "answer");
  report((await c.page.locator("main").innerText()).includes(c.lang === "en" ? "Corrected today." : "本日、台帳を直しました。"),
    `${c.lang} she reads the answer`, c.page.url());
}

async function keys(o) {
  const p = o.page, list = "/counter/172065?state=closed"; // what the scenario decided
  const inList = (u) => u.pathname === "/counter/172065";
  await o.go(list);
  await p.keyboard.press("?");
  report(await p.locator("dialog[data-keys]").isVisible(), `${o.lang} ? shows the keys`);
  await o.look("keys-shown");
  await p.keyboard.press("Escape");
  await p.keyboard.press("j");
  report(await p.evaluate(() => document.activeElement?.matches("[data-row]") ?? false), `${o.lang} J goes into the list`);
  await Promise.all([p.waitForURL(/\/cases\//), p.keyboard.press("Enter")]);
  await Promise.all([p.waitForURL(inList), p.keyboard.press("u")]);
  await p.focus("#q");
  await p.keyboard.type("juk?");
  report(inList(new URL(p.url())) && await p.inputValue("#q") === "juk?", `${o.lang} in a field they are letters`);
  await o.go("/counter/172065/keys", "keys");
  await p.check("input[name=keys][value=off]");
  await o.next("keys-off");
  await o.go(list);
  await p.keyboard.press("?");
  await p.keyboard.press("j");
  report(await p.locator("dialog[data-keys]").count() === 0 && await p.evaluate(() => document.activeElement === document.body),
    `${o.lang} switched off they do nothing`);
  await o.go("/counter/172065/keys");
  await p.check("input[name=keys][value=on]");
  await o.next();
}

// A rule of the packs, tried: the result follows what is typed, and the button
// does the same (the check over HTTP, tests/e2e/console.py, has no script).
async function rules(o) {
  const p = o.page;
  await o.go("/counter/172065/rules", "rules");
  await o.press("a[href$='/rules/damage-grade']", "rule");
  const live = p.waitForResponse((r) => r.request().method() === "POST" && r.url().endsWith("/rules/damage-grade"));
  await p.fill("#p-day", "2026-11-01");
  await live;
  await p.fill("#p-percent", "35");
  await p.locator("#result tr.applies").waitFor();
  report((await p.locator("#result .lead").innerText()).includes("中規模半壊") && await p.inputValue("#p-percent") === "35",
    `${o.lang} the result follows what is typed`, await p.locator("#result").innerText());
  await p.fill("#p-day", "2020-12-03");
  await p.locator("#result .lead", { hasText: /^半壊$/ }).waitFor();
  await o.look("rule-live");
  await o.next("rule-tried");
  report(await p.locator("#result tr.applies").count() === 1, `${o.lang} one row of the table is marked`);
}

// The citizen's part without script, up to the receipt.
async function withoutScript(id, damage) {
  const persona = facts.people.find((x) => x.id === id);
  const owner = { ...persona, lang: "noscript", phone: await Person.open("phone", "noscript", { width: 390, height: 844, script: false }) };
  const c = await Person.open("citizen", "noscript", { width: 390, height: 844, script: false });
  await login(c, owner);
  await c.go("/procedures/disaster_certificate?city=172065", "procedure");
  await c.press("form[action$='/start'] button", "applicant");
  await questions(c, damage);
  await signAndSend(c, owner);
  for (const p of [c, owner.phone]) await p.context.close();
}

// What the scenario left, in やさしい日本語: her pages, then the officer's.
async function inEasyJapanese(id) {
  const persona = facts.people.find((x) => x.id === id);
  const owner = { ...persona, lang: "easy", phone: await Person.open("phone", "easy", { width: 390, height: 844 }) };
  const c = await Person.open("citizen", "easy", { width: 360, height: 740 });
  await c.language();
  await owner.phone.page.goto(`${phone}/settings/lang/easy?back=%2F`).catch(() => {});
  await login(c, owner);
  for (const path of ["/", "/applications", "/letters", "/notices", "/my-data", "/access-log", "/report?org=172065&dataset=resident.basic"])
    await c.go(path, path.replace(/[^a-z]+/g, "-"));
  await c.go("/applications");
  await c.press("main a[href^='/applications/']", "application");
  await c.go("/procedures/child_allowance_claim?city=172065", "procedure");
  await c.press("form[action$='/start'] button", "applicant");
  for (const page of ["children", "children/0", "account", "check"])
    await c.go(new URL(c.page.url()).pathname.replace(/(\/drafts\/[^/]+).*/, `$1/${page}`), `draft-${page.replace("/", "-")}`);
  const o = await officerLogin("easy", "clerk");
  for (const path of ["", "/residents?q=%E5%8A%A0", "/reports", "/keys"])
    await o.go(`/counter/172065${path}`, `counter${path.replace(/[^a-z]+/g, "-")}`);
  await o.go("/counter/172065?state=closed");
  await o.press("a[data-row]", "case");
  for (const p of [c, o, owner.phone]) await p.context.close();
}

// Every public page in dark mode and in やさしい日本語, on a phone and a desk.
async function looks() {
  for (const [name, lang, dark, width] of [["dark", "ja", true, 390], ["easy", "easy", false, 390], ["wide", "ja", false, 1280]]) {
    const p = await Person.open(name, lang, { width, height: 844, dark });
    await p.language();
    for (const path of ["/", "/procedures?q=%E5%AD%90", "/procedures/disaster_certificate", "/procedures/child_allowance_claim", "/login", "/help", "/accessibility", "/privacy", "/counter", "/counter/172065/login", "/no-such-page"])
      await p.go(path, path.replace(/[^a-z0-9]+/g, "-"));
    await p.context.close();
  }
}

const day = (n) => new Date(Date.now() - n * 86400e3).toISOString().slice(0, 10);
for (const [what, work] of [["looks", looks], ["Japanese", () => scenario("ja", "hanako", day(3))],
  ["English", () => scenario("en", "isamu", day(4))], ["easy Japanese", () => inEasyJapanese("hanako")], ["without script", () => withoutScript("hanako", day(9))]])
  try {
    await work();
  } catch (e) {
    report(false, `${what}: ended early`, String(e.stack ?? e).split("\n").slice(0, 6).join("\n     "));
  }
await browser.close();
process.exit(failed ? 1 : 0);

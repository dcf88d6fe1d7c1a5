/* Small improvements of what already works without script. */
"use strict";
(() => {
  // The error summary takes the focus when the page comes back with errors.
  const focus = document.querySelector("[data-focus]");
  if (focus) focus.focus();

  // Waiting for the phone: asks every second, goes on by itself.
  const wait = document.querySelector("[data-poll]");
  if (wait) {
    const ask = async () => {
      try {
        const r = await fetch(wait.dataset.poll, { headers: { Accept: "application/json" } });
        const state = await r.json();
        if (state.go) { location.href = state.go; return; }
      } catch { /* the network comes and goes; ask again */ }
      setTimeout(ask, 1000);
    };
    setTimeout(ask, 1000);
  }

  // Autosave: every change of a question page is kept at once.
  const form = document.querySelector("form[data-autosave]");
  if (form) {
    const status = form.querySelector("[data-saved]");
    let timer;
    const save = async () => {
      const body = new FormData(form);
      for (const [k, v] of [...body]) if (v instanceof File) body.delete(k);
      try {
        const r = await fetch(form.dataset.autosave, { method: "POST", body: new URLSearchParams(body) });
        if (!r.ok) return;
        const saved = await r.json();
        const rev = form.querySelector("input[name=rev]");
        if (rev && saved.rev) rev.value = saved.rev;
        if (status) status.textContent = status.dataset.saved;
      } catch { /* kept on the next change or on "next" */ }
    };
    form.addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(save, 300); });
  }

  // A rule that is tried: the result follows what is typed.
  const live = document.querySelector("form[data-live]");
  if (live) {
    const part = document.getElementById(live.dataset.live);
    let timer, asked = 0;
    const ask = async () => {
      const mine = ++asked;
      try {
        const r = await fetch(live.action, { method: "POST", body: new URLSearchParams(new FormData(live)) });
        const page = new DOMParser().parseFromString(await r.text(), "text/html");
        const fresh = page.getElementById(live.dataset.live);
        if (fresh && mine === asked) part.replaceChildren(...fresh.childNodes);
      } catch { /* the button does the same */ }
    };
    live.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 250); });
  }

  // A photograph that was taken or chosen is added at once.
  for (const input of document.querySelectorAll("input[type=file][form]"))
    input.addEventListener("change", () => { if (input.files.length) input.form.requestSubmit(); });

  // What takes a while says so.
  for (const f of document.querySelectorAll("form[data-busy]"))
    f.addEventListener("submit", () => { document.getElementById(f.dataset.busy).hidden = false; });

  // A button pressed twice sends once.
  for (const f of document.querySelectorAll("form"))
    f.addEventListener("submit", (e) => {
      if (f.dataset.sent) e.preventDefault();
      f.dataset.sent = "1";
      setTimeout(() => delete f.dataset.sent, 3000);
    });

  // Counter: single keys, unless the officer switched them off. In a list J and
  // K move the focus, on a page of one application they go to the next one.
  const help = document.querySelector("dialog[data-keys]");
  if (help) {
    const rows = [...document.querySelectorAll("[data-row]")];
    const move = (by) => {
      const at = rows.indexOf(document.activeElement);
      rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
    };
    const todo = {
      "j": () => move(1), "k": () => move(-1),
      "/": () => document.querySelector("input[type=search]")?.focus(),
      "?": () => help.showModal(),
    };
    document.addEventListener("keydown", (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || help.open ||
          /INPUT|TEXTAREA|SELECT/.test(e.target.tagName)) return;
      const key = e.key.toLowerCase();
      const link = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (!link && !todo[key]) return;
      e.preventDefault();
      if (link) link.click(); else todo[key]();
    });
  }
})();

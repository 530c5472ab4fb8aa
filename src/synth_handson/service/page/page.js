// The page over the interface: drop a table, see what was understood, choose, watch, look, download.
// What tables hold is only ever set as text, so that no name of a column can become markup.

const PHASES = ["check", "personal data", "train", "sample", "texts", "assess", "report"];
const TYPES = ["text", "whole", "number", "date", "truth"];
const LOOK = 1000;

const query = new URLSearchParams(location.search);
const language = ["ja", "en"].includes(query.get("lang"))
  ? query.get("lang")
  : navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
const main = document.getElementById("main");
let texts = {};

function t(key, values = {}) {
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function show(title, ...parts) {
  const heading = make("h1", { tabIndex: -1 }, title);
  main.replaceChildren(heading, ...parts.filter((part) => part !== null));
  document.title = `${title} – synth-handson`;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function say(text) {
  document.getElementById("said").textContent = text;
}

function number(value) {
  return value.toLocaleString(language);
}

function button(text, onclick, kind = "") {
  return make("button", { type: "button", className: kind, onclick }, text);
}

function paragraph(text, kind = "") {
  return make("p", { className: kind }, text);
}

function list(items) {
  return make("ul", {}, ...items.map((item) => make("li", {}, item)));
}

function field(label, control, hint = "") {
  return make("label", { className: "field" }, label, control, hint ? make("span", { className: "soft" }, hint) : null);
}

function check(label, checked) {
  const box = make("input", { type: "checkbox", checked });
  return [make("label", { className: "check" }, box, make("span", {}, label)), box];
}

function select(options, chosen) {
  return make("select", {}, ...options.map(([value, label]) =>
    make("option", { value, selected: value === chosen }, label)));
}

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function call(path, options = {}) {
  const headers = new Headers(options.headers);
  headers.set("Accept-Language", language);
  const key = sessionStorage.getItem("key");
  if (key) headers.set("X-API-Key", key);
  let answer;
  try {
    answer = await fetch(path, { ...options, headers });
  } catch {
    throw new Refused(0, t("no_connection"));
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, problem.detail ?? t("no_answer", { status: answer.status }));
}

async function get(path) {
  return (await call(path)).json();
}

function failed(error, back) {
  if (!(error instanceof Refused)) throw error;
  if (error.status === 401) return askForKey(sessionStorage.getItem("key") ? error.message : "");
  show(t("refused"), make("div", { className: "callout fail" }, paragraph(error.message)),
    make("div", { className: "row" }, button(t("back"), back, "first")));
}

function askForKey(wrong) {
  const key = make("input", { type: "password", required: true, autocomplete: "off" });
  const form = make("form", {}, field(t("key"), key, t("key_hint")),
    make("div", { className: "row" }, make("button", { className: "first" }, t("key_go"))));
  form.onsubmit = async (event) => {
    event.preventDefault();
    sessionStorage.setItem("key", key.value);
    await start();
  };
  show(t("key_title"), wrong ? make("div", { className: "callout fail" }, paragraph(wrong)) : null, form);
}

function begin() {
  history.replaceState(null, "", `${location.pathname}${location.search}`);
  const file = make("input", { type: "file", accept: ".csv,.tsv,.txt,.json,.jsonl,.yaml,.yml,.xlsx,.xlsm,.parquet,.gz" });
  const [personal, personalBox] = check(t("personal"), true);
  const drop = make("label", { className: "drop" }, make("strong", {}, t("drop")), file,
    make("span", { className: "soft" }, t("drop_hint")));
  const take = (chosen) => send(chosen, personalBox.checked);
  file.onchange = () => file.files.length && take(file.files[0]);
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
    });
  }
  show(t("title"), paragraph(t("intro")), drop, personal, paragraph(t("promise"), "soft"));
}

async function send(file, personal) {
  show(t("sending"), paragraph(file.name), make("progress", {}));
  const form = new FormData();
  form.append("start", "false");
  form.append("language", language);
  form.append("replace_personal_data", String(personal));
  form.append("file", file);
  try {
    const job = await (await call("/v1/jobs", { method: "POST", body: form })).json();
    history.replaceState(null, "", `#${job.id}`);
    await watch(job.id);
  } catch (error) {
    failed(error, begin);
  }
}

async function watch(id) {
  let shown = "";
  for (;;) {
    let job;
    try {
      job = await get(`/v1/jobs/${id}`);
    } catch (error) {
      if (error instanceof Refused && [0, 503].includes(error.status)) {
        say(error.message);
        await new Promise((done) => setTimeout(done, 3 * LOOK));
        continue;
      }
      return failed(error, begin);
    }
    if (location.hash !== `#${id}`) return;
    if (job.state === "checked") return choose(job);
    if (job.state === "succeeded") return result(job);
    if (job.state === "failed") return broken(job);
    if (["cancelled", "expired"].includes(job.state)) return gone(job);
    if (shown !== "progress") {
      showProgress(job);
      shown = "progress";
    }
    update(job);
    await new Promise((done) => setTimeout(done, LOOK));
  }
}

function showProgress(job) {
  show(t("working"),
    make("p", { id: "state" }),
    make("progress", { id: "bar", max: 1, ariaLabel: t("working") }),
    make("ol", { className: "phases", id: "phases" }, ...PHASES.map((phase) =>
      make("li", { id: `phase-${phase.replace(" ", "-")}`, className: phase === "texts" ? phase : "" }, t(`phase_${phase.replace(" ", "_")}`)))),
    paragraph(t("may_leave"), "soft"),
    make("div", { className: "row" }, button(t("cancel"), () => erase(job.id))));
}

function update(job) {
  const { phase, fraction, epoch, seconds_left: left } = job.progress;
  const parts = [];
  if (job.state === "queued") parts.push(job.ahead ? t("ahead", { count: number(job.ahead) }) : t("queued"));
  else parts.push(t(`phase_${phase.replace(" ", "_")}`));
  if (phase === "train" && epoch) parts.push(t("epoch", { epoch: number(Math.round(epoch)) }));
  if (phase === "train" && left !== null) parts.push(t("left", { seconds: number(Math.ceil(left)) }));
  const text = parts.join(t("between"));
  const state = document.getElementById("state");
  if (state.textContent !== text) {
    state.textContent = text;
    say(text);
  }
  const bar = document.getElementById("bar");
  if (fraction > 0) bar.value = fraction;
  else bar.removeAttribute("value");
  const now = PHASES.indexOf(phase);
  PHASES.forEach((name, place) => {
    const { classList } = document.getElementById(`phase-${name.replace(" ", "-")}`);
    classList.toggle("done", place < now);
    classList.toggle("now", place === now);
    // Few tables hold texts: the phase is shown where it was passed.
    if (place === now) classList.add("seen");
  });
}

async function choose(job) {
  let understood, engines;
  try {
    [understood, engines] = await Promise.all([get(`/v1/jobs/${job.id}/understood`), get("/v1/engines")]);
  } catch (error) {
    return failed(error, begin);
  }
  const types = {}, kept = {};
  const rows = understood.columns.map((column) => {
    types[column.name] = select(TYPES.map((type) => [type, t(`type_${type}`)]), column.type);
    types[column.name].ariaLabel = `${t("type")}: ${column.name}`;
    kept[column.name] = make("input", { type: "checkbox", checked: true, ariaLabel: `${t("keep")}: ${column.name}` });
    return make("tr", {},
      make("th", { scope: "row" }, column.name),
      make("td", {}, types[column.name]),
      make("td", {}, column.role_label, column.reason ? make("span", { className: "soft" }, ` (${column.reason})`) : null),
      make("td", {}, make("label", {}, kept[column.name], ` ${t("keep")}`)));
  });
  const head = ["column", "type", "becomes", "keep"].map((key) => make("th", { scope: "col" }, t(key)));
  const learned = understood.columns.filter((column) => column.role === "learned").map((column) => column.name);
  const target = select([["", t("no_target")], ...learned.map((name) => [name, name])], "");
  const known = Object.assign(select(learned.map((name) => [name, name])), { multiple: true });
  const count = make("input", { type: "number", min: 100, max: 10000000, value: understood.rows, required: true });
  const engine = select(engines.filter((name) => name !== "aim").map((name) => [name, t(`engine_${name.replace("-", "_")}`)]), "auto");
  const [escape, escapeBox] = check(t("escape"), false);
  const form = make("form", {},
    make("div", { className: "fields" },
      field(t("target"), target, t("target_hint")),
      field(t("known"), known, t("known_hint")),
      field(t("rows"), count, t("rows_hint")),
      field(t("engine"), engine, t("engine_hint"))),
    escape,
    make("div", { className: "row" },
      make("button", { className: "first" }, t("go")), button(t("erase"), () => erase(job.id))));
  form.onsubmit = async (event) => {
    event.preventDefault();
    const changed = understood.columns.filter((column) => types[column.name].value !== column.type);
    const choices = {
      n_rows: Number(count.value), target_column: target.value || null, engine: engine.value, language,
      known_columns: Array.from(known.selectedOptions, (option) => option.value),
      escape_formulas: escapeBox.checked,
      types: changed.map((column) => `${column.name}=${types[column.name].value}`),
      leave_out: understood.columns.map((column) => column.name).filter((name) => !kept[name].checked),
    };
    try {
      await call(`/v1/jobs/${job.id}/start`, {
        method: "POST", body: JSON.stringify(choices), headers: { "Content-Type": "application/json" },
      });
      await watch(job.id);
    } catch (error) {
      failed(error, () => choose(job));
    }
  };
  show(t("understood", { rows: number(understood.rows), columns: number(understood.columns.length) }),
    ...understood.notices.map((notice) => make("div", { className: "callout review" }, paragraph(notice))),
    personalData(understood),
    make("h2", {}, t("columns")),
    make("div", { className: "frame", tabIndex: 0, role: "region", ariaLabel: t("columns") },
      make("table", { className: "columns" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows))),
    make("h2", {}, t("choices")), form);
}

function personalData(understood) {
  if (!understood.personal_data.length) return make("div", { className: "callout" }, paragraph(t("none_found")));
  return make("div", { className: "callout review" }, paragraph(t("found")),
    list(understood.personal_data.map((found) => t("found_one", {
      column: found.column, kind: found.kind_label, cells: number(found.cells), example: found.example ?? "–",
    }))));
}

async function result(job) {
  let told;
  try {
    told = await get(`/v1/jobs/${job.id}/summary`);
  } catch (error) {
    return failed(error, begin);
  }
  const names = ["synthetic.csv", "synthetic.parquet", "synthetic.xlsx", "synthetic.json"].filter((name) => job.links[name]);
  const report = make("iframe", { title: t("report"), sandbox: "" });
  const files = [...names.map((name) => [name.split(".")[1].toUpperCase(), job.links[name]]),
    [t("report"), `${job.links.report}?language=${language}`], [t("evidence"), job.links.evidence]];
  show(told.decision,
    paragraph(told.decision_note, "soft"),
    make("div", { className: `callout ${told.verdict}` }, make("strong", {}, told.verdict_label), list(told.reasons)),
    make("div", { className: "callout" }, make("strong", {}, t("use", { word: told.usefulness_label })), list(told.usefulness_reasons)),
    make("h2", {}, t("take")),
    make("div", { className: "row" }, ...files.map(([label, link]) => button(label, () => download(link)))),
    paragraph(t("made", { rows: number(told.rows.synthetic), original: number(told.rows.original), engine: told.engine }), "soft"),
    told.engine_why ? paragraph(told.engine_why, "soft") : null,
    list(told.notes),
    make("div", { className: "row" }, button(t("again"), begin), button(t("erase"), () => erase(job.id))),
    paragraph(t("expires", { when: new Date(job.expires).toLocaleString(language) }), "soft"),
    make("h2", {}, t("report")), report);
  say(`${told.verdict_label} ${told.decision}`);
  try {
    report.srcdoc = await (await call(`${job.links.report}?language=${language}`)).text();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report.replaceWith(paragraph(error.message));
  }
}

async function download(link) {
  try {
    const answer = await call(link);
    const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "");
    const url = URL.createObjectURL(await answer.blob());
    make("a", { href: url, download: named ? decodeURIComponent(named[1]) : "evidence.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    failed(error, start);
  }
}

function broken(job) {
  show(t("not_made"), make("div", { className: "callout fail" }, paragraph(job.failure)),
    make("div", { className: "row" },
      job.rows_read === null ? null : button(t("choose_again"), () => choose(job), "first"),
      button(t("again"), begin), button(t("erase"), () => erase(job.id))));
}

function gone(job) {
  show(t(`gone_${job.state}`), paragraph(t("gone")), make("div", { className: "row" }, button(t("again"), begin, "first")));
}

async function erase(id) {
  try {
    await call(`/v1/jobs/${id}`, { method: "DELETE" });
    history.replaceState(null, "", `${location.pathname}${location.search}`);
    gone({ state: "cancelled" });
  } catch (error) {
    failed(error, begin);
  }
}

async function start() {
  const id = location.hash.slice(1);
  if (/^[0-9a-f]{32}$/.test(id)) return watch(id);
  try {
    await call("/v1/engines");
    begin();
  } catch (error) {
    failed(error, start);
  }
}

texts = await (await fetch(`/page/texts/${language}.json`)).json();
document.documentElement.lang = language;
const other = language === "ja" ? "en" : "ja";
document.getElementById("nav").append(
  make("a", { href: `?lang=${other}${location.hash}`, lang: other }, other === "ja" ? "日本語" : "English"),
  make("a", { href: "/docs" }, "API"));
addEventListener("hashchange", start);
await start();

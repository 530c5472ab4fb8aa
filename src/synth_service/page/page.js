// The page over the interface: drop a table, see what was understood, choose, watch, look, download.
// What tables hold is only ever set as text, so that no name of a column can become markup.

const PHASES = ["check", "personal data", "train", "sample", "texts", "assess", "report"];
const TYPES = [["text", "text"], ["whole", "whole"], ["number", "number"], ["date", "date"], ["date:%d/%m/%Y", "dmy"],
  ["date:%m/%d/%Y", "mdy"], ["time", "time"], ["boolean", "boolean"]];
const JSON_BODY = { "Content-Type": "application/json" };
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

function megabytes(bytes) {
  return number(Math.max(1, Math.round(bytes / 1e6)));
}

function askForKey(wrong) {
  const key = make("input", { type: "password", required: true, autocomplete: "off" });
  const form = make("form", {}, field(t("key"), key, t("key_hint")),
    make("div", { className: "row" }, make("button", { className: "first" }, t("key_go"))));
  form.onsubmit = async (event) => {
    event.preventDefault();
    // Full-width letters are a keyboard's doing; what is no letter of a header is no key.
    const typed = key.value.normalize("NFKC").trim();
    if (!/^[\x21-\x7e]+$/.test(typed)) return askForKey(t("key_letters"));
    sessionStorage.setItem("key", typed);
    key.disabled = true; // until the answer is there, which shows the next page
    await start();
  };
  show(t("key_title"), wrong ? make("div", { className: "callout fail" }, paragraph(wrong)) : null, form);
}

function begin() {
  history.replaceState(null, "", `${location.pathname}${location.search}`);
  const file = make("input", { type: "file", multiple: true, accept: ".csv,.tsv,.txt,.json,.jsonl,.yaml,.yml,.xlsx,.xlsm,.parquet,.gz" });
  const [personal, personalBox] = check(t("personal"), true);
  const drop = make("label", { className: "drop" }, make("strong", {}, t("drop")), file,
    make("span", { className: "soft" }, t("drop_hint")));
  const said = readingControls();
  const take = (chosen) => {
    const files = [...chosen];
    if (files.length === 1) return send(files, personalBox.checked, readingChoices(said));
    if (files.length) together(files, personalBox.checked, readingChoices(said));
  };
  file.onchange = () => take(file.files);
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files);
    });
  }
  const reading = make("details", {}, make("summary", {}, t("reading")), readingFields(said));
  show(t("title"), paragraph(t("intro")), drop, personal, reading, paragraph(t("promise"), "soft"));
}

async function headerOf(file) {
  // Only the beginning of a text file is read, and only here: the service reads all of it later.
  if (!/\.(csv|tsv|txt)$/i.test(file.name)) return [];
  const bytes = await file.slice(0, 65536).arrayBuffer();
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    text = new TextDecoder("shift_jis").decode(bytes);
  }
  const [line] = text.split(/\r?\n/).filter((one) => one.trim());
  const cells = [",", "\t", ";", "|"].map((separator) => (line ?? "").split(separator));
  return cells.sort((a, b) => b.length - a.length)[0].map((cell) => cell.trim().replace(/^"|"$/g, ""));
}

async function together(files, personal, said) {
  // People have one row each: mostly theirs is the smallest file.
  const sizes = files.map((file) => file.size);
  const people = select(files.map((file, place) => [String(place), file.name]), String(sizes.indexOf(Math.min(...sizes))));
  const [first, ...others] = await Promise.all(files.map(headerOf));
  const shared = first.filter((name) => others.every((names) => names.includes(name)));
  const person = make("input", { required: true, maxLength: 500, value: said.person ?? shared[0] ?? "" });
  person.setAttribute("list", "shared");
  const offered = make("datalist", { id: "shared" }, ...shared.map((value) => make("option", { value })));
  const form = make("form", {}, field(t("people_file"), people), field(t("person"), person, t("person_linked_hint")), offered,
    make("div", { className: "row" }, make("button", { className: "first" }, t("key_go")), button(t("back"), begin)));
  form.onsubmit = (event) => {
    event.preventDefault();
    const place = Number(people.value);
    send([files[place], ...files.filter((_, other) => other !== place)], personal, { ...said, person: person.value });
  };
  show(t("together"), paragraph(t("together_intro")), form);
}

function readingControls(choices = {}, columns = null) {
  const control = (name, properties) =>
    make("input", { ...properties, placeholder: t("as_found"), value: choices[name] ?? "" });
  return {
    encoding: control("encoding", { maxLength: 40 }),
    sheet: control("sheet", { maxLength: 31 }),
    header_row: control("header_row", { type: "number", min: 1 }),
    person: columns
      ? select([["", t("no_person")], ...columns.map((name) => [name, name])], choices.person ?? "")
      : make("input", { maxLength: 500, placeholder: t("no_person"), value: choices.person ?? "" }),
    event_sheets: make("input", { placeholder: t("no_sheets"), value: (choices.event_sheets ?? []).join(", ") }),
  };
}

function readingFields(said) {
  const hints = { person: t("person_hint"), event_sheets: t("event_sheets_hint") };
  return make("div", { className: "fields" }, ...Object.entries(said).map(([name, control]) => field(t(name), control, hints[name])));
}

function readingChoices(said) {
  const told = Object.fromEntries(Object.entries(said).map(([name, control]) => [name, control.value || null]));
  return { ...told, event_sheets: (told.event_sheets ?? "").split(/[,、，]/).map((name) => name.trim()).filter(Boolean) };
}

async function go(job, step, choices, back) {
  try {
    await call(`/v1/jobs/${job.id}/${step}`, { method: "POST", body: JSON.stringify(choices), headers: JSON_BODY });
    await watch(job.id);
  } catch (error) {
    failed(error, back);
  }
}

async function send(files, personal, said) {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const limits = await get("/v1/limits");
  if (size > limits.file_bytes) {
    const told = { size: megabytes(size), limit: megabytes(limits.file_bytes), rows: number(limits.rows) };
    throw new Refused(413, t("too_large", told));
  }
  show(t("sending"), paragraph(files.map((file) => file.name).join(t("between"))), make("progress", {}));
  const form = new FormData();
  form.append("start", "false");
  form.append("language", language);
  form.append("replace_personal_data", String(personal));
  for (const [name, value] of Object.entries(said)) for (const one of [value ?? []].flat()) form.append(name, one);
  files.forEach((file, place) => form.append(place ? "events" : "file", file));
  const job = await (await call("/v1/jobs", { method: "POST", body: form })).json();
  history.replaceState(null, "", `#${job.id}`);
  await watch(job.id);
}

async function watch(id) {
  let shown = "";
  for (;;) {
    let job;
    try {
      job = await get(`/v1/jobs/${id}`);
    } catch (error) {
      if (!(error instanceof Refused && [0, 503].includes(error.status))) throw error;
      say(error.message);
      await new Promise((done) => setTimeout(done, 3 * LOOK));
      continue;
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
  if (left !== null) parts.push(t("left", { seconds: number(Math.ceil(left)) }));
  const text = parts.join(t("between"));
  const state = document.getElementById("state");
  if (state.textContent !== text) {
    state.textContent = text;
    say(text);
  }
  const bar = document.getElementById("bar");
  // Without earlier jobs nobody knows how long it takes.
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

async function choose(job, chosen = null) {
  const understood = await get(`/v1/jobs/${job.id}/understood`);
  const before = chosen ?? await get(`/v1/jobs/${job.id}/choices`);
  const engines = await get(`/v1/engines?people=${understood.person !== null}`);
  const linked = understood.events.length > 0;
  const tables = [understood, ...understood.events];
  const names = understood.columns.map((column) => column.name);
  const types = {}, kept = {}, answers = {}, said = {};
  const rows = understood.columns.map((column) => {
    const { name } = column;
    said[name] = before.types.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const offered = TYPES.map(([type, key]) => [type, t(`type_${key}`)]);
    // A form of dates that only the interface can say.
    if (said[name] && !TYPES.some(([type]) => type === said[name])) offered.push([said[name], said[name]]);
    types[name] = select(offered, said[name] ?? column.type);
    types[name].ariaLabel = `${t("type")}: ${name}`;
    kept[name] = make("input", { type: "checkbox", checked: !before.leave_out.includes(name), ariaLabel: `${t("keep")}: ${name}` });
    const keep = name === understood.person ? null : make("label", {}, kept[name], ` ${t("keep")}`);
    return columnRow(column, [types[name], make("span", { className: "soft" }, column.why)], make("td", {}, keep));
  });
  const learned = understood.targets;
  const target = select([["", t("no_target")], ...learned.map((name) => [name, name])], before.target_column ?? "");
  // A menu chooses its first option by itself; a list of several chooses none.
  const known = Object.assign(select(learned.map((name) => [name, name])), { multiple: true, selectedIndex: -1 });
  for (const option of known.options) option.selected = before.known_columns.includes(option.value);
  const size = understood.people ?? understood.rows;
  const count = make("input", { type: "number", min: 1, max: 10000000, value: before.n_rows ?? size, required: true });
  const engine = select(engines.filter((name) => name !== "aim").map((name) => [name, t(`engine_${name.replace("-", "_")}`)]), before.engine);
  const [escape, escapeBox] = check(t("escape"), before.escape_formulas);
  const questions = [...new Set([...Object.keys(understood.answers), ...understood.questions])];
  for (const name of questions) {
    answers[name] = select(["", "replace", "keep"].map((answer) => [answer, t(`answer_${answer || "open"}`)]),
      ["replace", "keep"].find((answer) => before[answer].includes(name)) ?? "");
  }
  const rules = understood.rules.map((found) => [found.rule, ...check(t("rule", found), before.rules.includes(found.rule))]);
  const found = rules.map(([rule]) => rule);
  const stated = make("textarea", { rows: 3, spellcheck: false, placeholder: "checkin < checkout",
    value: before.rules.filter((rule) => !found.includes(rule)).join("\n") });
  const answered = (answer) => questions.filter((name) => answers[name].value === answer);
  const reading = readingControls(before, names);
  const choices = () => ({
    ...readingChoices(reading), language,
    n_rows: Number(count.value) === size ? null : Number(count.value),
    target_column: target.value || null, engine: engine.value,
    known_columns: Array.from(known.selectedOptions, (option) => option.value),
    escape_formulas: escapeBox.checked,
    types: linked ? [] : understood.columns.filter(({ name, type }) => said[name] || types[name].value !== type)
      .map(({ name }) => `${name}=${types[name].value}`),
    leave_out: names.filter((name) => !kept[name].checked && name !== reading.person.value),
    replace: answered("replace"), keep: answered("keep"),
    rules: [...rules.filter(([, , box]) => box.checked).map(([rule]) => rule),
      ...stated.value.split("\n").map((line) => line.trim()).filter(Boolean)],
  });
  const step = (name, changed = {}) => {
    const asked = { ...choices(), ...changed };
    return go(job, name, asked, () => choose(job, asked));
  };
  // Whose rows they are decides how many are made, of what, and by which engine.
  const by = (column) => step("check", { person: column, n_rows: null, ...(column ? { engine: "auto" } : {}) });
  const sheets = before.event_sheets.join();
  const again = () => {
    const { person, event_sheets } = readingChoices(reading);
    if (event_sheets.join() !== sheets) {
      // Other tables have other columns.
      const none = { types: [], leave_out: [], rules: [], known_columns: [], target_column: null };
      return step("check", { n_rows: null, engine: "auto", ...none });
    }
    return person === understood.person ? step("check") : by(person);
  };
  const form = make("form", {},
    make("div", { className: "fields" },
      ...questions.map((name) => field(t("are_names", { column: name }), answers[name])),
      field(t("target"), target, t("target_hint")),
      field(t("known"), known, t("known_hint")),
      field(t(understood.person ? "people" : "rows"), count, t(understood.person ? "people_hint" : "rows_hint")),
      field(t("engine"), engine, t(understood.person ? "engine_people_hint" : "engine_hint"))),
    make("h2", {}, t("rules")),
    paragraph(t(rules.length ? "rules_found" : "rules_none"), "soft"),
    ...rules.map(([, label]) => label),
    field(t("rules_own"), stated, t("rules_hint")),
    escape,
    make("div", { className: "row" },
      make("button", { className: "first" }, t("go")), button(t("erase"), () => erase(job.id))));
  form.onsubmit = (event) => {
    event.preventDefault();
    step("start");
  };
  const readAgain = make("details", {}, make("summary", {}, t("reading")), readingFields(reading),
    make("div", { className: "row" }, button(t("read_again"), again)));
  const counts = { rows: number(understood.rows), columns: number(understood.columns.length), tables: number(tables.length) };
  show(t(linked ? "understood_linked" : "understood", counts),
    paragraph(understood.found.join(t("between")), "soft"),
    ...tables.flatMap((table) => table.notices).map((notice) => make("div", { className: "callout review" }, paragraph(notice))),
    understood.proposed_person && make("div", { className: "row" },
      button(t("by_person", { column: understood.proposed_person }), () => by(understood.proposed_person), "first")),
    understood.person && !linked ? make("div", { className: "row" }, button(t("by_rows"), () => by(null))) : null,
    personalData({ ...understood, personal_data: tables.flatMap((table) => table.personal_data) }), readAgain,
    ...(linked ? tables.flatMap(columnsOf) : [make("h2", {}, t("columns")), columnsTable(t("columns"), rows, "keep")]),
    make("h2", {}, t("choices")), form);
}

function columnRow(column, type, ...more) {
  return make("tr", {},
    make("th", { scope: "row" }, column.name),
    make("td", { className: "samples" }, column.samples.join(t("between"))),
    make("td", {}, ...type),
    make("td", {}, column.role_label, column.reason ? make("span", { className: "soft" }, ` (${column.reason})`) : null),
    ...more);
}

function columnsTable(label, rows, ...more) {
  const head = ["column", "samples", "type", "becomes", ...more].map((key) => make("th", { scope: "col" }, t(key)));
  return make("div", { className: "frame", tabIndex: 0, role: "region", ariaLabel: label },
    make("table", { className: "columns" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
}

function columnsOf(table) {
  const title = tableTitle(table.name ?? "people", table.rows);
  const rows = table.columns.map((column) =>
    columnRow(column, [column.type_label, make("span", { className: "soft" }, ` ${column.why}`)]));
  return [make("h2", {}, title), columnsTable(title, rows)];
}

function tableTitle(name, rows) {
  return t("table_of", { name: name === "people" ? t("people_table") : name, rows: number(rows) });
}

function personalData(understood) {
  // What may be a name is asked about, and not replaced unless somebody says so.
  const sure = understood.personal_data.filter((found) => found.kind !== "possible_name");
  if (!understood.looked) return make("div", { className: "callout review" }, paragraph(t("not_looked")));
  if (!sure.length) return make("div", { className: "callout" }, paragraph(t("none_found")));
  return make("div", { className: "callout review" }, paragraph(t("found")),
    list(sure.map((found) => t("found_one", {
      column: found.column, kind: found.kind_label, cells: number(found.cells), example: found.example ?? "–",
    }))));
}

async function result(job) {
  const told = await get(`/v1/jobs/${job.id}/summary`);
  const names = Object.keys(job.links).filter((name) => name.startsWith("synthetic."));
  const report = make("iframe", { title: t("report"), sandbox: "" });
  const files = [...names.map((name) => [fileLabel(name, told.tables.length > 0), job.links[name]]),
    [t("report"), `${job.links.report}?language=${language}`], [t("evidence"), job.links.evidence]];
  show(told.decision,
    paragraph(told.decision_note, "soft"),
    make("div", { className: `callout ${told.verdict}` }, make("strong", {}, told.verdict_label), list(told.reasons)),
    make("div", { className: "callout" }, make("strong", {}, t("use", { word: told.usefulness_label })), list(told.usefulness_reasons)),
    make("div", { className: "pictures" }, ...told.pictures.map(picture)),
    make("h2", {}, t("first_rows")),
    ...(told.tables.length ? told.tables.flatMap(({ name, rows, head }) => [make("h3", {}, tableTitle(name, rows)), firstRows(head)]) : [firstRows(told.head)]),
    make("h2", {}, t("take")),
    make("div", { className: "row" }, button(t("all"), () => download(job.links["all.zip"]), "first"), ...files.map(([label, link]) => button(label, () => download(link)))),
    paragraph(made(told), "soft"),
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

function fileLabel(name, linked) {
  const [file, query] = name.split("?");
  const ending = file.split(".")[1].toUpperCase();
  // A workbook holds all tables.
  if (!linked || ending === "XLSX") return ending;
  return `${new URLSearchParams(query).get("table") ?? t("people_table")} ${ending}`;
}

function made({ rows, people, engine }) {
  const counts = { rows: number(rows.synthetic), original: number(rows.original), engine };
  if (!people) return t("made", counts);
  return t("made_people", { ...counts, people: number(people.synthetic), original_people: number(people.original) });
}

function picture({ title, note, svg }) {
  const drawn = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  return make("figure", {}, make("figcaption", {}, make("strong", {}, title), paragraph(note, "soft")), drawn);
}

function firstRows({ columns, rows }) {
  const head = make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell ?? "–"))));
  return make("div", { className: "frame", tabIndex: 0, role: "region", ariaLabel: t("first_rows") },
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
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

async function broken(job) {
  const why = make("div", { className: "callout fail" }, paragraph(job.failure));
  const others = [button(t("again"), begin), button(t("erase"), () => erase(job.id))];
  if (job.rows_read !== null) {
    return show(t("not_made"), why, make("div", { className: "row" }, button(t("choose_again"), () => choose(job), "first"), ...others));
  }
  // The file is still here: what could not be found out of it can be said.
  const said = readingControls(await get(`/v1/jobs/${job.id}/choices`));
  const form = make("form", {}, paragraph(t("read_again_hint")), readingFields(said),
    make("div", { className: "row" }, make("button", { className: "first" }, t("read_again")), ...others));
  form.onsubmit = (event) => {
    event.preventDefault();
    go(job, "check", readingChoices(said), () => broken(job));
  };
  show(t("not_made"), why, form);
}

function gone(job) {
  show(t(`gone_${job.state}`), paragraph(t("gone")), make("div", { className: "row" }, button(t("again"), begin, "first")));
}

async function erase(id) {
  await call(`/v1/jobs/${id}`, { method: "DELETE" });
  history.replaceState(null, "", `${location.pathname}${location.search}`);
  gone({ state: "cancelled" });
}

async function start() {
  const id = location.hash.slice(1);
  if (/^[0-9a-f]{32}$/.test(id)) return watch(id).catch((error) => failed(error, begin));
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
// What no step handles itself leads back to the beginning.
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  failed(event.reason, begin);
});
addEventListener("hashchange", start);
await start();

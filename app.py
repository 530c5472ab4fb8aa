import marimo

__generated_with = "0.25.2"
app = marimo.App(
    width="medium",
    app_title="synth_handson",
    css_file="src/synth_handson/notebook/page.css",
)

with app.setup(hide_code=True):
    import os
    import sys
    from functools import partial

    import altair as alt
    import marimo as mo
    import numpy as np

    from synth_handson import (
        closest_records,
        column_shares,
        compare_columns,
        compare_rows,
        load_bank_marketing,
        median_gap,
        split_holdout,
        warm_up,
    )
    from synth_handson.evidence.dose import take_dose
    from synth_handson.locales import get_text
    from synth_handson.notebook import lesson, page, script, session

    # SVG marks carry labels that screen readers can read.
    _ = alt.renderers.set_embed_options(renderer="svg", actions=False)


@app.cell(hide_code=True)
def _():
    is_script = mo.app_meta().mode == "script"
    options = script.read_options(sys.argv[1:]) if is_script else script.Options()
    if is_script:
        script.explain_errors(options.language)
    else:
        # The engine's imports take seconds: a worker does them while the reader reads.
        warm_up()
    return is_script, options


@app.cell(hide_code=True)
def _(is_script, options):
    _asked = options.language if is_script else mo.query_params().get("lang")
    language_switch = mo.ui.radio(
        {"日本語": "ja", "English": "en"},
        value="English" if _asked == "en" else "日本語",
        inline=True,
        on_change=lambda language: mo.query_params().set("lang", language),
    )
    return (language_switch,)


@app.cell(hide_code=True)
def _(language_switch):
    language = language_switch.value
    say = partial(get_text, language)
    return language, say


@app.cell(hide_code=True)
def _(language, language_switch):
    server = os.environ.get("MOSTLY_BASE_URL")
    page.head(server, language_switch, language)
    return (server,)


@app.cell(hide_code=True)
def _(say):
    mo.md(say("load.title"))
    return


@app.cell
def _(options):
    dataset = load_bank_marketing(options.source)
    train, holdout = split_holdout(dataset.frame)
    real_table = mo.ui.table(dataset.frame, page_size=5, selection=None, show_download=False)
    return dataset, holdout, real_table, train


@app.cell(hide_code=True)
def _(dataset, holdout, language, real_table, train):
    page.loaded(dataset, real_table, train, holdout, language)
    return


@app.cell(hide_code=True)
def _(say, server):
    mo.md(say("generate.server_title" if server else "generate.title"))
    return


@app.cell(hide_code=True)
def _(dataset, is_script, options):
    _tables = script.run_generation(dataset, options) if is_script else session.bundled_tables()
    get_tables, set_tables = mo.state(_tables)
    get_job, set_job = mo.state(session.JobState())
    job = session.Job(show=set_job, deliver=set_tables)
    cancel_button = page.button("中止 / Cancel", lambda _: job.cancel(keep=False), "danger")
    keep_button = page.button("ここまでで使う / Use what there is", lambda _: job.cancel(keep=True))
    return cancel_button, get_job, get_tables, job, keep_button


@app.cell
def _():
    sample_size_slider = mo.ui.slider(100, 5_000, step=100, value=1_000, show_value=True, label="行数 / Rows")
    generate_button = mo.ui.run_button(kind="success", label="合成データを生成 / Generate")
    page.row([sample_size_slider, generate_button])
    return generate_button, sample_size_slider


@app.cell
def _(generate_button, holdout, job, options, sample_size_slider, train):
    if generate_button.value:
        # In a thread, so that the page stays alive and the cancel button works.
        _rows = sample_size_slider.value
        _asked = {"rows": _rows, "max_epochs": options.epochs, "random_state": options.seed}
        mo.Thread(target=job.run, args=(train, holdout), kwargs=_asked).start()
    return


@app.cell(hide_code=True)
def _(cancel_button, get_job, keep_button, language, server):
    # A server keeps nothing of a cancelled training.
    page.job(get_job(), [cancel_button] if server else [cancel_button, keep_button], language)
    return


@app.cell(hide_code=True)
def _(get_tables):
    tables = get_tables()
    synthetic_table = mo.ui.table(tables.synthetic, page_size=5, selection=None, show_download=False)
    return synthetic_table, tables


@app.cell(hide_code=True)
def _(language, synthetic_table, tables):
    page.drawn(tables, synthetic_table, language)
    return


@app.cell
def _(dataset):
    column_selector = mo.ui.dropdown(
        list(dataset.frame.columns), value="age", label="列 / Column", allow_select_none=False
    )
    return (column_selector,)


@app.cell
def _(tables):
    fidelity = compare_columns(tables.train, tables.holdout, tables.synthetic)
    return (fidelity,)


@app.cell
def _(column_selector, fidelity, language, tables):
    shares = column_shares(tables.train, tables.synthetic, column_selector.value)
    page.column(column_selector, shares, fidelity, language)
    return (shares,)


@app.cell
def _():
    get_assessed, set_assessed = mo.state(session.Assessed())
    assessor = session.Assessor(show=set_assessed)
    return assessor, get_assessed


@app.cell
def _(assessor, is_script, tables):
    if not is_script:
        # In a thread, as it takes many seconds; newer tables supersede it.
        mo.Thread(target=assessor.run, args=(tables,)).start()
    return


@app.cell
def _(get_assessed, is_script, options, tables):
    assessed = script.run_assessment(tables, options) if is_script else get_assessed().about(tables)
    return (assessed,)


@app.cell(hide_code=True)
def _(assessed, language):
    page.measures(assessed, language)
    return


@app.cell
def _(tables):
    synthetic_closest = closest_records(tables.synthetic, tables.train)
    holdout_closest = closest_records(tables.holdout, tables.train)
    gap = median_gap(synthetic_closest, holdout_closest)
    return gap, holdout_closest, synthetic_closest


@app.cell(hide_code=True)
def _():
    person_button = mo.ui.button(value=0, on_click=lambda clicks: clicks + 1, label="別の人 / Another person")
    return (person_button,)


@app.cell
def _(person_button, synthetic_closest, tables):
    person = int(np.random.default_rng(person_button.value).integers(len(tables.synthetic)))
    closest = int(synthetic_closest.indices[person])
    comparison = compare_rows(
        tables.synthetic.iloc[[person]],
        tables.train.iloc[[closest]],
        distance=float(synthetic_closest.distances[person]),
        index=closest,
    )
    return (comparison,)


@app.cell(hide_code=True)
def _(comparison, language, person_button):
    page.person(person_button, comparison, language)
    return


@app.cell(hide_code=True)
def _(gap, holdout_closest, language, synthetic_closest):
    page.everyone(synthetic_closest, holdout_closest, gap, language)
    return


@app.cell(hide_code=True)
def _(assessed, language):
    page.verdict(assessed, language)
    return


@app.cell(hide_code=True)
def _():
    leak_selector, dose_sliders = page.leak_controls()
    return dose_sliders, leak_selector


@app.cell(hide_code=True)
def _(dose_sliders, language, leak_selector):
    page.break_it(leak_selector, dose_sliders[leak_selector.value], language)
    return


@app.cell
def _(is_script, leak_selector, tables):
    # A lesson for readers of the page.
    mo.stop(is_script)
    dose_tables, response = lesson.respond(tables, leak_selector.value)
    return dose_tables, response


@app.cell
def _(dose_sliders, dose_tables, language, response):
    _leak = response[0].leak
    dose = take_dose(dose_tables, _leak, dose_sliders.value[_leak] / 100)
    page.leak(dose, response, language)
    return


@app.cell(hide_code=True)
def _():
    get_overfit_job, set_overfit_job = mo.state(session.JobState())
    get_overfit, set_overfit = mo.state(())
    overfitting = lesson.Overfitting(show=set_overfit_job, deliver=set_overfit)
    overfit_button = mo.ui.run_button(kind="warn", label="覚え込ませる / Make it memorise")
    overfit_cancel = page.button("中止 / Cancel", lambda _: overfitting.cancel(keep=False), "danger")
    return get_overfit, get_overfit_job, overfit_button, overfit_cancel, overfitting


@app.cell
def _(holdout, overfit_button, overfitting, train):
    if overfit_button.value:
        mo.Thread(target=overfitting.run, args=(train, holdout)).start()
    return


@app.cell(hide_code=True)
def _(get_overfit, get_overfit_job, language, overfit_button, overfit_cancel):
    page.overfit(overfit_button, get_overfit_job(), overfit_cancel, get_overfit(), language)
    return


@app.cell(hide_code=True)
def _():
    about_fields = page.about_fields()
    return (about_fields,)


@app.cell(hide_code=True)
def _(about_fields, assessed, language, tables):
    page.downloads(tables, assessed.evidence, about_fields, language)
    return


@app.cell(hide_code=True)
def _(
    assessed,
    comparison,
    fidelity,
    gap,
    holdout_closest,
    is_script,
    options,
    synthetic_closest,
    tables,
):
    if is_script:
        _closest = synthetic_closest, holdout_closest, gap
        script.print_findings(tables, fidelity, comparison, *_closest, assessed, options)
    return


if __name__ == "__main__":
    app.run()

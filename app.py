import marimo

__generated_with = "0.25.2"
app = marimo.App(
    width="medium",
    app_title="synth_handson",
    css_file="src/synth_handson/notebook/page.css",
)

with app.setup(hide_code=True):
    import marimo as mo
    import numpy as np

    from synth_handson import (
        closest_records,
        column_shares,
        compare_columns,
        compare_with_nearest,
        load_bank_marketing,
        median_gap,
        split_holdout,
    )
    from synth_handson.evidence.dose import prepare_doses, take_dose
    from synth_handson.notebook import page, script, session


@app.cell(hide_code=True)
def _(desk, language, language_switch):
    page.head(language_switch, desk.server, language)
    return


@app.cell(hide_code=True)
def _(say):
    mo.md(say("load.title"))
    return


@app.cell
def _(desk):
    dataset = desk.own or session.load_once(load_bank_marketing, desk.options.source)
    train, holdout = split_holdout(dataset.frame, dataset.fraction)
    page.table(dataset.frame)
    return dataset, holdout, train


@app.cell(hide_code=True)
def _(dataset, holdout, language, train):
    mo.md(page.split_note(dataset, train, holdout, language))
    return


@app.cell(hide_code=True)
def _(desk, say):
    mo.md(say("generate.server_title" if desk.server else "generate.title"))
    return


@app.cell
def _(train):
    sample_size_slider = mo.ui.slider(100, 5_000, step=100, value=1_000, show_value=True, label="行数 / Rows")
    engine_selector = mo.ui.dropdown(page.ENGINES, value="MOSTLY AI", label="エンジン / Engine")
    generate_button = mo.ui.run_button(
        kind="success", label="合成データを生成 / Generate", tooltip=f"学習 / Train: {len(train):,}"
    )
    page.row([sample_size_slider, engine_selector, generate_button])
    return engine_selector, generate_button, sample_size_slider


@app.cell(hide_code=True)
def _(desk, engine_selector, get_job, language, tables):
    _about = page.engine_note(engine_selector.value, language)
    mo.vstack([_about, page.job(get_job(), desk, language), page.origin(tables, language)])
    return


@app.cell
def _(tables):
    page.table(tables.synthetic)
    return


@app.cell(hide_code=True)
def _(language, say, tables):
    mo.vstack([page.protected(tables, language), mo.md(say("generate.try_it"))])
    return


@app.cell(hide_code=True)
def _(say):
    mo.md(say("validate.title"))
    return


@app.cell
def _(tables):
    fidelity = compare_columns(tables.train, tables.holdout, tables.synthetic)
    return (fidelity,)


@app.cell
def _(column_selector, fidelity, language, tables):
    shares = column_shares(tables.train, tables.synthetic, column_selector.value)
    page.column(column_selector, shares, fidelity, language)
    return (shares,)


@app.cell(hide_code=True)
def _(say):
    mo.md(say("validate.meaning"))
    return


@app.cell(hide_code=True)
def _(assessed, language, say):
    mo.vstack([mo.md(say("validate.measures_title")), page.measures(assessed, language)])
    return


@app.cell(hide_code=True)
def _(assessed, language, say):
    mo.vstack([mo.md(say("validate.pairs_title")), page.pairs(assessed, language)])
    return


@app.cell(hide_code=True)
def _(assessed, language, say):
    mo.vstack([mo.md(say("validate.joint_title")), page.joint(assessed, language)])
    return


@app.cell(hide_code=True)
def _(assessed, language, say):
    mo.vstack([mo.md(say("validate.utility_title")), page.utility(assessed, language)])
    return


@app.cell(hide_code=True)
def _(say):
    mo.md(say("privacy.title"))
    return


@app.cell
def _(language, person_button, tables):
    person = np.random.default_rng(person_button.value).integers(len(tables.synthetic))
    comparison = compare_with_nearest(tables.synthetic.iloc[[person]], tables.train)
    page.person(person_button, comparison, language)
    return (comparison,)


@app.cell(hide_code=True)
def _(say):
    mo.md(say("privacy.all_title"))
    return


@app.cell
def _(language, tables):
    synthetic_closest = closest_records(tables.synthetic, tables.train)
    holdout_closest = closest_records(tables.holdout, tables.train)
    gap = median_gap(synthetic_closest, holdout_closest)
    page.everyone(synthetic_closest, holdout_closest, gap, language)
    return gap, holdout_closest, synthetic_closest


@app.cell(hide_code=True)
def _(assessed, desk, language, say):
    _shown = page.verdict(assessed, language), page.frontier(desk.tried(assessed), language)
    mo.vstack([mo.md(say("privacy.verdict_title")), *_shown])
    return


@app.cell(hide_code=True)
def _(assessed, language, say):
    mo.vstack([mo.md(say("privacy.measures_title")), page.membership(assessed, language)])
    return


@app.cell(hide_code=True)
def _(assessed, language, say):
    mo.vstack([mo.md(say("privacy.risks_title")), page.risks(assessed, language)])
    return


@app.cell(hide_code=True)
def _(dose_sliders, leak_selector, say):
    mo.vstack([mo.md(say("dose.title")), page.leak_controls(leak_selector, dose_sliders)])
    return


@app.cell
def _(dose_sliders, language, leak_selector, tables):
    leak = leak_selector.value
    prepared = prepare_doses(tables.synthetic, tables.train, tables.holdout)
    dose = take_dose(prepared, leak, dose_sliders.value[leak] / 100)
    page.dose(dose, language)
    return


@app.cell(hide_code=True)
def _(get_response, language, leak_selector, tables):
    page.response(get_response().about(tables, leak_selector.value), language)
    return


@app.cell(hide_code=True)
def _(desk, get_memorised, language, overfit_button, say):
    _shown = page.overfit(overfit_button, desk.forget, get_memorised(), language)
    mo.vstack([mo.md(say("dose.overfit_title")), _shown])
    return


@app.cell(hide_code=True)
def _(about_fields, assessed, language, say, tables):
    mo.vstack([mo.md(say("story.download_title")), page.downloads(tables, assessed, about_fields, language)])
    return


@app.cell(hide_code=True)
def _(say):
    mo.md(say("story.end"))
    return


@app.cell(hide_code=True)
def _():
    # From here on, what the page works with: nothing to read for the story.
    desk = page.Desk()
    get_tables, get_job, get_assessed, get_response, get_memorised = desk.states
    language_switch = page.language_switch(desk.options.language)
    return desk, get_assessed, get_job, get_memorised, get_response, get_tables, language_switch


@app.cell(hide_code=True)
def _(language_switch):
    language = language_switch.value
    say = page.in_language(language)
    return language, say


@app.cell(hide_code=True)
def _(dataset, desk, get_tables):
    tables = script.run_generation(dataset, desk.options) if desk.script else get_tables()
    desk.assess(tables)
    return (tables,)


@app.cell(hide_code=True)
def _(desk, get_assessed, tables):
    assessed = script.run_assessment(tables, desk.options) if desk.script else get_assessed().about(tables)
    return (assessed,)


@app.cell(hide_code=True)
def _(dataset):
    # Controls are built once, so that another language does not reset them.
    column_selector = page.column_selector(dataset.frame)
    person_button = page.counting_button("別の人 / Another person")
    about_fields = page.about_fields()
    return about_fields, column_selector, person_button


@app.cell(hide_code=True)
def _(desk):
    mo.stop(desk.script)
    leak_selector, dose_sliders = page.leaks()
    overfit_button = mo.ui.run_button(kind="warn", label="覚え込ませる / Make it memorise")
    return dose_sliders, leak_selector, overfit_button


@app.cell(hide_code=True)
def _(desk, leak_selector, tables):
    desk.respond(tables, leak_selector.value)
    return


@app.cell(hide_code=True)
def _(desk, engine_selector, generate_button, holdout, overfit_button, sample_size_slider, train):
    if generate_button.value:
        desk.generate(train, holdout, sample_size_slider.value, engine_selector.value)
    if overfit_button.value:
        desk.overfit(train, holdout)
    return


@app.cell(hide_code=True)
def _(assessed, comparison, desk, fidelity, gap, holdout_closest, synthetic_closest, tables):
    if desk.script:
        _closest = synthetic_closest, holdout_closest, gap
        script.print_findings(tables, fidelity, comparison, *_closest, assessed, desk.options)
    return


if __name__ == "__main__":
    app.run()

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
    from synth_handson.notebook import lesson, page, script, session


@app.cell(hide_code=True)
def _(desk, language, language_switch, own):
    page.head(language_switch, desk.server, own, language)
    return


@app.cell(hide_code=True)
def _(say):
    mo.md(say("load.title"))
    return


@app.cell
def _(desk, own):
    dataset = own or session.load_once(load_bank_marketing, desk.options.source)
    train, holdout = split_holdout(dataset.frame, dataset.fraction)
    page.table(dataset.frame)
    return dataset, holdout, train


@app.cell(hide_code=True)
def _(dataset, holdout, language, train):
    page.split_note(dataset, train, holdout, language)
    return


@app.cell
def _(find_columns, find_form, learner):
    my_columns = None
    learner.find(my_columns, find_form, find_columns)
    return


@app.cell(hide_code=True)
def _(desk, get_upload, language):
    page.own_table(get_upload(), desk, language)
    return


@app.cell(hide_code=True)
def _(desk, say):
    mo.md(say("generate.server_title" if desk.server else "generate.title"))
    return


@app.cell
def _(desk, language, train):
    sample_size_slider = page.rows_slider(desk.memory, language)
    engine_selector = page.engine_selector(desk.memory, language)
    generate_button = page.generate_button(language, len(train))
    page.row([sample_size_slider, engine_selector, generate_button])
    return engine_selector, generate_button, sample_size_slider


@app.cell(hide_code=True)
def _(desk, engine_selector, get_job, get_tables, job_buttons, language):
    _about = page.engine_note(engine_selector.value, language)
    mo.vstack([_about, page.job(get_job(), job_buttons, desk, language), page.origin(get_tables(), language)])
    return


@app.cell
def _(tables):
    page.table(tables.synthetic)
    return


@app.cell(hide_code=True)
def _(get_tables, language):
    page.engines(get_tables(), language)
    return


@app.cell
def _(learner, made_form, shown):
    my_rows = None
    learner.made(my_rows, made_form, shown)
    return


@app.cell
def _(again_form, learner, shown):
    my_belief = None
    learner.ask("again", my_belief, again_form, shown)
    return


@app.cell
def _(learner, missing_form, shown):
    my_range = None
    learner.ask("missing", my_range, missing_form, shown)
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
def _(assessed, language, say):
    mo.vstack([mo.md(say("validate.measures_title")), page.measures(assessed, language)])
    return


@app.cell
def _(assessed, learner, shown, worst_form):
    my_worst = None
    learner.worst(my_worst, worst_form, shown, assessed)
    return


@app.cell(hide_code=True)
def _(assessed, language, say):
    mo.vstack([mo.md(say("validate.utility_title")), page.utility(assessed, language)])
    return


@app.cell
def _(accuracy_form, learner, shown):
    my_judgement = None
    learner.ask("accuracy", my_judgement, accuracy_form, shown)
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


@app.cell
def _(language, tables):
    synthetic_closest = closest_records(tables.synthetic, tables.train)
    holdout_closest = closest_records(tables.holdout, tables.train)
    gap = median_gap(synthetic_closest, holdout_closest)
    page.everyone(synthetic_closest, holdout_closest, gap, language)
    return gap, holdout_closest, synthetic_closest


@app.cell(hide_code=True)
def _(assessed, desk, language, say):
    _verdict = page.verdict(assessed, desk.tried(assessed), language)
    mo.vstack([mo.md(say("privacy.verdict_title")), _verdict])
    return


@app.cell(hide_code=True)
def _(dose_sliders, get_tables, language, leak_selector, say):
    mo.stop(get_tables() is None)
    _controls = page.leak_controls(leak_selector, dose_sliders, language)
    mo.vstack([mo.md(say("dose.title")), _controls])
    return


@app.cell
def _(dose_sliders, get_response, language, leak_selector, tables):
    leak = leak_selector.value
    dose = lesson.take_dose(tables, leak, dose_sliders.value[leak] / 100)
    page.dose(dose, get_response().about(tables, leak), language)
    return (dose,)


@app.cell
def _(dose_form, learner, shown):
    my_doses = None
    learner.ask("dose", my_doses, dose_form, shown)
    return


@app.cell
def _(dose, learner, tables):
    my_leaks = None
    learner.fool(my_leaks, dose, tables)
    return


@app.cell(hide_code=True)
def _(get_memorised, job_buttons, language, own, overfit_button):
    page.overfit(overfit_button, job_buttons["forget"], get_memorised(), own, language)
    return


@app.cell
def _(hunt_form, learner, shown):
    my_suspect = None
    learner.hunt(my_suspect, hunt_form, shown)
    return


@app.cell
def _(learner, letter_form, shown):
    my_statements = None
    learner.letter(my_statements, letter_form, shown)
    return


@app.cell
def _(learner, shown):
    my_attack = None
    learner.own_attack(my_attack, shown)
    return


@app.cell(hide_code=True)
def _(get_scores, learner):
    learner.score_card(get_scores())
    return


@app.cell(hide_code=True)
def _(about_fields, assessed, get_scores, language, learner, own, say, shown, tables):
    _signed = learner.signed(shown) if get_scores() else ()
    _files = page.downloads(tables, assessed, about_fields, _signed, own, language)
    mo.vstack([mo.md(say("story.download_title")), _files])
    return


@app.cell(hide_code=True)
def _(language, own):
    page.end(own, language)
    return


@app.cell(hide_code=True)
def _():
    # From here on, what the page works with: nothing to read for the story.
    desk = page.Desk()
    get_tables, get_job, get_assessed, get_response, get_memorised, get_upload, get_scores = desk.states
    language_switch = page.language_switch(desk.options.language)
    return (
        desk,
        get_assessed,
        get_job,
        get_memorised,
        get_response,
        get_scores,
        get_tables,
        get_upload,
        language_switch,
    )


@app.cell(hide_code=True)
def _(desk, get_upload):
    # Apart from the language: another one must not split the table anew.
    own = desk.own if get_upload() else None
    return (own,)


@app.cell(hide_code=True)
def _(language_switch, own):
    language = language_switch.value
    say = page.in_language(language, own)
    return language, say


@app.cell(hide_code=True)
def _(dataset, desk, get_tables):
    tables = script.run_generation(dataset, desk.options) if desk.script else get_tables()
    mo.stop(tables is None)
    desk.assess(tables)
    return (tables,)


@app.cell(hide_code=True)
def _(desk, get_assessed, tables):
    assessed = script.run_assessment(tables, desk.options) if desk.script else get_assessed().about(tables)
    return (assessed,)


@app.cell(hide_code=True)
def _(dataset, desk, language):
    column_selector = page.column_selector(desk.memory, language, dataset.frame)
    person_button = page.person_button(desk.memory, language)
    about_fields = page.about_fields(desk.memory, language)
    return about_fields, column_selector, person_button


@app.cell(hide_code=True)
def _(desk, language):
    mo.stop(desk.script)
    leak_selector, dose_sliders = page.leaks(desk.memory, language)
    overfit_button, job_buttons = page.overfit_button(language), desk.buttons(language)
    return dose_sliders, job_buttons, leak_selector, overfit_button


@app.cell(hide_code=True)
def _(dataset, desk, language, tables):
    mo.stop(desk.script)
    learner = page.Learner(desk, dataset, tables, language)
    find_form, find_columns, made_form, again_form, missing_form = learner.first_forms()
    worst_form, accuracy_form, dose_form, hunt_form = learner.later_forms()
    return (
        accuracy_form,
        again_form,
        dose_form,
        find_columns,
        find_form,
        hunt_form,
        learner,
        made_form,
        missing_form,
        worst_form,
    )


@app.cell(hide_code=True)
def _(assessed, desk, get_response, learner, tables):
    shown = desk.shown(tables, assessed, get_response())
    letter_form = learner.letter_form(shown)
    return letter_form, shown


@app.cell(hide_code=True)
def _(desk, leak_selector, tables):
    desk.respond(tables, leak_selector.value)
    return


@app.cell(hide_code=True)
def _(dataset, desk, engine_selector, generate_button, holdout, overfit_button, sample_size_slider, train):
    if generate_button.value:
        desk.generate(dataset, train, holdout, sample_size_slider.value, engine_selector.value)
    if overfit_button.value:
        desk.overfit(train, holdout)
    return


@app.cell(hide_code=True)
def _(assessed, comparison, desk, fidelity, gap, holdout_closest, synthetic_closest, tables):
    if desk.script:
        _closest = synthetic_closest, holdout_closest, gap
        script.print_findings(tables, fidelity, comparison, *_closest, assessed, desk.options)
        script.end(assessed)
    return


if __name__ == "__main__":
    app.run()

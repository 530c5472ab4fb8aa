import marimo

__generated_with = "0.25.2"
app = marimo.App(
    width="medium",
    app_title="synth_handson – plan",
    css_file="src/synth_handson/planning/page/page.css",
)

with app.setup(hide_code=True):
    from synth_handson.planning import by_rice, mvp, page, summarise


@app.cell(hide_code=True)
def _(day, desk, get_plan, hours, language, language_switch):
    page.head(language_switch, day, hours, desk, get_plan(), language)
    return


@app.cell
def _(day, get_plan, hours):
    plan = get_plan()
    summary = summarise(plan, day.value, hours.value or 0)
    return plan, summary


@app.cell
def _(hours, plan):
    features = by_rice(plan.features)
    smallest = mvp(features, hours.value or 0)
    return features, smallest


@app.cell(hide_code=True)
def _(day, features, finders, language, plan, smallest, summary):
    page.tabs(
        {
            "overview": page.overview(plan, summary, language),
            "priorities": page.priorities(features, smallest, language),
            "research": page.research(plan, finders.value, finders, language),
            "progress": page.progress(plan, day.value, language),
            "voices": page.voices(plan, day.value, language),
        },
        language,
    )
    return


@app.cell(hide_code=True)
def _(entry_selector, kind_selector, language):
    page.edit_head(kind_selector, entry_selector, language)
    return


@app.cell(hide_code=True)
def _(desk, get_outcome, language):
    page.outcome(get_outcome(), desk, language)
    return


@app.cell(hide_code=True)
def _(desk, get_editing, language):
    form = page.edit(desk, get_editing(), language)
    form
    return


@app.cell(hide_code=True)
def _(desk, get_editing, language):
    page.removal(desk, get_editing(), language)
    return


@app.cell(hide_code=True)
def _(reload):
    reload
    return


@app.cell(hide_code=True)
def _(desk, reload):
    reload.value
    desk.reload()
    return


@app.cell(hide_code=True)
def _():
    desk = page.open_desk()
    get_plan, get_editing, get_outcome = desk.states
    return desk, get_editing, get_outcome, get_plan


@app.cell(hide_code=True)
def _():
    language_switch = page.language_switch(page.page_language())
    return (language_switch,)


@app.cell(hide_code=True)
def _(language_switch):
    language = language_switch.value
    return (language,)


@app.cell(hide_code=True)
def _(language):
    day = page.day_control(page.page_day(), language)
    hours = page.hours_control(page.page_hours(), language)
    reload = page.reload_control(language)
    return day, hours, reload


@app.cell(hide_code=True)
def _(language, plan):
    finders = page.finders(plan, language)
    return (finders,)


@app.cell(hide_code=True)
def _(desk, get_editing, get_plan, language):
    kind_selector = page.kind_selector(desk, get_editing(), language)
    entry_selector = page.entry_selector(desk, get_plan(), get_editing(), language)
    return entry_selector, kind_selector


if __name__ == "__main__":
    app.run()

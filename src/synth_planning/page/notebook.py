# /// script
# [tool.marimo.display]
# theme = "system"
# ///

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="synth_handson – plan", css_file="page.css")

with app.setup(hide_code=True):
    from synth_planning import by_rice, page, summarise


@app.cell(hide_code=True)
def _(day, get_plan, hours, language, language_switch, plan_page):
    page.head(language_switch, day, hours, plan_page, get_plan(), language)
    return


@app.cell
def _(day, get_plan, hours):
    plan = get_plan()
    summary = summarise(plan, day.value, hours.value or 0)
    return plan, summary


@app.cell
def _(plan, summary):
    features = by_rice(plan.features)
    smallest = summary.mvp
    return features, smallest


@app.cell(hide_code=True)
def _(feedback_tab, language, overview, priorities, progress, research):
    page.tabs(
        {
            "overview": overview,
            "priorities": priorities,
            "research": research,
            "progress": progress,
            "feedback": feedback_tab,
        },
        language,
    )
    return


@app.cell(hide_code=True)
def _(csv_kind, language, plan, plan_page, summary):
    page.exchange(plan_page, plan, summary, csv_kind, language)
    return


@app.cell(hide_code=True)
def _(get_outcome, language, plan_page):
    page.outcome(get_outcome(), plan_page, language)
    return


@app.cell(hide_code=True)
def _(entry_selector, kind_selector, language):
    page.edit_head(kind_selector, entry_selector, language)
    return


@app.cell(hide_code=True)
def _(get_editing, language, plan_page):
    form = page.edit(plan_page, get_editing(), language)
    form
    return


@app.cell(hide_code=True)
def _(get_editing, language, plan_page):
    page.removal(plan_page, get_editing(), language)
    return


@app.cell(hide_code=True)
def _(reload):
    reload
    return


@app.cell(hide_code=True)
def _(plan_page, reload):
    reload.value
    plan_page.reload()
    return


@app.cell(hide_code=True)
def _(language, plan, summary):
    overview = page.overview(plan, summary, language)
    return (overview,)


@app.cell(hide_code=True)
def _(features, language, smallest):
    priorities = page.priorities(features, smallest, language)
    return (priorities,)


@app.cell(hide_code=True)
def _(finders, language, plan):
    research = page.research(plan, finders.value, finders, language)
    return (research,)


@app.cell(hide_code=True)
def _(day, language, plan):
    progress = page.progress(plan, day.value, language)
    return (progress,)


@app.cell(hide_code=True)
def _(day, language, plan):
    feedback_tab = page.feedback_tab(plan, day.value, language)
    return (feedback_tab,)


@app.cell(hide_code=True)
def _():
    plan_page = page.open_plan_page()
    get_plan, get_editing, get_outcome = plan_page.states
    return get_editing, get_outcome, get_plan, plan_page


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
def _(language):
    csv_kind = page.csv_kind(language)
    return (csv_kind,)


@app.cell(hide_code=True)
def _(language, plan, plan_page):
    finders = page.finders(plan_page, plan, language)
    return (finders,)


@app.cell(hide_code=True)
def _(get_editing, get_plan, language, plan_page):
    kind_selector = page.kind_selector(plan_page, get_editing(), language)
    entry_selector = page.entry_selector(plan_page, get_plan(), get_editing(), language)
    return entry_selector, kind_selector


if __name__ == "__main__":
    app.run()

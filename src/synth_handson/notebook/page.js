// Opens the glossary at a term that was clicked, names the code for screen readers, and tells the browser the page's language. A notebook that is opened again keeps its own: then the address decides.
(() => {
  const asked = new URLSearchParams(location.search).get("lang");
  let opened = false;

  const nameCode = () => {
    for (const editor of document.querySelectorAll("marimo-code-editor:not([data-sh-named])")) {
      const name = () => editor.shadowRoot.querySelector(".cm-content")?.setAttribute("aria-label", "Python");
      if (!editor.shadowRoot) continue;
      editor.dataset.shNamed = "";
      new MutationObserver(name).observe(editor.shadowRoot, { subtree: true, childList: true });
      name();
    }
  };

  // What is drawn late above a term would push it out of sight, until the reader scrolls.
  const keepInSight = (term) => {
    const show = () => term.scrollIntoView({ block: "center" });
    const showing = setInterval(show, 200);
    const stop = () => clearInterval(showing);
    setTimeout(stop, 5000);
    for (const moved of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(moved, stop, { once: true });
    show();
  };

  const follow = () => {
    nameCode();
    const shown = document.querySelector("[data-sh-language]");
    if (!shown) return;
    document.documentElement.lang = shown.dataset.shLanguage;
    if (opened) return;
    const choices = shown.querySelector("marimo-radio")?.shadowRoot?.querySelectorAll("[role=radio]");
    if (!choices?.length) return;
    opened = true;
    if (asked && asked !== shown.dataset.shLanguage) {
      const name = { ja: "日本語", en: "English" }[asked];
      [...choices].find((choice) => choice.value === name)?.click();
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((element) => element.matches?.('a[href^="#g-"]'));
    const term = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!term) return;
    event.preventDefault();
    term.closest("details").open = true;
    keepInSight(term);
  });

  new MutationObserver(follow).observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-sh-language"],
  });
  follow();
})();

// Opens the glossary at a term that was clicked, and tells the browser the page's language. A notebook that is opened again keeps its own: then the address decides.
(() => {
  const asked = new URLSearchParams(location.search).get("lang");
  let opened = false;

  const follow = () => {
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
    term.scrollIntoView({ block: "center" });
  });

  new MutationObserver(follow).observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-sh-language"],
  });
  follow();
})();

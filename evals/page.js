const cases = [...document.querySelectorAll("details.case")];
const form = document.querySelector(".filter");
const count = form.querySelector("output");
function apply() {
  const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const { show, kind, article, split } = form.elements;
  let shown = 0;
  for (const item of cases) {
    const data = item.dataset;
    const hit = (show.value === "all" || data.state.split(" ").includes(show.value))
      && (!kind.value || data.kind === kind.value) && (!article.value || data.article === article.value)
      && (!split.value || data.split === split.value) && words.every((word) => data.text.includes(word));
    item.hidden = !hit;
    shown += hit;
  }
  count.textContent = `${shown} of ${cases.length}`;
}
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.matches("details.case")) return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView({ block: "start" });
}
form.addEventListener("input", apply);
form.addEventListener("submit", (event) => event.preventDefault());
for (const button of document.querySelectorAll("button[data-kind]")) {
  button.addEventListener("click", () => {
    form.elements.kind.value = button.dataset.kind;
    form.elements.show.value = "failed";
    apply();
    form.scrollIntoView();
  });
}
addEventListener("hashchange", reveal);
form.hidden = false;
apply();
reveal();

// What links and CSS alone cannot do. Without this file chips still scroll, highlight and show their cards.
// Streamlit calls the function when the component appears and whenever its data changes.

let origin = null; // the chip that was followed last
let announced = -1;
let conversation = "";
let controller = null;
let held = false; // whether the newest question stays at the top while its answer grows

const find = (selector) => document.querySelector(selector);

function announce(status, text) {
  // Changed in place and once, at the end of an answer: a screen reader reads it whole.
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 100);
}

function mark(ids) {
  const sentences = ids.map((id) => document.getElementById(id)).filter((each) => each?.matches(".sentence"));
  const source = sentences[0]?.closest("details");
  if (source) source.open = true;
  sentences.forEach((sentence) => sentence.classList.add("cited"));
  return sentences[0];
}

function arrive(id, tries) {
  // The browser looked for the sentence of its address before there was one.
  const sentence = mark([id]);
  if (sentence) sentence.scrollIntoView();
  else if (tries) setTimeout(arrive, 100, id, tries - 1);
}

function follow(chip) {
  clear();
  origin = chip;
  chip.classList.add("shown");
  const first = mark(chip.dataset.sentences.split(" "));
  // After the browser has followed the link, so that Tab goes on from the sentence.
  setTimeout(() => first?.focus({ preventScroll: true }), 0);
}

function clear() {
  document.querySelectorAll(".sentence.cited, .chip.shown").forEach((each) => each.classList.remove("cited", "shown"));
}

function goBack() {
  const chip = origin?.isConnected ? origin : [...document.querySelectorAll(".chip")].pop();
  clear();
  if (!chip) return find(".st-key-ask textarea")?.focus();
  chip.focus({ preventScroll: true });
  chip.scrollIntoView({ block: "center" });
}

function place(box) {
  // Below the sentence where there is room in the pane, else above it.
  const card = box.querySelector(".card");
  card.classList.remove("dismissed", "above");
  const pane = box.closest(".st-key-conversation");
  if (!pane) return;
  const scrolls = getComputedStyle(pane).overflowY !== "visible";
  const input = find(".st-key-ask")?.getBoundingClientRect();
  const bottom = scrolls ? pane.getBoundingClientRect().bottom : input?.top ?? innerHeight;
  const top = scrolls ? pane.getBoundingClientRect().top : 0;
  const at = card.getBoundingClientRect();
  const block = card.offsetParent?.getBoundingClientRect();
  if (block && at.bottom > bottom && block.top - at.height > top) card.classList.add("above");
}

function listen(status) {
  controller?.abort();
  controller = new AbortController();
  const on = (type, handle) => document.addEventListener(type, handle, { signal: controller.signal });

  on("click", (event) => {
    const chip = event.target.closest?.("a.chip[href^='#']");
    if (chip) return follow(chip);
    if (event.target.closest?.("a.back")) {
      event.preventDefault();
      return goBack();
    }
    if (event.target.closest?.("a.skip")) {
      event.preventDefault();
      return find(".st-key-ask textarea")?.focus();
    }
    const link = event.target.closest?.("a.copy-link");
    if (link && navigator.clipboard) {
      event.preventDefault();
      navigator.clipboard.writeText(link.href).then(() => say(link, "Link copied"));
    }
    const copy = event.target.closest?.("button.copy");
    if (copy && navigator.clipboard) navigator.clipboard.writeText(conversation).then(() => say(copy, "Copied"));
  });
  for (const type of ["mouseover", "focusin"]) {
    on(type, (event) => {
      const box = event.target.closest?.(".chip-box");
      if (box && !box.contains(event.relatedTarget)) place(box);
    });
  }
  // A reader who moves on is not pulled back.
  for (const type of ["wheel", "touchmove", "pointerdown", "keydown"]) on(type, () => { held = false; });
  on("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = find(".chip-box:is(:hover, :focus-within) > .card:not(.dismissed)");
    if (open) return open.classList.add("dismissed");
    if (document.activeElement?.matches(".sentence")) goBack();
  });

  function say(element, text) {
    const before = element.textContent;
    element.textContent = text;
    announce(status, text);
    setTimeout(() => { element.textContent = before; }, 2000);
  }
}

function showNewQuestions() {
  const pane = find(".st-key-conversation");
  if (!pane) return null;
  // A page that was opened with a question shows it; on a phone it lies below the article.
  let count = announced < 0 ? 0 : pane.querySelectorAll(".question").length;
  const show = () => {
    const questions = pane.querySelectorAll(".question");
    if (questions.length > count) held = true;
    count = questions.length;
    if (held && count) questions[count - 1].scrollIntoView({ block: "start" });
  };
  show();
  const observer = new MutationObserver(show);
  observer.observe(pane, { childList: true, subtree: true });
  return observer;
}

export default function ({ data, parentElement }) {
  const status = parentElement.querySelector("[role=status]");
  conversation = data.conversation;
  listen(status);
  const observer = showNewQuestions();
  if (announced < 0 && location.hash) arrive(location.hash.slice(1), 50);
  if (data.id !== announced) {
    announced = data.id;
    if (data.text) announce(status, data.text);
  }
  return () => {
    controller?.abort();
    observer?.disconnect();
  };
}

// <article-assistant>: what its answers cite is marked in the page's own text. All words go in as text, never as markup.
(() => {
  "use strict";

  const KEYS = "title intro label send stop stopped retry could article says quoted reported unnamed source marked back changed unsure open brief isBrief missing nearest disagree premise withheld copy helpful up down clear close select about failed privacy";
  const TEXTS = {
    en: [
      "Ask about this article", "Each sentence of an answer shows the words that support it.", "Your question", "Ask", "Stop", "Stopped.", "Try again", "You could ask",
      "the article", "{where} says:", "{who}, quoted in {where}:", "{who}, as reported in {where}:", "Speaker not named", "Source {n}: {where}",
      "Marked. Escape leads back to the answer.", "Back to the answer",
      "The passage changed on this page: nothing is marked.", "The passage is here more than once: nothing is marked.",
      "Open the source", "brief", "A summary in our own words.",
      "The documents do not answer this", "Nearest passages:", "The documents disagree: {about}", "The documents contradict what the question assumes.", "Withheld as unsupported",
      "Copy with sources", "Helpful?", "Yes", "No", "Clear", "Close", "Ask about this", "What does the article say about “{text}”?",
      "The server cannot be reached. Try again.", "Questions go to {host} only. No cookies; nothing is stored in this browser."],
    es: [
      "Pregunte sobre este artículo", "Cada frase de una respuesta muestra las palabras que la respaldan.", "Su pregunta", "Preguntar", "Detener", "Detenido.", "Reintentar", "Puede preguntar",
      "el artículo", "{where} dice:", "{who}, según cita {where}:", "{who}, según {where}:", "Persona no nombrada", "Fuente {n}: {where}",
      "Marcado. Escape vuelve a la respuesta.", "Volver a la respuesta",
      "El pasaje ha cambiado en esta página; no se marca nada.", "El pasaje está más de una vez; no se marca nada.",
      "Abrir la fuente", "resumen", "Un resumen con nuestras palabras.",
      "Los documentos no responden a esto", "Pasajes más cercanos:", "Los documentos discrepan: {about}", "Los documentos contradicen lo que supone la pregunta.", "Omitido por falta de respaldo",
      "Copiar con fuentes", "¿Le ha servido?", "Sí", "No", "Borrar", "Cerrar", "Preguntar sobre esto", "¿Qué dice el artículo sobre «{text}»?",
      "No se puede contactar con el servidor. Reintente.", "Las preguntas solo se envían a {host}. Sin cookies; nada se guarda en este navegador."],
    de: [
      "Fragen zu diesem Artikel", "Jeder Satz einer Antwort zeigt die Worte, die ihn belegen.", "Ihre Frage", "Fragen", "Anhalten", "Angehalten.", "Noch einmal", "Fragen Sie zum Beispiel",
      "dem Artikel", "Aus {where}:", "{who}, zitiert in {where}:", "{who}, nach {where}:", "Nicht genannte Person", "Quelle {n}: {where}",
      "Markiert. Escape führt zurück zur Antwort.", "Zurück zur Antwort",
      "Die Stelle wurde auf dieser Seite geändert; nichts ist markiert.", "Die Stelle steht hier mehrmals; nichts ist markiert.",
      "Quelle öffnen", "Kurzfassung", "Eine Zusammenfassung in unseren Worten.",
      "Die Dokumente beantworten das nicht", "Nächste Stellen:", "Die Dokumente widersprechen sich: {about}", "Die Dokumente widersprechen dem, was die Frage voraussetzt.", "Zurückgehalten, weil nicht belegt",
      "Mit Quellen kopieren", "Hilfreich?", "Ja", "Nein", "Leeren", "Schließen", "Danach fragen", "Was sagt der Artikel über „{text}“?",
      "Der Server ist nicht erreichbar. Versuchen Sie es noch einmal.", "Fragen gehen nur an {host}. Keine Cookies; nichts wird in diesem Browser gespeichert."],
    fr: [
      "Questions sur cet article", "Chaque phrase d’une réponse montre les mots qui l’appuient.", "Votre question", "Demander", "Arrêter", "Arrêté.", "Réessayer", "Vous pouvez demander",
      "l’article", "{where} écrit :", "{who}, cité par {where} :", "{who}, selon {where} :", "Personne non nommée", "Source {n} : {where}",
      "Marqué. Échap ramène à la réponse.", "Retour à la réponse",
      "Le passage a changé sur cette page ; rien n’est marqué.", "Le passage figure ici plusieurs fois ; rien n’est marqué.",
      "Ouvrir la source", "résumé", "Un résumé dans nos propres mots.",
      "Les documents n’y répondent pas", "Passages les plus proches :", "Les documents se contredisent : {about}", "Les documents contredisent ce que suppose la question.", "Retenu, faute d’appui",
      "Copier avec les sources", "Utile ?", "Oui", "Non", "Effacer", "Fermer", "Interroger ce passage", "Que dit l’article de « {text} » ?",
      "Le serveur est injoignable. Réessayez.", "Les questions ne vont qu’à {host}. Aucun cookie ; rien n’est conservé dans ce navigateur."],
    ar: [
      "اسأل عن هذا المقال", "كل جملة في الإجابة تُظهر الكلمات التي تدعمها.", "سؤالك", "اسأل", "إيقاف", "توقّف.", "أعد المحاولة", "يمكنك أن تسأل",
      "المقال", "جاء في {where}:", "{who}، نقلاً عن {where}:", "{who}، بحسب {where}:", "متحدث غير مسمّى", "المصدر {n}: {where}",
      "عُلّم. مفتاح Esc يعيدك إلى الإجابة.", "العودة إلى الإجابة",
      "تغيّر المقطع في هذه الصفحة، فلم يُعلَّم شيء.", "المقطع مكرر هنا، فلم يُعلَّم شيء.",
      "افتح المصدر", "ملخص", "ملخص بكلماتنا.",
      "الوثائق لا تجيب عن هذا", "أقرب المقاطع:", "الوثائق متعارضة: {about}", "الوثائق تنقض ما يفترضه السؤال.", "حُجب لعدم وجود ما يدعمه",
      "نسخ مع المصادر", "هل أفادك؟", "نعم", "لا", "مسح", "إغلاق", "اسأل عن هذا", "ماذا يقول المقال عن «{text}»؟",
      "تعذّر الوصول إلى الخادم. أعد المحاولة.", "تُرسَل الأسئلة إلى {host} وحده. لا ملفات ارتباط، ولا يُحفظ شيء في هذا المتصفح."],
  };

  const NAME = "article-assistant";
  if (customElements.get(NAME)) return;
  const HOME = new URL(".", document.currentScript?.src ?? location).href;

  // On light and on dark paper.
  const COLOURS = {
    ink: "#1b1d21 #e8e6e1", soft: "#555b64 #adb0b6", paper: "#fff #191b1f", panel: "#f4f3f0 #25282d", rule: "#d8d5ce #41454c",
    accent: "#0b5394 #8ec1f2", "on-accent": "#fff #10151b", warn: "#8a4b00 #f0b866",
  };
  const colours = (dark) => Object.entries(COLOURS).map(([name, pair]) => `--${name}: var(--${NAME}-${name}, ${pair.split(" ")[dark]})`).join(";");
  const STYLE = `
:host { display: block }
:host([mode=launcher]) { display: contents }
[hidden] { display: none !important }
.root {
  all: initial; color: var(--ink); display: block; font-family: var(--${NAME}-font, inherit); font-size: var(--${NAME}-size, medium);
  line-height: 1.5; overflow-wrap: anywhere; ${colours(0)}
}
.dark { color-scheme: dark; ${colours(1)} }
* { box-sizing: border-box }
.panel { background: var(--paper); border: 1px solid var(--rule); border-radius: .6em; padding: 1.1em 1.2em }
header, form, .row { align-items: center; display: flex; flex-wrap: wrap; gap: .25em .75em }
h2 { flex: 1; font-size: 1.2em; line-height: 1.3; margin: 0 }
p, figure, blockquote, ul { margin: .4em 0; padding: 0 }
.small { color: var(--soft); font-size: .85em }
button, textarea { color: inherit; font: inherit }
button { background: none; border: 0; border-radius: .5em; cursor: pointer; min-height: 24px; padding: .1em .4em; text-align: start }
button:hover { text-decoration: underline }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
a { color: var(--accent); display: inline-block; padding: .2em 0 }
.could { border: 1px solid var(--rule); padding: .4em .75em; width: 100% }
ul { display: grid; gap: .4em; list-style: none }
h3 { background: var(--panel); border-radius: .6em; font-size: 1em; margin: 1em 0 .5em; padding: .5em .9em }
.who { color: var(--soft); font-size: .85em; font-weight: 600; margin-top: .8em }
.who::first-letter { text-transform: uppercase }
.quote { border-inline-start: 3px solid var(--rule); padding-inline-start: .8em }
.chip {
  background: var(--panel); border: 1px solid var(--rule); color: var(--accent); font-size: .8em; font-weight: 700; line-height: 1;
  margin-inline-start: .4em; min-width: 24px; text-align: center
}
.chip:hover, .chip[aria-expanded=true], .on, .main { background: var(--accent); color: var(--on-accent) }
.card, .box { background: var(--panel); border-inline-start: 3px solid var(--accent); border-radius: .3em; margin: .6em 0; padding: .5em .9em }
.box { border-color: var(--warn) }
.sides { display: grid; gap: .5em 1.2em; grid-template-columns: repeat(auto-fit, minmax(min(12em, 100%), 1fr)) }
form { margin-top: .8em }
textarea {
  background: var(--paper); border: 1px solid var(--soft); border-radius: .5em; field-sizing: content; flex: 1; margin: 0; max-height: 9em;
  min-height: 2.7em; min-width: 8em; padding: .55em .7em; resize: none
}
.row button { border: 1px solid var(--rule) }
::placeholder { color: var(--soft) }
.main { font-weight: 600; min-height: 2.7em; padding: 0 1em }
.unseen { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px }
.float { border-radius: 2em; box-shadow: 0 2px 12px #0006; inset: auto; margin: 0; position: fixed; z-index: 9999 }
.back { bottom: 1.25em; left: 50%; transform: translateX(-50%) }
.launcher { bottom: 1.25em; inset-inline-end: 1.25em }
.dock {
  bottom: 1.25em; box-shadow: 0 6px 32px #0005; inset-inline-end: 1.25em; max-height: min(40em, calc(100dvh - 2.5em)); overflow: auto;
  padding-block: 0; position: fixed; width: 25em; z-index: 9999
}
.dock header, .dock form { background: var(--paper); padding-block: .8em; position: sticky; inset-block: 0 }
@media (max-width: 30em) {
  .panel { padding-inline: .9em }
  .dock { border-radius: .6em var(--radius) 0 0; bottom: 0; inset-inline: 0; max-height: 85dvh; width: auto }
}
@media print { form, .row, .float { display: none } }`;
  const MARK = `::highlight(${NAME}) { background-color: var(--${NAME}-mark, #ffe27a); color: var(--${NAME}-mark-ink, #111) }`;

  const sheet = (text) => {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    return made;
  };
  // Without characters that turn the direction of what follows.
  const plain = (text) => String(text ?? "").replace(/\p{Cc}+/gu, " ").replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
  const isolate = (text) => `\u2068${plain(text)}\u2069`;
  const fill = (words, values) => words.replace(/{(\w+)}/g, (_, key) => (/^(n|where)$/.test(key) ? values[key] : isolate(values[key])));

  const make = (tag, properties, ...children) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(properties)) {
      if (key === "click" || key === "submit" || key === "keydown") element.addEventListener(key, value);
      else if (value || value === "") element.setAttribute(key, value);
    }
    element.append(...children.filter(Boolean));
    return element;
  };
  const button = (part, label, click, properties) => make("button", { part, type: "button", click, ...properties }, label);
  // The widget's own words, and those of others.
  const own = (tag, part, words, kind = "small") => make(tag, { part, class: kind }, words);
  const text = (tag, part, words, kind) => make(tag, { part, class: kind, dir: "auto" }, plain(words));

  const link = (label, { url, form, quote }) => {
    if (!/^https?:/.test(url = URL.parse?.(url)?.href ?? url)) return label;
    const fragment = form === "full" ? `${url.includes("#") ? "" : "#"}:~:text=${encodeURIComponent(quote).replace(/-/g, "%2D")}` : "";
    return make("a", { href: url + fragment, target: "_blank", rel: "noopener noreferrer" }, label);
  };

  const isInline = (element) => /^(inline|contents)/.test(getComputedStyle(element).display);
  // A character as it is compared.
  const same = (part) => part.normalize().replace(/["\p{Pi}\p{Pf}„‚]/u, "'").replace(/[\p{Pd}−]/u, "-").replace("…", "...").replace(/\s/, " ").replace(/\p{Cf}/u, "");

  // The text under `roots` as it is compared, and where each character is from: [node, start, end], nothing at a block's edge.
  const fold = (roots) => {
    const from = [];
    let folded = "";
    const put = (chars, place) => {
      if (chars === " " && folded.endsWith(" ")) return place || (from[from.length - 1] = place);
      folded += chars;
      for (const _ of chars.split("")) from.push(place);
    };
    const add = (node) => {
      if (node.nodeType === 3) {
        let start = 0;
        for (const part of node.data.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []) {
          put(/^\w$/.test(part) ? part : same(part), [node, start, (start += part.length)]);
        }
      } else if (node.nodeType === 1 && node.localName !== NAME && getComputedStyle(node).display !== "none") {
        const edge = !isInline(node) || node.localName === "br" ? " " : "";
        put(edge);
        node.childNodes.forEach(add);
        put(edge);
      }
    };
    roots.forEach(add);
    return [folded, from];
  };

  // The Range of a quotation, or why there is none. It must be whole sentences; of several, the one amid the same words.
  const find = (roots, citation) => {
    const [page, from] = fold(roots);
    const [quote, prefix, suffix] = ["quote", "prefix", "suffix"].map((key) => fold([new Text(citation[key])])[0].trim());
    const found = [];
    for (let at = -1; quote && (at = page.indexOf(quote, at + 1)) >= 0; ) {
      const end = at + quote.length;
      const before = page.slice(0, at).trimEnd();
      const after = page.slice(end).trimStart();
      const follows = prefix && before.endsWith(prefix);
      const precedes = suffix && after.startsWith(suffix);
      const begins = follows || !from[at - 1] || /[.!?:;')\]]$/.test(before);
      const ends = precedes || !from[end] || (/[.!?')\]]$/.test(quote) && !/^\p{L}/u.test(page[end]));
      if (begins && ends) found.push({ sure: !!follows + !!precedes, first: from[at], last: from[end - 1] });
    }
    found.sort((one, other) => other.sure - one.sure);
    if (!found[0]) return "changed";
    if (found[0].sure === found[1]?.sure) return "unsure";
    const range = new Range();
    range.setStart(...found[0].first);
    range.setEnd(found[0].last[0], found[0].last[2]);
    return range;
  };

  const behavior = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

  let styled;
  const show = (range) => {
    if (window.Highlight) {
      if (!styled) document.adoptedStyleSheets = [...document.adoptedStyleSheets, (styled = sheet(MARK))];
      CSS.highlights.set(NAME, new Highlight(range));
    } else {
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }
    let block = range.startContainer.parentElement;
    while (isInline(block)) block = block.parentElement;
    const top = () => range.getBoundingClientRect().top;
    for (let box = block; (box = box.parentElement) && box !== document.body; ) {
      if (/auto|scroll/.test(getComputedStyle(box).overflowY)) box.scrollTop += top() - box.getBoundingClientRect().top - box.clientHeight / 3;
    }
    scrollBy({ top: top() - innerHeight / 3, behavior: behavior() });
    if (!block.hasAttribute("tabindex")) {
      block.tabIndex = -1; // for as long as it has the focus
      block.addEventListener("blur", () => block.removeAttribute("tabindex"), { once: true });
    }
    block.focus({ preventScroll: true });
  };

  const fault = (message, status = 0) => Object.assign(new Error(message), { status });

  async function* events(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let buffer = "", next; !(next = await reader.read()).done; ) {
      const blocks = (buffer + next.value).split("\n\n");
      buffer = blocks.pop();
      for (const block of blocks) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)/.exec(block) ?? [];
        if (name) yield [name, JSON.parse(data)];
      }
    }
  }

  customElements.define(NAME, class extends HTMLElement {
    static observedAttributes = ["article", "endpoint", "lang", "theme", "mode", "selector"];

    #root; // undefined until it is drawn
    #part = {}; // elements of the drawing by name
    #text = {};
    #exchanges = [];
    #asking; // AbortController
    #chip; // where the focus goes back to
    #page; // AbortController of the listeners

    connectedCallback() {
      const { signal } = (this.#page = new AbortController());
      document.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape(), { signal });
      document.addEventListener("selectionchange", () => this.#root && setTimeout(() => this.#select(), 150), { signal });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#theme(), { signal });
      const themes = new MutationObserver(() => this.#theme());
      for (const element of [document.documentElement, document.body]) themes.observe(element, { attributes: true });
      const near = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#draw(), { rootMargin: "400px" });
      if (this.#launches) setTimeout(() => this.#draw());
      else near.observe(this);
      signal.addEventListener("abort", () => (near.disconnect(), themes.disconnect()));
    }

    disconnectedCallback() {
      this.#page.abort();
      this.#asking?.abort();
    }

    attributeChangedCallback(name) {
      if (!this.#root) return;
      if (name === "article" || name === "endpoint") this.clear();
      this.#root = null;
      queueMicrotask(() => this.#draw());
    }

    // Resolves to the answer, or to undefined when there is none.
    async ask(question) {
      question = plain(question).trim();
      if (!question) return;
      this.#toggle(true);
      this.#asking?.abort();
      const exchange = { question, body: make("div", {}) };
      this.#exchanges.push(exchange);
      this.#drawExchange(exchange).scrollIntoView({ block: "nearest" });
      this.#part.suggestions.replaceChildren();
      return this.#answer(exchange);
    }

    open() {
      this.#toggle(true);
      if (!this.#launches) this.#part.panel.scrollIntoView({ block: "center", behavior: behavior() });
      this.#part.input.focus({ preventScroll: true });
    }

    clear() {
      this.#asking?.abort();
      this.#exchanges = [];
      window.CSS?.highlights?.delete(NAME);
      this.#chip = null;
      if (!this.#root) return;
      this.#part.log.replaceChildren();
      this.#part.clear.hidden = true;
      this.#float("back");
    }

    get #launches() {
      return this.getAttribute("mode") === "launcher";
    }

    get #roots() {
      const selector = this.getAttribute("selector");
      if (selector) return [...document.querySelectorAll(selector)];
      return [this.closest("article") ?? document.querySelector("article") ?? document.querySelector("main") ?? document.body];
    }

    #url(path) {
      return new URL("api/v1/" + path, new URL(this.getAttribute("endpoint") ?? HOME, location).href.replace(/\/?$/, "/"));
    }

    #emit(name, detail) {
      this.dispatchEvent(new CustomEvent(`${NAME}:${name}`, { bubbles: true, composed: true, detail }));
    }

    #draw() {
      if (this.#root || !this.isConnected) return;
      const asked = this.closest("[lang]")?.lang.toLowerCase().split("-")[0];
      const lang = TEXTS[asked] ? asked : "en";
      const words = (this.#text = Object.fromEntries(KEYS.split(" ").map((key, index) => [key, TEXTS[lang][index]])));
      const launches = this.#launches;
      const { input } = this.#part;
      const part = (tag, part, properties, ...children) => (this.#part[part] = make(tag, { part, ...properties }, ...children));
      const slot = (name, child) => make("slot", { name }, child);
      const floats = (name, click) => part("button", name, { class: "main float " + name, type: "button", hidden: "", popover: "manual", click }, words[name]);
      const send = () => {
        if (this.#asking) return this.#asking.abort();
        this.ask(this.#part.input.value);
        this.#part.input.value = "";
      };
      this.#root = make("div", { class: "root", dir: lang === "ar" ? "rtl" : "ltr", lang },
        floats("select", () => this.#askSelected()),
        launches && part("button", "launcher", { class: "main float launcher", type: "button", click: () => this.open() }, words.title),
        part("section", "panel", { class: launches ? "panel dock" : "panel", "aria-labelledby": "title", role: launches && "dialog", hidden: launches && "" },
          part("header", "header", {},
            make("h2", { id: "title", part: "title" }, slot("title", words.title)),
            part("button", "clear", { class: "small", type: "button", hidden: "", click: () => (this.clear(), this.#part.input.focus()) }, words.clear),
            launches && part("button", "close", { class: "small", type: "button", click: () => this.#toggle(false) }, words.close)),
          slot("intro", own("p", "intro", words.intro)),
          part("div", "log", { role: "log", "aria-label": words.title }),
          part("div", "suggestions", {}),
          part("form", "form", { submit: (event) => (event.preventDefault(), send()) },
            part("textarea", "input", { rows: 1, maxlength: 500, "aria-label": words.label, placeholder: words.label, keydown: (event) => {
              if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
              event.preventDefault();
              if (!this.#asking) send();
            } }),
            part("button", "send", { class: "main" }, this.#asking ? words.stop : words.send)),
          slot("footer", own("p", "footer", fill(words.privacy, { host: this.#url("").host })))),
        floats("back", () => this.#return()),
        part("div", "status", { class: "unseen", role: "status" }));
      if (input) this.#part.input.value = input.value;
      if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet(STYLE)];
      this.shadowRoot.replaceChildren(this.#root);
      this.#theme();
      this.#exchanges.forEach((exchange) => this.#drawExchange(exchange));
      if (!launches) this.#suggestFirst();
    }

    #theme() {
      const theme = this.getAttribute("theme");
      // Light text is on a dark page. What is not rgb() has its lightness first.
      const { color } = getComputedStyle(this);
      const [red, green] = color.match(/[\d.]+/g);
      const light = /^rgb/.test(color) ? (+red + +green) / 510 : red > 1 ? red / 100 : red;
      this.#root?.classList.toggle("dark", theme === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : theme ? theme === "dark" : light > 0.6);
    }

    #toggle(open) {
      this.#draw();
      const { launcher, panel } = this.#part;
      if (!this.#launches || panel.hidden !== open) return;
      panel.hidden = !open;
      launcher.hidden = open;
      if (open) this.#suggestFirst();
      else launcher.focus();
    }

    async #suggestFirst() {
      if (!this.hasAttribute("article") || this.#part.suggestions.firstChild) return;
      try {
        const { suggestions } = await this.#fetch(`articles/${encodeURIComponent(this.getAttribute("article"))}?fields=suggestions`);
        if (!this.#exchanges.length) this.#suggest(suggestions);
      } catch {} // the console has it
    }

    #suggest(questions) {
      const asks = questions.map((question) => make("li", {}, button("suggestion", plain(question), () => (this.#part.input.focus(), this.ask(question)), { class: "could", dir: "auto" })));
      this.#part.suggestions.replaceChildren(...(asks[0] ? [own("p", "", this.#text.could), make("ul", {}, ...asks)] : []));
    }

    #drawExchange(exchange) {
      this.#part.clear.hidden = false;
      const question = text("h3", "question", exchange.question);
      this.#part.log.append(question, exchange.body);
      if (exchange.answer) {
        exchange.body.replaceChildren();
        this.#drawAnswer(exchange, 0);
      }
      return question;
    }

    #drawClaim(exchange, claim, citations) {
      const who = claim.kind === "quote" ? this.#voice(claim, citations[0]) : "";
      if (who && who !== exchange.who) exchange.body.append(own("p", "voice", who, "who"));
      exchange.who = who;
      exchange.body.append(this.#cited("p", "claim", claim.text, claim.kind, citations));
    }

    #cited(tag, part, words, kind, citations) {
      const element = text(tag, part, words, kind);
      element.append(...citations.map((citation) => this.#chipOf(citation, element)));
      return element;
    }

    // All of an answer but its first `shown` claims, which are there already.
    #drawAnswer(exchange, shown) {
      const { answer, body } = exchange;
      const words = this.#text;
      const cited = (numbers) => numbers.map((number) => answer.citations.find((citation) => citation.number === number));
      const passage = (citation) => make("figure", {}, own("figcaption", "voice", this.#voice(citation, citation), "who"), this.#cited("blockquote", "quote", citation.quote, "quote", [citation]));
      if (answer.premise) body.prepend(own("p", "premise", words.premise, "box"));
      for (const claim of answer.claims.slice(shown)) this.#drawClaim(exchange, claim, cited(claim.citations));
      for (const { about, citations } of answer.conflicts)
        body.append(make("div", { class: "box", part: "conflict" }, own("strong", "", fill(words.disagree, { about })), make("div", { class: "sides" }, ...cited(citations).map(passage))));
      if (answer.status !== "answered")
        body.append(make("div", { class: "box", part: "refusal" },
          answer.status === "abstained" && own("strong", "", words.missing),
          text("p", "", answer.text),
          answer.nearest[0] && own("p", "", words.nearest),
          ...answer.nearest.map(passage)));
      else if (answer.missing) body.append(text("p", "missing", answer.missing, "box"));
      if (answer.withheld[0])
        body.append(make("details", { class: "small", part: "withheld" }, own("summary", "", words.withheld), ...answer.withheld.map((claim) => text("p", "", claim.reason))));
      const rate = (rating) => button("feedback", words[rating], async () => {
        thumbs.forEach((thumb) => (thumb.disabled = true));
        const { question, history } = exchange;
        const done = await this.#fetch("feedback", { question, history, rating, answer, article: answer.article }).then(() => words[rating] + " ✓", (error) => (this.#fail(error), error.message));
        row.append(text("span", "rated", done));
        this.#say(done);
      }, { "aria-label": `${words.helpful} ${words[rating]}` });
      const thumbs = ["up", "down"].map(rate);
      const copy = button("copy", words.copy, async () => {
        const sources = answer.citations.map(({ number, quote, title, publisher, published, url }) => `[${number}] “${quote}” ${title}, ${publisher}, ${published}, ${url}`);
        await navigator.clipboard.writeText([answer.question, "", answer.text, ...sources].map(plain).join("\n"));
        this.#say((copy.textContent = words.copy + " ✓"));
      });
      const row = make("div", { class: "row small", part: "actions", "aria-live": "off" }, navigator.clipboard && copy, make("span", {}, words.helpful), ...thumbs);
      body.append(row);
      this.#suggest(answer.suggestions);
    }

    #where({ document, publisher, published, form }) {
      if (document === "article") return this.#text.article;
      const [, month, day] = published.split("-");
      const date = new Date(published).toLocaleDateString(this.#root.lang, { year: "numeric", month: month && "long", day: day && "numeric", timeZone: "UTC" });
      return `${isolate(publisher)} (${date}${form === "brief" ? ", " + this.#text.brief : ""})`;
    }

    #voice({ voice, speaker }, citation) {
      const key = voice === "document" || speaker === citation.publisher ? "says" : voice;
      return fill(this.#text[key], { who: speaker ?? this.#text.unnamed, where: this.#where(citation) });
    }

    #chipOf(citation, element) {
      const label = fill(this.#text.source, { n: citation.number, where: this.#where(citation) });
      const chip = button("chip", String(citation.number), () => this.#cite(citation, chip, element), { class: "chip", "aria-label": label, title: label, "aria-expanded": citation.document !== "article" && "false" });
      return chip;
    }

    #cite(citation, chip, element) {
      chip.setAttribute("aria-expanded", String(!chip.card));
      if (chip.card) return (chip.card = chip.card.remove());
      const found = citation.document === "article" ? find(this.#roots, citation) : "";
      const marked = found instanceof Range;
      this.#emit("citation", { citation, marked });
      if (!marked) return element.after((chip.card = this.#card(citation, found)));
      chip.removeAttribute("aria-expanded");
      this.shadowRoot.querySelector(".on")?.classList.remove("on");
      chip.classList.add("on");
      this.#chip = chip;
      if (innerWidth < 700) this.#toggle(false);
      show(found);
      this.#float("back", true);
      this.#say(this.#text.marked);
    }

    #card(citation, why) {
      return make("aside", { class: "card", part: "card" },
        why && own("p", "changed", this.#text[why], ""),
        own("div", "voice", this.#voice(citation, citation), "who"),
        text("blockquote", "quote", citation.quote),
        text("p", "", citation.title, "small"),
        citation.form === "brief" && own("p", "brief", this.#text.isBrief),
        link(this.#text.open, citation));
    }

    #return() {
      this.#float("back");
      this.#toggle(true);
      this.#chip?.focus({ preventScroll: true });
      this.#chip?.scrollIntoView({ block: "center", behavior: behavior() });
    }

    #escape() {
      if (!this.#root) return;
      const inside = this.shadowRoot.activeElement;
      if (!this.#part.back.hidden) this.#return();
      else if (inside?.card) inside.click();
      else if (inside) this.#toggle(false);
    }

    // In the top layer, where no style of the page reaches.
    #float(name, shown = false) {
      const float = this.#part[name];
      if (float.hidden !== shown) return;
      float.hidden = !shown;
      float.togglePopover?.(shown);
    }

    #say(words) {
      this.#part.status.textContent = words;
    }

    #select() {
      const selection = getSelection();
      const { select, back } = this.#part;
      const words = plain(selection).replace(/\s+/g, " ").trim();
      const chosen = words.length > 2 && back.hidden && this.#roots.some((root) => selection.containsNode(root, true) && root.contains(selection.anchorNode));
      if (chosen) {
        select.words = words;
        const { bottom, left } = selection.getRangeAt(0).getBoundingClientRect();
        select.style.top = `${Math.max(8, Math.min(bottom + 8, innerHeight - 56))}px`;
        select.style.left = `${Math.max(8, Math.min(left, innerWidth - 200))}px`;
      }
      if (this.shadowRoot.activeElement !== select) this.#float("select", chosen);
    }

    #askSelected() {
      this.#float("select");
      this.open();
      this.#part.input.value = fill(this.#text.about, { text: this.#part.select.words.slice(0, 200) });
    }

    async #fetch(path, body, signal) {
      const url = this.#url(path);
      const options = body && { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", Accept: signal ? "text/event-stream" : "application/json" } };
      const response = await fetch(url, { credentials: "omit", signal, ...options }).catch(() => {
        if (!signal?.aborted) console.warn(`<${NAME}>: no answer from ${url.origin}. Does it run, and is ${location.origin} in its EMBED_ORIGINS?`);
        throw fault(this.#text.failed);
      });
      if (!response.ok) throw fault(plain((await response.json().catch(() => ({}))).detail ?? response.status), response.status);
      return signal ? response.body : response.json();
    }

    async #answer(exchange) {
      const { body, question } = exchange;
      const words = this.#text;
      const asking = (this.#asking = new AbortController());
      const working = make("p", { class: "small", part: "working", "aria-hidden": true }, "…");
      exchange.who = "";
      exchange.history = this.#exchanges.filter(({ answer }) => answer).slice(-10).flatMap((other) => [{ role: "user", text: other.question }, { role: "assistant", text: other.answer.text }]);
      body.replaceChildren(working);
      this.#part.send.textContent = words.stop;
      let shown = 0;
      try {
        const article = this.getAttribute("article") ?? undefined;
        for await (const [name, data] of events(await this.#fetch("ask", { question, article, history: exchange.history }, asking.signal))) {
          if (name === "error") throw fault(plain(data.detail), data.status);
          if (name === "notice") body.append(text("p", "notice", data.text, "small"));
          if (name === "claim") this.#drawClaim(exchange, data.claim, data.citations), shown++;
          if (name === "done") exchange.answer = data;
          else body.append(working);
        }
        if (!exchange.answer) throw fault(words.failed);
        working.remove();
        this.#drawAnswer(exchange, shown);
        this.#emit("answer", exchange.answer);
        return exchange.answer;
      } catch (error) {
        const stopped = asking.signal.aborted;
        working.remove();
        body.append(make("div", { class: "box", part: "error" },
          text("p", "", stopped ? words.stopped : error.status >= 0 ? error.message : words.failed),
          button("retry", words.retry, () => (this.#asking?.abort(), this.#answer(exchange), this.#part.input.focus()), { class: "main" })));
        if (!stopped) this.#fail(error);
      } finally {
        if (this.#asking === asking) {
          this.#asking = null;
          this.#part.send.textContent = words.send;
        }
      }
    }

    #fail({ message, status = 0 }) {
      this.#emit("error", { message, status });
    }
  });
})();

//! CodeMirror for JSON. It lives in a shadow root: there it adopts its style sheets, which the content security policy allows, while style
//! elements in the document would be refused.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

export interface CodeProps {
  label: string;
  text: string;
  onChange?: (text: string) => void;
  /** Lines of these characters are marked and brought into sight. */
  marked?: [number, number] | null;
  /** Where the pointer is, in characters; null when it has left. */
  onHover?: (offset: number | null) => void;
  className?: string;
  autoFocus?: boolean;
}

const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--canvas)", color: "var(--fg)", fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  // Over the gutters, which would cover an outline of the text.
  "&.cm-focused::after": { content: '""', position: "absolute", inset: "0", zIndex: "300", outline: "2px solid var(--accent)", outlineOffset: "-2px", pointerEvents: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "18px", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--fg)" },
  ".cm-gutters": { backgroundColor: "var(--canvas)", color: "var(--muted)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "32px" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent) !important",
  },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--accent) 16%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--fg)" },
  ".cm-marked": { backgroundColor: "var(--accent-fill)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--hover)", border: "none", color: "var(--muted)", padding: "0 4px" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--fg)", borderColor: "var(--line)" },
  ".cm-panel.cm-search input, .cm-panel.cm-search button": {
    backgroundColor: "var(--canvas)",
    backgroundImage: "none",
    color: "var(--fg)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
  },
  ".cm-searchMatch": { backgroundColor: "var(--caught-fill)", outline: "1px solid var(--caught)" },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.bool, tags.null], color: "var(--code-word)" },
  { tag: [tags.separator, tags.squareBracket, tags.brace], color: "var(--code-mark)" },
]);

const setMarked = StateEffect.define<[number, number] | null>();

const markedLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, transaction) {
    let next = lines.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMarked)) continue;
      if (effect.value === null) {
        next = Decoration.none;
        continue;
      }
      const { doc } = transaction.state;
      const first = doc.lineAt(Math.min(effect.value[0], doc.length)).number;
      const last = doc.lineAt(Math.min(effect.value[1], doc.length)).number;
      const marks = Array.from({ length: last - first + 1 }, (_, line) => Decoration.line({ class: "cm-marked" }).range(doc.line(first + line).from));
      next = Decoration.set(marks);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export default function CodeEditor({ label, text, onChange, marked, onHover, className = "", autoFocus }: CodeProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, onHover, text });
  latest.current = { onChange, onHover, text };
  // What was told and has not come back yet: while one types, the text that comes is not always the last.
  const told = useRef<string[]>([]);
  const isEditable = onChange !== undefined;

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const names = new Compartment();
    const editor = new EditorView({
      root,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          lineNumbers(),
          foldGutter(),
          history(),
          indentOnInput(),
          bracketMatching(),
          highlightSelectionMatches(),
          search({ top: true }),
          json(),
          syntaxHighlighting(colours),
          look,
          markedLines,
          EditorView.lineWrapping,
          EditorState.readOnly.of(!isEditable),
          names.of(EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", ...(isEditable ? {} : { "aria-readonly": "true" }) })),
          keymap.of([...searchKeymap, ...historyKeymap, ...foldKeymap, ...defaultKeymap, ...(isEditable ? [indentWithTab] : [])]),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            const text = update.state.doc.toString();
            told.current.push(text);
            latest.current.onChange?.(text);
          }),
          EditorView.domEventHandlers({
            // Typing over a selection would let the browser keep the look of what was there in a style attribute, which the policy refuses.
            beforeinput: (event, target) => {
              if (event.inputType !== "insertText" || event.data === null || target.composing || target.state.selection.main.empty || target.state.readOnly) return false;
              event.preventDefault();
              target.dispatch(target.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
              return true;
            },
            mousemove: (event, target) => {
              latest.current.onHover?.(target.posAtCoords({ x: event.clientX, y: event.clientY }));
            },
            mouseleave: () => latest.current.onHover?.(null),
          }),
        ],
      }),
      parent: root,
    });
    view.current = editor;
    if (autoFocus) editor.focus();
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [label, isEditable, autoFocus]);

  useEffect(() => {
    const editor = view.current;
    const own = told.current.lastIndexOf(text);
    if (own >= 0) {
      told.current.splice(0, own + 1);
      return;
    }
    if (editor === null || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  const [from, to] = marked ?? [-1, -1];
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const span: [number, number] | null = from < 0 ? null : [from, to];
    const effects: StateEffect<unknown>[] = [setMarked.of(span)];
    if (span !== null) effects.push(EditorView.scrollIntoView(Math.min(span[0], editor.state.doc.length), { y: "start", yMargin: 40 }));
    editor.dispatch({ effects });
  }, [from, to]);

  return <div ref={host} className={`cm-host h-full min-h-0 ${className}`} />;
}

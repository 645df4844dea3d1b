// The console's own rule: colours are named in styles/tokens.css and nowhere else.

const COLOUR = /#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b|\b(?:rgb|hsl|oklch)a?\(/i;

function report(context, node, text) {
  const found = COLOUR.exec(text);
  if (found) context.report({ node, message: `The raw colour ${found[0]}: name what it means in styles/tokens.css.` });
}

export default {
  meta: { name: "console" },
  rules: {
    "no-raw-colour": {
      create(context) {
        return {
          Literal: (node) => typeof node.value === "string" && report(context, node, node.value),
          TemplateElement: (node) => report(context, node, node.value.raw),
        };
      },
    },
  },
};

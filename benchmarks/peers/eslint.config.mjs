// What ESLint can be told of mmlint's rules, one file at a time. The rules' names are mmlint's codes.
import parser from "@typescript-eslint/parser";

const SERVER = "@millimetric/track-node";
const BROWSER = "@millimetric/track";
const SNAKE_CASE = /^\$?[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const KEY = /\b[sra]k_[a-z]+_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{8,}/;

/** The module that `name` is imported from in this file, if it is. */
function origin(context, node, name) {
  for (let scope = context.sourceCode.getScope(node); scope; scope = scope.upper) {
    const definition = scope.set.get(name)?.defs[0];
    if (definition) return definition.type === "ImportBinding" ? definition.parent.source.value : null;
  }
  return null;
}

/** A rule that looks at each event of the server SDK: `report` is given the call and its fields. */
function eventRule(report) {
  return {
    create: (context) => ({
      "CallExpression[callee.name='track'][arguments.0.type='ObjectExpression']"(node) {
        if (origin(context, node, "track") !== SERVER) return;
        const { properties } = node.arguments[0];
        const fields = new Map(properties.map((one) => [one.key?.name ?? one.type, one]));
        const found = report(fields, node);
        if (found) context.report({ node: found, message: "see mmlint's rule" });
      },
    }),
  };
}

/** A rule about a field whose value is a call of `text`. */
function calledRule(field, text) {
  return eventRule((fields) => {
    const { value } = fields.get(field) ?? {};
    if (value?.type !== "CallExpression" || value.callee.type !== "MemberExpression") return null;
    return `${value.callee.object.name}.${value.callee.property.name}` === text ? value : null;
  });
}

const rules = {
  MM101: {
    create: (context) => ({
      "ExpressionStatement > CallExpression[callee.name='flush']"(node) {
        if (origin(context, node, "flush") !== SERVER) return;
        context.report({ node, message: "a flush that nobody waits for" });
      },
    }),
  },
  MM203: {
    create: (context) => ({
      Literal(node) {
        if (typeof node.value !== "string" || !KEY.test(node.value)) return;
        context.report({ node, message: "a secret key" });
      },
    }),
  },
  MM301: eventRule((fields, call) =>
    ["anonymous_id", "anonymousId", "SpreadElement"].some((one) => fields.has(one)) ? null : call,
  ),
  MM302: calledRule("anonymous_id", "crypto.randomUUID"),
  MM601: {
    create: (context) => ({
      "CallExpression[callee.name='track']"(node) {
        const from = origin(context, node, "track");
        const type = node.arguments[0]?.type;
        const wrong =
          (from === SERVER && type === "Literal") ||
          (from === BROWSER && type === "ObjectExpression");
        if (wrong) context.report({ node, message: "the other SDK's call shape" });
      },
    }),
  },
  MM602: eventRule(
    (fields) => fields.get("userId") ?? fields.get("anonymousId") ?? fields.get("eventId"),
  ),
  MM605: {
    create: (context) => ({
      "CallExpression[callee.name='track']"(node) {
        const from = origin(context, node, "track");
        let [name] = node.arguments;
        if (from === SERVER) name = name.properties?.find((one) => one.key?.name === "event")?.value;
        else if (from !== BROWSER) return;
        if (typeof name?.value !== "string" || SNAKE_CASE.test(name.value)) return;
        context.report({ node: name, message: "an event name that is not snake_case" });
      },
    }),
  },
  MM609: calledRule("properties", "JSON.stringify"),
  MM613: calledRule("timestamp", "Date.now"),
};

export default [
  {
    files: ["**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}"],
    languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
    linterOptions: { reportUnusedDisableDirectives: "off" },
    plugins: { peer: { rules } },
    rules: Object.fromEntries(Object.keys(rules).map((code) => [`peer/${code}`, "error"])),
  },
];

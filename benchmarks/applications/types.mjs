// node types.mjs ROOT TOOLS FILE…: prints, as JSON, what the TypeScript compiler says of
// each FILE of the application in ROOT. What the application has not installed is `any`; packages of
// its own workspace and Millimetric's, as stubs in TOOLS, are found.
import { createRequire } from "node:module";
import path from "node:path";
import fs from "node:fs";

const [root, tools, ...files] = process.argv.slice(2);
const ts = createRequire(path.join(tools, "package.json"))("typescript");

const read = (file) => ts.sys.readFile(file);
const configOf = (file) =>
  ts.findConfigFile(path.dirname(file), ts.sys.fileExists) ?? path.join(root, "tsconfig.json");

/** Where the packages of the workspace are: `name` and everything below it. */
function workspace() {
  const paths = {};
  const open = [[root, 0]];
  while (open.length > 0) {
    const [folder, depth] = open.pop();
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory() && depth < 4 && !/^(node_modules|\..*)$/.test(entry.name)) {
        open.push([full, depth + 1]);
      } else if (entry.name === "package.json" && depth > 0) {
        const name = ts.parseConfigFileTextToJson(full, read(full) ?? "").config?.name;
        if (!name) continue;
        paths[name] = [full.replace(/package\.json$/, "src/index"), path.join(folder, "index")];
        paths[`${name}/*`] = [path.join(folder, "*"), path.join(folder, "src", "*")];
      }
    }
  }
  return paths;
}

const own = workspace();
const stubs = {
  "@millimetric/track": [path.join(tools, "stubs", "track.d.ts")],
  "@millimetric/track-node": [path.join(tools, "stubs", "track-node.d.ts")],
};

function options(config) {
  const given = ts.getParsedCommandLineOfConfigFile(config, {}, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: () => {},
  });
  const base = given?.options.pathsBasePath ?? given?.options.baseUrl ?? path.dirname(config);
  const paths = {};
  for (const [name, places] of Object.entries(given?.options.paths ?? {})) {
    paths[name] = places.map((place) => path.resolve(given.options.baseUrl ?? base, place));
  }
  // Aliases that a framework generates, and the usual one where nothing says another.
  paths["$lib/*"] ??= [path.join(path.dirname(config), "src/lib/*")];
  paths["@/*"] ??= ["src/*", "*"].map((place) => path.join(path.dirname(config), place));
  return {
    ...given?.options,
    paths: { ...own, ...paths, ...stubs },
    baseUrl: undefined,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowJs: true,
    incremental: false,
    composite: false,
    declaration: false,
    declarationMap: false,
    types: ["node"],
    typeRoots: [path.join(tools, "node_modules/@types")],
    plugins: [],
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.Preserve,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  };
}

const groups = new Map();
for (const file of files) {
  const full = path.resolve(root, file);
  const config = configOf(full);
  groups.set(config, [...(groups.get(config) ?? []), full]);
}
const told = [];
for (const [config, group] of groups) {
  const program = ts.createProgram(group, options(config));
  for (const file of group) {
    const source = program.getSourceFile(file);
    const all = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    for (const one of all) {
      told.push({
        file: path.relative(root, file),
        line: source.getLineAndCharacterOfPosition(one.start ?? 0).line + 1,
        text: `TS${one.code} ${ts.flattenDiagnosticMessageText(one.messageText, " ").slice(0, 200)}`,
      });
    }
  }
}
console.log(JSON.stringify(told));

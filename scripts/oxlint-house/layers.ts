// Which file may import what. One table, read by the linter's rule and by the tests of the house.
import { posix } from "node:path";

/**
 * A rule about imports: files of `of` that are not of `except` must not import anything of `what`.
 */
export interface Layer {
  readonly why: string;
  /** Files that the rule binds, as paths from the root. */
  readonly of: RegExp;
  readonly except?: RegExp;
  /** Imported files (paths from the root) or packages. */
  readonly what: RegExp;
}

const IO_MODULES =
  "fs|fs/promises|http|https|http2|net|tls|dgram|dns|dns/promises|child_process|cluster|worker_threads|os|stream";

const LAYERS: readonly Layer[] = [
  {
    why: "pure folders take listings and ports as arguments: they import no adapter",
    of: /^src\/(flow|plan|ledger|review|init)\//,
    what: /^src\/(warp10\/(client|http)|cellar\/(s3|client|exchange)|forge\/(?!forge\.ts)|alert\/|archive\/|verify\/|purge\/|restore\/)/,
  },
  {
    why: "pure folders do no input or output; src/flow/load.ts alone reads files",
    of: /^src\/(flow|plan|ledger|review|init)\//,
    except: /^src\/flow\/load[^/]*\.ts$/,
    what: new RegExp(`^node:(${IO_MODULES})$`),
  },
  {
    why: "the delete call is imported by src/purge/ alone (design §3)",
    of: /^(src|sim|bench|scripts)\//,
    except: /^src\/purge\//,
    what: /^src\/purge\/delete\.ts$/,
  },
  {
    why: "src/ stands on its own: it imports nothing of sim/, test/, bench/ or scripts/",
    of: /^src\//,
    what: /^(sim|test|bench|scripts)\//,
  },
  {
    why: "S3 packages stay in src/cellar/",
    of: /^src\//,
    except: /^src\/cellar\//,
    what: /^(@aws-sdk|@smithy)\//,
  },
  {
    why: "HTTP goes through the adapters: src/warp10/, src/cellar/, src/forge/, src/alert/",
    of: /^src\//,
    except: /^src\/(warp10|cellar|forge|alert)\//,
    what: /^(undici|node:(http|https|http2|net|tls))$/,
  },
  {
    why: "Parquet packages stay in src/archive/parquet/ and src/verify/",
    of: /^src\//,
    except: /^src\/(archive\/parquet|verify)\//,
    what: /^(hyparquet|hyparquet-writer|hyparquet-compressors|parquet-wasm|apache-arrow)(\/|$)/,
  },
  {
    why: "YAML is read in src/flow/ alone",
    of: /^src\//,
    except: /^src\/flow\//,
    what: /^yaml$/,
  },
  {
    why: "development packages are not part of the program",
    of: /^src\//,
    what: /^(@duckdb\/node-api|fast-check|vitest|knip|oxlint|oxfmt|rolldown|typescript)(\/|$)/,
  },
  {
    why: "clocks and the environment come from src/runtime/",
    of: /^src\//,
    except: /^src\/runtime\//,
    what: /^node:(timers|timers\/promises|process|perf_hooks)$/,
  },
];

/** What a file imports, as a path from the root for its own files, else as written. */
export function importedPath(importer: string, specifier: string): string {
  if (specifier.startsWith("."))
    return posix.normalize(posix.join(posix.dirname(importer), specifier));
  return specifier;
}

/** The rules that an import breaks. */
export function brokenLayers(importer: string, specifier: string): readonly Layer[] {
  const imported = importedPath(importer, specifier);
  return LAYERS.filter(
    (layer) =>
      layer.of.test(importer) && !layer.except?.test(importer) && layer.what.test(imported),
  );
}

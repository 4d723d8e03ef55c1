package io.cellarman.hfiles;

import io.warp10.WarpConfig;
import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;

/** The configuration; what the documentation leaves open is a switch, as in the TypeScript one. */
final class Settings {
  /** hfdump.dir: where dumps go. */
  final File directory = new File(WarpConfig.getProperty("hfdump.dir", "."));

  final String dumpSecret = WarpConfig.getProperty("hfdump.secret");
  final String openSecret = WarpConfig.getProperty("hfstandin.open.secret");

  /** Whether HFDUMP's macro is given each storage chunk, or each series whole. */
  final boolean macroPerSeries = is("hfstandin.macro", "series");

  /** `x.hfile` with `x.info` and `x.gts`, or with `x.hfile.info` and `x.hfile.gts`. */
  final boolean replacesEnding = is("hfstandin.naming", "replace");

  final boolean catalogueFiles = !is("hfstandin.catalog.files", "false");
  final boolean temporaryName = is("hfstandin.temporary.name", "true");
  final boolean removesPartial = is("hfstandin.partial", "removed");

  /** Milliseconds that each chunk of a dump takes. */
  final long chunkMs = Long.parseLong(WarpConfig.getProperty("hfstandin.chunk.ms", "0"));

  /** Names of the infos' fields: `points:count,series:` renames one and leaves one out. */
  final Map<String, String> infoNames = new LinkedHashMap<>();

  /** Folders of the stores, by name: `archive:/a,history:/b`. */
  final Map<String, File> stores = new LinkedHashMap<>();

  Settings() {
    for (String name : new String[] {"path", "size", "gts", "datapoints"}) {
      infoNames.put(name, name);
    }
    infoNames.put("oldest", "first.tick");
    infoNames.put("newest", "last.tick");
    Map<String, String> renamed = pairs("hfstandin.infos");
    if (renamed.containsKey("points")) infoNames.put("datapoints", renamed.remove("points"));
    if (renamed.containsKey("series")) infoNames.put("gts", renamed.remove("series"));
    infoNames.putAll(renamed);
    for (Map.Entry<String, String> store : pairs("hfstandin.stores").entrySet()) {
      stores.put(store.getKey(), new File(store.getValue()));
    }
    if (stores.isEmpty()) stores.put("archive", directory);
  }

  private static boolean is(String key, String value) {
    return value.equals(WarpConfig.getProperty(key));
  }

  private static Map<String, String> pairs(String key) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String pair : WarpConfig.getProperty(key, "").split(",")) {
      int at = pair.indexOf(':');
      if (at > 0) found.put(pair.substring(0, at).trim(), pair.substring(at + 1).trim());
    }
    return found;
  }

  /** Infos under the names that they are to bear; a name that is empty leaves its field out. */
  Map<Object, Object> named(Map<String, Object> facts) {
    Map<Object, Object> infos = new LinkedHashMap<>();
    for (Map.Entry<String, Object> fact : facts.entrySet()) {
      String name = infoNames.getOrDefault(fact.getKey(), fact.getKey());
      if (!name.isEmpty() && fact.getValue() != null) infos.put(name, fact.getValue());
    }
    return infos;
  }
}

// A stand-in for the commercial HFiles extension, for tests on a real Warp 10: the same words as
// sim/warp10/hfiles, by their documented contract (facts warp10 §2.4), with a file format of its
// own. It holds a dump's points in memory: for test data only.
package io.cellarman.hfiles;

import io.warp10.warp.sdk.WarpScriptExtension;
import java.util.HashMap;
import java.util.Map;

/** Loaded by the line `warpscript.extension.hfiles = io.cellarman.hfiles.HfilesExtension`. */
public class HfilesExtension extends WarpScriptExtension {
  private final Map<String, Object> functions = new HashMap<>();

  public HfilesExtension() {
    Settings settings = new Settings();
    Stores stores = new Stores(settings);
    add(new Dump("HFDUMP", settings));
    add(new Fetch("HFFETCH", stores));
    add(new StoreWords.Info("HFINFO", settings, stores));
    add(new StoreWords.Catalogue("HFCAT", stores));
    add(new StoreWords.Open("HFOPEN", settings, stores));
    add(new StoreWords.Close("HFCLOSE", stores));
    add(new StoreWords.Rescan("HFRESCAN", stores));
    add(new StoreWords.Envelope("HFTOKEN", stores));
  }

  private void add(HfWord word) {
    functions.put(word.getName(), word);
  }

  @Override
  public Map<String, Object> getFunctions() {
    return functions;
  }
}

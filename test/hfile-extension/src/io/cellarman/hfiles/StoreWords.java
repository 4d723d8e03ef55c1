package io.cellarman.hfiles;

import io.warp10.continuum.gts.GTSEncoder;
import io.warp10.continuum.store.thrift.data.Metadata;
import io.warp10.script.WarpScriptException;
import io.warp10.script.WarpScriptStack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The words about stores. */
final class StoreWords {
  private StoreWords() {}

  /** HFCAT: leaves how many files it has listed. */
  static final class Catalogue extends HfWord {
    private final Stores stores;

    Catalogue(String name, Stores stores) {
      super(name);
      this.stores = stores;
    }

    @Override
    public Object apply(WarpScriptStack stack) throws WarpScriptException {
      String store = text(popMap(stack), "store");
      demandCapability(stack, store);
      stack.push(stores.catalogue(store));
      return stack;
    }
  }

  /** HFOPEN: the general secret on top, the map below; leaves the store's name. */
  static final class Open extends HfWord {
    private final Settings settings;
    private final Stores stores;

    Open(String name, Settings settings, Stores stores) {
      super(name);
      this.settings = settings;
      this.stores = stores;
    }

    @Override
    public Object apply(WarpScriptStack stack) throws WarpScriptException {
      Object secret = stack.pop();
      Map<Object, Object> map = popMap(stack);
      String store = text(map, "store");
      if (settings.openSecret != null && !settings.openSecret.equals(secret)) {
        throw failure("invalid secret.");
      }
      demandCapability(stack, store);
      stores.open(store, map.containsKey("root") ? text(map, "root") : null);
      stack.push(store);
      return stack;
    }
  }

  /** HFCLOSE. */
  static final class Close extends HfWord {
    private final Stores stores;

    Close(String name, Stores stores) {
      super(name);
      this.stores = stores;
    }

    @Override
    public Object apply(WarpScriptStack stack) throws WarpScriptException {
      stores.close(popStore(stack));
      return stack;
    }
  }

  /** HFRESCAN. */
  static final class Rescan extends HfWord {
    private final Stores stores;

    Rescan(String name, Stores stores) {
      super(name);
      this.stores = stores;
    }

    @Override
    public Object apply(WarpScriptStack stack) throws WarpScriptException {
      stores.rescan(popStore(stack));
      return stack;
    }
  }

  /** HFINFO: the infos of one file, or of all. */
  static final class Info extends HfWord {
    private final Settings settings;
    private final Stores stores;

    Info(String name, Settings settings, Stores stores) {
      super(name);
      this.settings = settings;
      this.stores = stores;
    }

    @Override
    public Object apply(WarpScriptStack stack) throws WarpScriptException {
      Map<Object, Object> map = popMap(stack);
      String store = text(map, "store");
      demandCapability(stack, store);
      Object wanted = map.get("file");
      List<Object> infos = new ArrayList<>();
      for (String file : stores.files(store)) {
        if (wanted == null || wanted.equals(file)) infos.add(infos(stack, store, file));
      }
      if (wanted != null && infos.isEmpty()) throw failure("unknown file '" + wanted + "'.");
      if (wanted != null) {
        stack.push(infos.get(0));
      } else {
        Map<Object, Object> all = new LinkedHashMap<>();
        all.put("files", infos);
        stack.push(all);
      }
      return stack;
    }

    private Object infos(WarpScriptStack stack, String store, String file)
        throws WarpScriptException {
      Set<Object> names = new LinkedHashSet<>();
      long points = 0;
      for (byte[] wrapper : stores.wrappers(store, file)) {
        GTSEncoder encoder = (GTSEncoder) call(stack, "UNWRAPENCODER", wrapper);
        Metadata metadata = encoder.getMetadata();
        names.add(metadata.getName() + metadata.getLabels());
        points += encoder.getCount();
      }
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("path", stores.locate(store, file).getPath());
      facts.put("size", stores.locate(store, file).length());
      facts.put("gts", (long) names.size());
      facts.put("datapoints", points);
      return settings.named(facts);
    }
  }

  /** HFTOKEN: the envelope of a token that reads all that the store holds, for TOKENGEN. */
  static final class Envelope extends HfWord {
    private final Stores stores;

    Envelope(String name, Stores stores) {
      super(name);
      this.stores = stores;
    }

    @Override
    public Object apply(WarpScriptStack stack) throws WarpScriptException {
      String store = popStore(stack);
      Map<String, Set<Object>> seen = new LinkedHashMap<>();
      for (String label : new String[] {".owner", ".producer", ".app"}) {
        seen.put(label, new LinkedHashSet<>());
      }
      for (String file : stores.files(store)) {
        for (byte[] wrapper : stores.wrappers(store, file)) {
          GTSEncoder encoder = (GTSEncoder) call(stack, "UNWRAPENCODER", wrapper);
          for (Map.Entry<String, Set<Object>> one : seen.entrySet()) {
            one.getValue().add(encoder.getMetadata().getLabels().get(one.getKey()));
          }
        }
      }
      Map<Object, Object> envelope = new LinkedHashMap<>();
      envelope.put("type", "READ");
      envelope.put("owners", new ArrayList<>(seen.get(".owner")));
      envelope.put("producers", new ArrayList<>(seen.get(".producer")));
      envelope.put("applications", new ArrayList<>(seen.get(".app")));
      stack.push(envelope);
      return stack;
    }
  }
}

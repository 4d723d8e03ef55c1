package io.cellarman.hfiles;

import io.warp10.continuum.Tokens;
import io.warp10.continuum.gts.GTSDecoder;
import io.warp10.continuum.gts.GTSEncoder;
import io.warp10.continuum.gts.MetadataSelectorMatcher;
import io.warp10.continuum.store.thrift.data.Metadata;
import io.warp10.quasar.token.thrift.data.ReadToken;
import io.warp10.script.WarpScriptException;
import io.warp10.script.WarpScriptStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** HFFETCH: encoders of the series that a token may see, clipped to a range. */
final class Fetch extends HfWord {
  private final Stores stores;

  Fetch(String name, Stores stores) {
    super(name);
    this.stores = stores;
  }

  @Override
  public Object apply(WarpScriptStack stack) throws WarpScriptException {
    Map<Object, Object> query = popMap(stack);
    String store = text(query, "store");
    demandCapability(stack, store);
    ReadToken token = Tokens.extractReadToken(text(query, "token"));
    MetadataSelectorMatcher asked = new MetadataSelectorMatcher(text(query, "selector"));
    Map<String, String> allowed = Tokens.labelSelectorsFromReadToken(token);
    long end = number(query, "end", Long.MAX_VALUE);
    long span = number(query, "timespan", -1L);
    long start = span < 0 ? number(query, "start", Long.MIN_VALUE) : end - span + 1;
    boolean merges = !Boolean.FALSE.equals(query.get("merge"));
    Map<String, GTSEncoder> merged = new LinkedHashMap<>();
    List<Object> found = new ArrayList<>();
    for (String file : stores.files(store)) {
      for (byte[] wrapper : stores.wrappers(store, file)) {
        GTSEncoder held = (GTSEncoder) call(stack, "UNWRAPENCODER", wrapper);
        Metadata metadata = held.getMetadata();
        if (!asked.matches(metadata) || !fits(metadata.getLabels(), allowed)) continue;
        String key = metadata.getName() + new TreeMap<>(metadata.getLabels());
        GTSEncoder target = merges ? merged.get(key) : null;
        if (target == null) {
          target = new GTSEncoder(0L);
          target.setMetadata(visible(metadata, token));
          if (merges) merged.put(key, target);
          else found.add(target);
        }
        clip(held, target, start, end);
        stack.handleSignal();
      }
    }
    found.addAll(merged.values());
    found.removeIf(encoder -> ((GTSEncoder) encoder).getCount() == 0);
    stack.push(found);
    return stack;
  }

  private void clip(GTSEncoder held, GTSEncoder target, long start, long end)
      throws WarpScriptException {
    GTSDecoder decoder = held.getDecoder(true);
    try {
      while (decoder.next()) {
        long at = decoder.getTimestamp();
        if (at < start || at > end) continue;
        target.addValue(
            at, decoder.getLocation(), decoder.getElevation(), decoder.getBinaryValue());
      }
    } catch (IOException failed) {
      throw failure("failed to decode.", failed);
    }
  }

  /** Producer, owner, application and labels that the token stands for. */
  private static boolean fits(Map<String, String> labels, Map<String, String> allowed) {
    for (Map.Entry<String, String> one : allowed.entrySet()) {
      String value = labels.get(one.getKey());
      String wanted = one.getValue();
      if (value == null) return false;
      if (wanted.startsWith("~") ? !value.matches(wanted.substring(1)) : !equal(value, wanted)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equal(String value, String wanted) {
    return value.equals(wanted.startsWith("=") ? wanted.substring(1) : wanted);
  }

  /** Only a token with .expose sees producer and owner. */
  private static Metadata visible(Metadata metadata, ReadToken token) {
    Map<String, String> attributes = token.getAttributes();
    Metadata shown = new Metadata(metadata);
    if (attributes == null || !attributes.containsKey(".expose")) {
      Map<String, String> labels = new HashMap<>(metadata.getLabels());
      labels.remove(".producer");
      labels.remove(".owner");
      shown.setLabels(labels);
    }
    return shown;
  }
}

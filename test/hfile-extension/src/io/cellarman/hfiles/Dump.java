package io.cellarman.hfiles;

import io.warp10.continuum.gts.GTSDecoder;
import io.warp10.continuum.gts.GTSEncoder;
import io.warp10.continuum.gts.GeoTimeSerie;
import io.warp10.continuum.store.thrift.data.Metadata;
import io.warp10.script.WarpScriptException;
import io.warp10.script.WarpScriptStack;
import io.warp10.script.WarpScriptStack.Macro;
import io.warp10.warp.sdk.Capabilities;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** HFDUMP: what FETCH gives, chunk by chunk, through the macro into a file. */
final class Dump extends HfWord {
  private static final List<String> OWN =
      Arrays.asList(
          "path", "secret", "format", "compress", "blocksize", "bloomfilter", "checksums", "tags",
          "attributes", "macro", "infos", "catalog", "gzipinfo", "gzipgts", "conf",
          "dfs.block.size", "dfs.replication");

  private final Settings settings;

  Dump(String name, Settings settings) {
    super(name);
    this.settings = settings;
  }

  @Override
  public Object apply(WarpScriptStack stack) throws WarpScriptException {
    Map<Object, Object> order = popMap(stack);
    demandAccess(stack, order);
    Object macro = order.get("macro");
    if (macro != null && !(macro instanceof Macro)) throw failure("expects a macro for 'macro'.");
    File file = new File(settings.directory, new File(text(order, "path")).getName());
    File writing = settings.temporaryName ? new File(file.getPath() + ".tmp") : file;
    if (file.exists() || writing.exists()) throw failure("file '" + file + "' already exists.");
    List<?> encoders = fetched(stack, order);
    Facts facts = new Facts();
    try {
      try (HfFile.Writer writer = new HfFile.Writer(writing)) {
        for (Object encoder : encoders) {
          store(stack, writer, (GTSEncoder) encoder, (Macro) macro, facts);
          stack.handleSignal();
        }
        writer.finish();
      }
      if (writing != file) Files.move(writing.toPath(), file.toPath());
      Map<Object, Object> infos = facts.infos(file, order);
      if (settings.catalogueFiles && !Boolean.FALSE.equals(order.get("catalog"))) {
        describe(file, infos, facts);
      }
      stack.push(infos);
    } catch (WarpScriptException failed) {
      if (settings.removesPartial) writing.delete();
      throw failed;
    } catch (IOException failed) {
      throw failure("failed to write '" + file + "'.", failed);
    }
    return stack;
  }

  private void demandAccess(WarpScriptStack stack, Map<Object, Object> order)
      throws WarpScriptException {
    boolean capable = Capabilities.get(stack, "hfdump") != null;
    boolean secret = settings.dumpSecret != null && settings.dumpSecret.equals(order.get("secret"));
    if (!capable && !secret) throw failure("missing capability 'hfdump' or valid secret.");
    if (order.containsKey("selectors")) throw failure("does not support 'selectors'.");
    if (!order.containsKey("token")) throw failure("of this stand-in needs a token.");
  }

  private List<?> fetched(WarpScriptStack stack, Map<Object, Object> order)
      throws WarpScriptException {
    Map<Object, Object> query = new LinkedHashMap<>(order);
    query.keySet().removeAll(OWN);
    query.put("encoders", true);
    query.put("merge", settings.macroPerSeries);
    return (List<?>) call(stack, "FETCH", query);
  }

  /** Class and labels stay what they are, whatever the macro made of them. */
  private void store(
      WarpScriptStack stack, HfFile.Writer writer, GTSEncoder encoder, Macro macro, Facts facts)
      throws WarpScriptException, IOException {
    pause();
    Metadata metadata = new Metadata(encoder.getMetadata());
    if (!metadata.getLabels().containsKey(".owner")) {
      throw failure("of this stand-in needs a token that shows owner and producer (.expose).");
    }
    GTSEncoder kept = encoder;
    if (macro != null) {
      stack.push(encoder);
      stack.exec(macro);
      kept = storable(stack.pop());
      kept.setMetadata(metadata);
    }
    writer.add((byte[]) call(stack, "WRAPRAW", kept));
    facts.add(metadata, kept);
  }

  private GTSEncoder storable(Object left) throws WarpScriptException, IOException {
    if (left instanceof GTSEncoder) return (GTSEncoder) left;
    if (!(left instanceof GeoTimeSerie)) {
      throw failure("expects its macro to leave a Geo Time Series or GTSEncoder.");
    }
    GTSEncoder encoder = new GTSEncoder(0L);
    encoder.encode((GeoTimeSerie) left);
    return encoder;
  }

  private void pause() throws WarpScriptException {
    if (settings.chunkMs <= 0) return;
    try {
      Thread.sleep(settings.chunkMs);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failure("was interrupted.", interrupted);
    }
  }

  private void describe(File file, Map<Object, Object> infos, Facts facts) throws IOException {
    String path = file.getPath();
    String stem = settings.replacesEnding ? path.replaceAll("\\.hfile$", "") : path;
    byte[] text = infos.toString().getBytes(StandardCharsets.UTF_8);
    Files.write(new File(stem + ".info").toPath(), text);
    Files.write(new File(stem + ".gts").toPath(), facts.names, StandardCharsets.UTF_8);
  }

  /** What is known of a file when it is whole. */
  private final class Facts {
    private final Set<String> names = new LinkedHashSet<>();
    private long points = 0;
    private Long oldest = null;
    private Long newest = null;

    void add(Metadata metadata, GTSEncoder encoder) {
      names.add(metadata.getName() + metadata.getLabels());
      points += encoder.getCount();
      GTSDecoder decoder = encoder.getDecoder(true);
      while (decoder.next()) {
        long at = decoder.getTimestamp();
        if (oldest == null || at < oldest) oldest = at;
        if (newest == null || at > newest) newest = at;
      }
    }

    Map<Object, Object> infos(File file, Map<Object, Object> order) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("path", file.getPath());
      facts.put("size", file.length());
      facts.put("gts", (long) names.size());
      facts.put("datapoints", points);
      facts.put("oldest", oldest);
      facts.put("newest", newest);
      facts.put("attributes", order.get("attributes"));
      facts.put("tags", order.get("tags"));
      return settings.named(facts);
    }
  }
}

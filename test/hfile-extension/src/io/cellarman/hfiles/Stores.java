package io.cellarman.hfiles;

import io.warp10.script.WarpScriptException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Stores: a folder each, and the files that its catalogue listed when it was last looked at. */
final class Stores {
  private static final String CATALOGUE = "hfcat.info";

  private final Map<String, File> roots = new ConcurrentHashMap<>();
  private final Map<String, List<String>> open = new ConcurrentHashMap<>();

  Stores(Settings settings) {
    roots.putAll(settings.stores);
    for (Map.Entry<String, File> store : roots.entrySet()) {
      open.put(store.getKey(), listed(store.getValue()));
    }
  }

  void open(String name, String root) throws WarpScriptException {
    File folder = root == null ? roots.get(name) : new File(root);
    if (folder == null || !folder.isDirectory()) {
      throw new WarpScriptException("HFOPEN unknown root for store '" + name + "'.");
    }
    roots.put(name, folder);
    open.put(name, listed(folder));
  }

  void close(String name) throws WarpScriptException {
    files(name);
    open.remove(name);
  }

  void rescan(String name) throws WarpScriptException {
    files(name);
    open.put(name, listed(roots.get(name)));
  }

  /** Lists every whole file of the store's folder; says how many. */
  long catalogue(String name) throws WarpScriptException {
    File root = roots.get(name);
    if (root == null) throw new WarpScriptException("HFCAT unknown store '" + name + "'.");
    String[] names = root.list((folder, file) -> file.endsWith(".hfile"));
    List<String> whole = new ArrayList<>();
    for (String file : names == null ? new String[0] : names) {
      try {
        HfFile.read(new File(root, file));
        whole.add(file);
      } catch (IOException broken) {
        // A file that is not whole is not listed.
      }
    }
    Collections.sort(whole);
    try {
      Files.write(new File(root, CATALOGUE).toPath(), whole, StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new WarpScriptException("HFCAT failed.", failed);
    }
    return whole.size();
  }

  /** The files of an open store. */
  List<String> files(String name) throws WarpScriptException {
    List<String> files = open.get(name);
    if (files == null) throw new WarpScriptException("Unknown store '" + name + "'.");
    return files;
  }

  File locate(String name, String file) {
    return new File(roots.get(name), file);
  }

  List<byte[]> wrappers(String name, String file) throws WarpScriptException {
    try {
      return HfFile.read(locate(name, file));
    } catch (IOException broken) {
      throw new WarpScriptException("'" + file + "' is not a valid HFile.", broken);
    }
  }

  private static List<String> listed(File root) {
    try {
      File catalogue = new File(root, CATALOGUE);
      if (!catalogue.exists()) return Collections.emptyList();
      String text = new String(Files.readAllBytes(catalogue.toPath()), StandardCharsets.UTF_8);
      if (text.trim().isEmpty()) return Collections.emptyList();
      return Arrays.asList(text.trim().split("\\s+"));
    } catch (IOException failed) {
      return Collections.emptyList();
    }
  }
}
